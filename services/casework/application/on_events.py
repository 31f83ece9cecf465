"""What casework is told by other services: kept as it comes, in any order, the highest version winning."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.casework.application.raise_alarms import compare_identity
from services.casework.application.review_ports import ReviewUnitOfWork


@dataclass(frozen=True)
class _ReceivedEvent:
    event: Mapping[str, Any]


class ApplyTeam(_ReceivedEvent): ...


class ApplyIdentity(_ReceivedEvent): ...


class ApplyNarrative(_ReceivedEvent): ...


class ApplyMatch(_ReceivedEvent): ...


class ApplyModel(_ReceivedEvent): ...


class ApplyEstimate(_ReceivedEvent): ...


class ApplyNoEstimate(_ReceivedEvent): ...


def _on_identity(event: Mapping[str, Any], uow: ReviewUnitOfWork) -> None:
    compare_identity(event, uow)
    uow.projections.apply_identity(event)


EVENT_HANDLERS: Mapping[type, Callable[[Any, ReviewUnitOfWork], None]] = {
    ApplyTeam: lambda heard, uow: uow.projections.apply_team(heard.event),
    ApplyIdentity: lambda heard, uow: _on_identity(heard.event, uow),
    ApplyNarrative: lambda heard, uow: uow.projections.apply_narrative(heard.event),
    ApplyMatch: lambda heard, uow: uow.projections.apply_match(heard.event),
    ApplyModel: lambda heard, uow: uow.projections.apply_model(heard.event),
    # Nothing else changes when an estimate arrives: no row, no order, no count, no version.
    ApplyEstimate: lambda heard, uow: uow.estimates.store(heard.event, estimated=True),
    ApplyNoEstimate: lambda heard, uow: uow.estimates.store(heard.event, estimated=False),
}
