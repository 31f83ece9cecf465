"""What casework is told by other services: kept as it comes, in any order, the highest version winning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.casework.application.raise_alarms import compare_identity
from services.casework.application.review_ports import ReviewUnitOfWork


@dataclass(frozen=True)
class _Heard:
    event: Mapping[str, Any]


class HearTeam(_Heard): ...


class HearIdentity(_Heard): ...


class HearNarrative(_Heard): ...


class HearMatch(_Heard): ...


class HearModel(_Heard): ...


class HearEstimate(_Heard): ...


class HearNoEstimate(_Heard): ...


def _hear_identity(event: Mapping[str, Any], uow: ReviewUnitOfWork) -> None:
    compare_identity(event, uow)
    uow.told.hear_identity(event)


HEARING: Mapping[type, Callable[[Any, ReviewUnitOfWork], None]] = {
    HearTeam: lambda heard, uow: uow.told.hear_team(heard.event),
    HearIdentity: lambda heard, uow: _hear_identity(heard.event, uow),
    HearNarrative: lambda heard, uow: uow.told.hear_narrative(heard.event),
    HearMatch: lambda heard, uow: uow.told.hear_match(heard.event),
    HearModel: lambda heard, uow: uow.told.hear_model(heard.event),
    # Nothing else changes when an estimate arrives: no row, no order, no count, no version.
    HearEstimate: lambda heard, uow: uow.estimates.park(heard.event, estimated=True),
    HearNoEstimate: lambda heard, uow: uow.estimates.park(heard.event, estimated=False),
}
