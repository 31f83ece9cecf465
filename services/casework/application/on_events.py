"""Event handlers that update projections. The highest version wins, whatever the arrival order."""

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
    ApplyTeam: lambda command, uow: uow.projections.apply_team(command.event),
    ApplyIdentity: lambda command, uow: _on_identity(command.event, uow),
    ApplyNarrative: lambda command, uow: uow.projections.apply_narrative(command.event),
    ApplyMatch: lambda command, uow: uow.projections.apply_match(command.event),
    ApplyModel: lambda command, uow: uow.projections.apply_model(command.event),
    # An estimate changes nothing else: no row, order, count or version.
    ApplyEstimate: lambda command, uow: uow.estimates.store(command.event, estimated=True),
    ApplyNoEstimate: lambda command, uow: uow.estimates.store(command.event, estimated=False),
}
