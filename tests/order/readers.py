"""Those who read and work: each turn a reviewer decides on a referral, or a case goes a step further."""

from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.casework.adapters import case_tables, review_tables, tables
from services.casework.application.attempt_case_contact import AttemptCaseContact
from services.casework.application.claim_review import ClaimReview
from services.casework.application.close_case import CloseCase, ReopenCase
from services.casework.application.confirm_case_hand_over import ConfirmCaseHandOver
from services.casework.application.decide_review import AskReferrer, ConfirmWithdrawal, DecideReview
from services.casework.application.record_case_answer import RecordFirstContact
from services.casework.application.record_case_equality import RecordCaseEquality
from services.casework.application.record_case_outcome import RecordCaseOutcome
from services.casework.application.record_own_view import RecordOwnView, ShowEstimate
from services.casework.application.take_case import TakeCase
from services.casework.domain.case import CaseState
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.review import OPEN_STATES, ReviewState
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import (
    CloseReason,
    ContactMode,
    DifferenceReason,
    Ethnicity,
    Outcome,
    Pathway,
    Question,
    RecipientClass,
    SupportLevel,
    Sureness,
)
from services.platform.clock import Clock
from services.platform.service import Service

CASES, REVIEWS = case_tables.cases, review_tables.reviews
_REVIEWER = ReviewReader(staff_id=uuid4(), areas=frozenset({"northside", "riverside"}))
_WORKER = uuid4()
_LED_TO = {
    RecipientClass.SUPPORT_SERVICE: Pathway.EARLY_INTERVENTION,
    RecipientClass.CHILDRENS_SERVICES: Pathway.SAFEGUARDING,
}


@dataclass
class Readers:
    casework: Service
    chance: Random
    clock: Clock

    def review(self) -> None:
        review = self._one_of(REVIEWS.c.received_at, REVIEWS.c.state.in_(OPEN_STATES))
        if review is None:
            return
        its = {"review_id": review.id, "reader": _REVIEWER, "revision": review.revision}
        if review.withdrawal_asked_at and self.chance.random() < 0.5:
            self._run(ConfirmWithdrawal(**its))
            return
        self._run(ClaimReview(review_id=review.id, reader=_REVIEWER))
        if not self._held(review_tables.own_views, review_id=review.id, referral_version=review.referral_version):
            self._run(RecordOwnView(**its, level=SupportLevel.PLANNED, sureness=Sureness.FAIRLY, why="x"))
        if self.chance.random() < 0.7:
            self._run(ShowEstimate(review_id=review.id, reader=_REVIEWER))
        if not review.danger and review.state is not ReviewState.QUESTION_ASKED and self.chance.random() < 0.2:
            self._run(AskReferrer(**its, question=self.chance.choice(list(Question))))
        elif self.chance.random() < 0.8:
            self._decide(review, its)

    def work(self) -> None:
        """The next step of a case: taken, spoken to, worked with, closed, reopened; or a hand-over confirmed."""
        case = self._one_of(CASES.c.opened_at, CASES.c.state != CaseState.CONFIRMED)
        if case is not None:
            self._run(*self._steps(case))

    def _decide(self, review: Any, its: dict[str, Any]) -> None:
        bases = self._held(tables.bases, referral_id=review.referral_id)
        recipients = [recipient for recipient in _LED_TO if recipient in {basis.recipient_class for basis in bases}]
        pathway, team_id = Pathway.UNIVERSAL_SUPPORT, None
        levels = [SupportLevel.LIGHT]
        if recipients and (review.danger or self.chance.random() < 0.8):
            recipient = self.chance.choice(recipients)
            pathway = _LED_TO[recipient]
            team_id = self._held(tables.teams, team_class=recipient)[0].id
            levels = [SupportLevel.URGENT, *([] if review.danger else [SupportLevel.PLANNED, SupportLevel.LIGHT])]
        elif review.danger:
            # Nobody else is there to agree to less than urgent support.
            return
        self._run(
            DecideReview(
                **its,
                level=self.chance.choice(levels),
                pathway=pathway,
                reasons="x",
                difference_reasons=(DifferenceReason.OTHER,),
                team_id=team_id,
            )
        )

    def _steps(self, case: Any) -> list[object]:
        reader = CaseReader(
            staff_id=_WORKER,
            on=self.clock().date(),
            teams=frozenset({case.team_id}),
            classes=frozenset(_LED_TO),
            manager=True,
        )
        its: dict[str, Any] = {"case_id": case.id, "entry_id": uuid4(), "reader": reader}
        if case.state is CaseState.AWAITING_CONFIRMATION:
            return [ConfirmCaseHandOver(**its, version=case.version, confirmed_by="x", confirmed_at=self.clock())]
        if case.state is CaseState.CLOSED:
            return [ReopenCase(**its, version=case.version, why="x")]
        if case.assignee_id is None:
            return [TakeCase(**its)]
        if case.first_contact_at is None:
            return self._contact(case, its)
        if case.outcome is None:
            return [RecordCaseOutcome(**its, version=case.version, outcome=self.chance.choice(list(Outcome)))]
        return [CloseCase(**its, version=case.version, reason=CloseReason.PLAN_FINISHED)]

    def _contact(self, case: Any, its: dict[str, Any]) -> list[object]:
        reached = self.chance.random() < 0.7
        attempt = AttemptCaseContact(**its, mode=ContactMode.PHONE, reached=reached, attempted_at=None)
        if not reached:
            return [attempt]
        answers = {"ethnicity": self.chance.choice([None, *Ethnicity]), "sex": None, "disability": None}
        return [
            attempt,
            RecordFirstContact(**its | {"entry_id": uuid4()}, version=case.version + 1, attempt_id=None),
            RecordCaseEquality(case_id=case.id, reader=its["reader"], **answers),
        ]

    def _one_of(self, oldest: sa.Column[Any], which: sa.ColumnElement[bool]) -> Any:
        """Drawn by age: ids are new in each run."""
        with self.casework.database.read() as connection:
            rows = connection.execute(sa.select(oldest.table).where(which).order_by(oldest)).all()
        return self.chance.choice(rows) if rows else None

    def _held(self, table: sa.Table, **where: UUID | int | str) -> list[Any]:
        with self.casework.database.read() as connection:
            return list(connection.execute(sa.select(table).filter_by(**where)))

    def _run(self, *commands: object) -> None:
        for command in commands:
            self.casework.dispatcher.handle(command, actor=_WORKER)
