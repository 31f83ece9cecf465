"""Notes what events tell: each is one command, and one change of one journey."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.kernel.db.transaction import Transaction
from services.kernel.db.upsert import insert_or_ignore
from services.oversight import journeys
from services.oversight.journeys import Asked, AskedBy, CaseChange, Decision, Journey, ReviewState
from services.oversight.tables import journeys as table
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


@dataclass(frozen=True, kw_only=True)
class NoteModel:
    model_version: str
    invented_data: bool


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
    """Read the journey, note the command's fields on it, and write it. No audit row: nothing is decided here."""
    facts = dict(vars(command))
    referral_id = facts.pop("referral_id")
    connection = transaction.connection
    its_id = {"its_id": referral_id}
    row = connection.execute(_HELD, its_id).one_or_none()
    if row is None:
        begun = noted(Journey(referral_id=referral_id), **facts)
        if insert_or_ignore(connection, table, to_row(begun)):
            return
        row = connection.execute(_HELD, its_id).one()  # somebody else began it at the same time
    held = to_journey(row)
    now = noted(held, **facts)
    if now != held:
        connection.execute(_NOTE, its_id | to_row(now))


def to_row(journey: Journey) -> dict[str, Any]:
    row = dict(vars(journey))
    decision = row.pop("decision")
    for by in AskedBy:
        row |= {f"{by}_asked_{name}": value for name, value in vars(row.pop(f"{by}_asked")).items()}
    return {**row, **(vars(decision) if decision else dict.fromkeys(Decision.__dataclass_fields__))}


def to_journey(row: Any) -> Journey:
    values = dict(row._mapping)
    decision = {name: values.pop(name) for name in Decision.__dataclass_fields__}
    for by in AskedBy:
        answers = {name: values.pop(f"{by}_asked_{name}") for name in Asked.__dataclass_fields__}
        values[f"{by}_asked"] = Asked(**answers)
    return Journey(**values, decision=Decision(**decision) if decision["pathway"] else None)


_ID: sa.BindParameter[Any] = sa.bindparam("its_id")
_HELD = sa.select(table).where(table.c.referral_id == _ID).with_for_update()
_NOTE = sa.update(table).where(table.c.referral_id == _ID)
