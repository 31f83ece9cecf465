"""Use cases: casework tells again what it holds when somebody asks, and asks others for what its reviews lack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.casework.application.case_publishing import tell_entry
from services.casework.application.record_case_equality import tell_equality
from services.casework.application.review_publishing import tell_as_it_stands
from services.casework.domain.case import Case
from services.casework.domain.case_equality import CaseEquality
from services.casework.domain.review import Review
from services.contracts.casework import RetellingAskedV1, StateToldV1
from services.contracts.schema import EventSchema
from services.contracts.topics import (
    CASES,
    CASEWORK_EQUALITY,
    ESTIMATES,
    IDENTITIES,
    NARRATIVES,
    OUTCOMES,
    REFERRALS,
    REVIEWS,
)
from services.kernel.retelling import (
    HearRetellingAsked,
    OfTopics,
    Retelling,
    Retellings,
    Some,
    TellAgainSome,
    tell_some,
)

_OURS = frozenset({REVIEWS.name, CASES.name, CASEWORK_EQUALITY.name, OUTCOMES.name})
_DETAILS = [REFERRALS.name, IDENTITIES.name, NARRATIVES.name]
_ANSWER = [REFERRALS.name, ESTIMATES.name]
_AT_ONCE = 100


class Owned(Protocol):
    """Reviews with everything that followed from them, for telling again only."""

    def after(self, place: UUID | None, *, received_by: datetime, limit: int) -> list[UUID]:
        """The next first rounds by id whose referrals were received by that time."""

    def rounds(self, review_id: UUID) -> Sequence[UUID]:
        """Every round of the referral that this one is of, first to last."""

    def review(self, review_id: UUID) -> Review:
        """With its decision, if there is one."""

    def cases(self, review_id: UUID) -> list[Case]: ...
    def equality(self, review_id: UUID) -> list[CaseEquality]:
        """The newest answers in each of its cases."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """What an open review lacks though it was told of long enough ago."""

    referral_id: UUID
    details: bool
    answer: bool


class Lacking(Protocol):
    def due(self, *, at: datetime, limit: int) -> Sequence[Missing]: ...
    def asked(self, referral_id: UUID, *, at: datetime) -> None: ...


class RetellingUnitOfWork(Protocol):
    @property
    def owned(self) -> Owned: ...
    @property
    def lacking(self) -> Lacking: ...
    @property
    def retellings(self) -> Retellings: ...
    @property
    def at(self) -> datetime: ...
    def new_id(self) -> UUID: ...
    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None: ...


@dataclass(frozen=True)
class AskForMissing:
    """Ask the owners of what open reviews lack."""


def ask_for_missing(_command: AskForMissing, uow: RetellingUnitOfWork) -> int:
    """Gives for how many reviews. An answer that lacks may have been lost on either way, so both owners are asked."""
    due = uow.lacking.due(at=uow.at, limit=_AT_ONCE)
    _ask(_DETAILS, [missing.referral_id for missing in due if missing.details], uow)
    _ask(_ANSWER, [missing.referral_id for missing in due if missing.answer], uow)
    for missing in due:
        uow.lacking.asked(missing.referral_id, at=uow.at)
    return len(due)


def _ask(topics: list[str], referral_ids: list[UUID], uow: RetellingUnitOfWork) -> None:
    if referral_ids:
        asked = {"topics": topics, "referral_ids": referral_ids, "asked_at": uow.at}
        uow.publish(RetellingAskedV1, {"asking_id": uow.new_id(), "version": 1, **asked})


def hear_retelling_asked(command: HearRetellingAsked, uow: RetellingUnitOfWork) -> None:
    """Nobody asks casework for single referrals: what it tells is of whole reviews."""
    topics = command.topics & _OURS
    if topics:
        uow.retellings.begin(command.asking_id, topics, asked_at=command.asked_at)


def tell_again_some(_command: TellAgainSome, uow: RetellingUnitOfWork) -> int:
    def tell(retelling: Retelling) -> Some:
        ids = uow.owned.after(retelling.place, received_by=retelling.asked_at, limit=_AT_ONCE)
        told = {REVIEWS.name: len(ids), CASES.name: 0, CASEWORK_EQUALITY.name: 0}
        for review_id in ids:
            cases, equality = _tell(review_id, OfTopics(uow, retelling.topics), uow.owned, at=uow.at)
            told[CASES.name] += cases
            told[CASEWORK_EQUALITY.name] += equality
        return Some(last=ids[-1] if len(ids) == _AT_ONCE else None, told=told)

    return tell_some(uow, tell, StateToldV1)


def _tell(first_round: UUID, publisher: OfTopics, owned: Owned, *, at: datetime) -> tuple[bool, bool]:
    """Every round of one referral. Gives whether there were cases, and answers on equality: who reads counts referrals."""
    told = [_tell_round(review_id, publisher, owned, at=at) for review_id in owned.rounds(first_round)]
    return any(cases for cases, _ in told), any(equality for _, equality in told)


def _tell_round(review_id: UUID, publisher: OfTopics, owned: Owned, *, at: datetime) -> tuple[int, int]:
    tell_as_it_stands(owned.review(review_id), publisher, at=at)
    cases, equality = owned.cases(review_id), owned.equality(review_id)
    for case in cases:
        for entry in case.entries:
            tell_entry(case, entry, publisher)
    for answers in equality:
        tell_equality(answers, publisher)
    return len(cases), len(equality)
