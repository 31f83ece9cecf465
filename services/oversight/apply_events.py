"""Applies events: each is one command, and one change of one timeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.oversight import timelines
from services.oversight.tables import models
from services.oversight.timeline_store import TimelineStore
from services.oversight.timelines import Asked, AskedBy, CaseChange, Decision, ReferralTimeline, ReviewState
from services.platform.db.batch import Batch
from services.platform.db.transaction import Transaction
from services.platform.db.upsert import insert_or_ignore


@dataclass(frozen=True, kw_only=True)
class ApplyReferral:
    referral_id: UUID
    version: int
    area: str
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplyReview:
    referral_id: UUID
    version: int
    state: ReviewState
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplyReading:
    """A reviewer recorded their own view: the referral is read, and the step stays as it is."""

    referral_id: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplyDecision:
    referral_id: UUID
    version: int
    decision: Decision
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplyCase:
    referral_id: UUID
    version: int
    change: CaseChange
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplyAsked:
    referral_id: UUID
    by: AskedBy
    answers: Asked


ApplyToTimeline = ApplyReferral | ApplyReview | ApplyReading | ApplyDecision | ApplyCase | ApplyAsked


@dataclass(frozen=True, kw_only=True)
class ApplyModel:
    model_version: str
    invented_data: bool


def prefetch(batch: Batch, commands: Sequence[object]) -> None:
    """Loads all timelines that these commands will change."""
    batch.shared(TimelineStore).read(
        [command.referral_id for command in commands if isinstance(command, ApplyToTimeline)]
    )


def apply_referral(command: ApplyReferral, transaction: Transaction) -> None:
    _change(command, transaction, timelines.received)


def apply_review(command: ApplyReview, transaction: Transaction) -> None:
    _change(command, transaction, timelines.reviewed)


def apply_reading(command: ApplyReading, transaction: Transaction) -> None:
    _change(command, transaction, timelines.read)


def apply_decision(command: ApplyDecision, transaction: Transaction) -> None:
    _change(command, transaction, timelines.decided)


def apply_case(command: ApplyCase, transaction: Transaction) -> None:
    _change(command, transaction, timelines.worked)


def apply_asked(command: ApplyAsked, transaction: Transaction) -> None:
    _change(command, transaction, timelines.asked)


def apply_model(command: ApplyModel, transaction: Transaction) -> None:
    insert_or_ignore(transaction.connection, models, vars(command))


HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    ApplyReferral: apply_referral,
    ApplyReview: apply_review,
    ApplyReading: apply_reading,
    ApplyDecision: apply_decision,
    ApplyCase: apply_case,
    ApplyAsked: apply_asked,
    ApplyModel: apply_model,
}


def _change(command: Any, transaction: Transaction, noted: Callable[..., ReferralTimeline]) -> None:
    """Sets the command's fields on the timeline. Not audited: nothing is decided here."""
    facts = dict(vars(command))
    held = transaction.batch.shared(TimelineStore)
    referral_id = facts.pop("referral_id")
    held.save(noted(held.get(referral_id), **facts))
