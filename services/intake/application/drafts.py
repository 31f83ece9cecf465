"""Use cases: drafts of the form, stored on the server until they are sent or expire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from services.intake.application.ports import UnitOfWork
from services.platform.errors import Conflict, NotFound
from services.platform.i18n import N_

DRAFT_LIFETIME = timedelta(hours=48)
NOT_STORED = 0


class NoSuchDraft(NotFound):
    """The draft does not exist, belongs to another account, or has expired."""


class DraftChanged(Conflict):
    """Another tab or window saved other answers in this draft since this form was shown. Nothing was overwritten."""

    title = N_("This draft was changed in another tab or window")


@dataclass(frozen=True, kw_only=True)
class SaveDraft:
    """`expected_version` is that of the draft as the form was filled from it; 0 for a form that was begun empty."""

    draft_id: UUID
    staff_id: UUID
    answers: Mapping[str, Sequence[str]]
    """What was typed in each field, as it was typed."""
    expected_version: int


def save_draft(command: SaveDraft, uow: UnitOfWork) -> int:
    """Returns the draft's version. Saving what is already stored changes nothing. An empty one is not stored: 0.

    Raises NoSuchDraft for another account's draft or one that was sent, and DraftChanged.
    """
    uow.drafts.delete_expired(at=uow.at)
    is_empty = not is_filled(command.answers)
    if is_empty and not command.expected_version:
        return NOT_STORED
    version = uow.drafts.save(
        command.draft_id,
        staff_id=command.staff_id,
        answers=command.answers,
        expected_version=command.expected_version,
        at=uow.at,
    )
    if is_empty:
        uow.drafts.drop(command.draft_id, staff_id=command.staff_id)
        return NOT_STORED
    return version


def is_filled(answers: Mapping[str, Sequence[str]]) -> bool:
    """Whether anything was typed or chosen."""
    return any(text.strip() for values in answers.values() for text in values)


@dataclass(frozen=True, kw_only=True)
class DeleteDraft:
    draft_id: UUID
    staff_id: UUID


def delete_draft(command: DeleteDraft, uow: UnitOfWork) -> None:
    uow.drafts.drop(command.draft_id, staff_id=command.staff_id)
