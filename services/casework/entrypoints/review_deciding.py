"""Builds the decision command from a form or an API body, resolving the team's code."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.casework.adapters import review_queries
from services.casework.application.decide_review import DecideReview
from services.casework.entrypoints.review_reading import reader
from services.platform.db.idempotency import StoredResponse
from services.platform.errors import FieldError, Invalid
from services.platform.i18n import N_
from services.platform.web import current


class NoSuchTeam(Invalid):
    """No team has this code."""

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/team", N_("Choose one of the teams offered"))])


def decide_once(
    review_id: UUID,
    values: Mapping[str, Any],
    *,
    answer: tuple[int, str],
    revision: int | None,
    key: str | None = None,
) -> StoredResponse:
    """Decides, once per idempotency key. Raises NoSuchTeam, and what `decide_review` raises."""
    command = DecideReview(
        review_id=review_id,
        reader=reader(),
        level=values["level"],
        pathway=values["pathway"],
        reasons=values["reasons"],
        difference_reasons=tuple(values["difference_reasons"]),
        team_id=_team(values["team"]),
        revision=revision,
    )
    return current.handle_once(command, answer=answer, key=key)


def _team(code: str | None) -> UUID | None:
    if code is None or code == "":
        return None
    known = review_queries.teams_known(current.reading())
    found = next((team.id for team in known if team.code == code), None)
    if found is None:
        raise NoSuchTeam
    return found
