"""Use cases: what was typed is kept on the server until it is sent, or left alone for too long."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.intake.application.ports import UnitOfWork
from services.kernel.errors import NotFound

KEPT_FOR = timedelta(hours=48)


class NoSuchDraft(NotFound):
    """There is none, it is somebody else's, or it was kept long enough."""


@dataclass(frozen=True, kw_only=True)
class SaveDraft:
    draft_id: UUID
    staff_id: UUID
    answers: Mapping[str, Sequence[str]]
    """What was typed in each field, as it was typed."""


def save_draft(command: SaveDraft, uow: UnitOfWork) -> None:
    """Raises NoSuchDraft for somebody else's, or one that was sent."""
    uow.drafts.forget_expired(at=uow.at)
    uow.drafts.save(command.draft_id, staff_id=command.staff_id, answers=command.answers, at=uow.at)


@dataclass(frozen=True, kw_only=True)
class DropDraft:
    draft_id: UUID
    staff_id: UUID


def drop_draft(command: DropDraft, uow: UnitOfWork) -> None:
    uow.drafts.drop(command.draft_id, staff_id=command.staff_id)
