"""The model in use, as the use cases see it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from services.scoring.estimate import Result
from services.scoring.referral import Earlier


class Champion(Protocol):
    """A verified, loaded model. Tests replace it by one whose estimates are easy to predict."""

    @property
    def version(self) -> str: ...
    @property
    def invented_data(self) -> bool:
        """Whether it was trained on invented data."""

    @property
    def description(self) -> Mapping[str, Any]:
        """The fields of ModelDescribedV2, except the time."""

    @property
    def evaluation(self) -> Mapping[str, Any] | None:
        """What training measured, if it was delivered with the model."""

    def score(self, facts: Mapping[str, Any], *, stated_at: datetime, earlier: Sequence[Earlier]) -> Result: ...
