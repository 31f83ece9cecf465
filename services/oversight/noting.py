"""Notes what events tell: each is one command, and one change of one journey."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.kernel.db.batch import Batch
from services.kernel.db.transaction import Transaction
from services.kernel.db.upsert import insert_or_ignore
from services.oversight import journeys
from services.oversight.held import HeldJourneys
from services.oversight.journeys import Asked, AskedBy, CaseChange, Decision, Journey, ReviewState
from services.oversight.tables import models


@dataclass(frozen=True, kw_only=True)
class NoteReferral:
    referral_id: UUID
    version: int
    area: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteReview:
    referral_id: UUID
    version: int
    state: ReviewState
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteReading:
    """A reviewer said what they think: they have read it, and the step stays as it is."""

    referral_id: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteDecision:
    referral_id: UUID
    version: int
    decision: Decision
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteCase:
    referral_id: UUID
    version: int
    change: CaseChange
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteAsked:
    referral_id: UUID
    by: AskedBy
    answers: Asked


NoteJourney = NoteReferral | NoteReview | NoteReading | NoteDecision | NoteCase | NoteAsked


@dataclass(frozen=True, kw_only=True)
class NoteModel:
    model_version: str
    invented_data: bool


def read_ahead(batch: Batch, commands: Sequence[object]) -> None:
    """Have all journeys read at once that these commands will change."""
    batch.shared(HeldJourneys).read([command.referral_id for command in commands if isinstance(command, NoteJourney)])


def note_referral(command: NoteReferral, transaction: Transaction) -> None:
    _change(command, transaction, journeys.received)


def note_review(command: NoteReview, transaction: Transaction) -> None:
    _change(command, transaction, journeys.reviewed)


def note_reading(command: NoteReading, transaction: Transaction) -> None:
    _change(command, transaction, journeys.read)


def note_decision(command: NoteDecision, transaction: Transaction) -> None:
    _change(command, transaction, journeys.decided)


def note_case(command: NoteCase, transaction: Transaction) -> None:
    _change(command, transaction, journeys.worked)


def note_asked(command: NoteAsked, transaction: Transaction) -> None:
    _change(command, transaction, journeys.asked)


def note_model(command: NoteModel, transaction: Transaction) -> None:
    insert_or_ignore(transaction.connection, models, vars(command))


HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    NoteReferral: note_referral,
    NoteReview: note_review,
    NoteReading: note_reading,
    NoteDecision: note_decision,
    NoteCase: note_case,
    NoteAsked: note_asked,
    NoteModel: note_model,
}


def _change(command: Any, transaction: Transaction, noted: Callable[..., Journey]) -> None:
    """Note the command's fields on the journey. No audit row: nothing is decided here."""
    facts = dict(vars(command))
    held = transaction.batch.shared(HeldJourneys)
    referral_id = facts.pop("referral_id")
    held.keep(noted(held.get(referral_id), **facts))
