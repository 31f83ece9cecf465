"""The unit of work of casework's handlers: one transaction."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.casework.adapters.alarm_repository import SqlAlarms
from services.casework.adapters.bank_holidays import is_bank_holiday
from services.casework.adapters.case_repository import (
    SqlCaseEqualityRepository,
    SqlCaseRepository,
    SqlTeamMembers,
)
from services.casework.adapters.estimates import SqlEstimates
from services.casework.adapters.holdings import SqlHoldings
from services.casework.adapters.progress import SqlProgress
from services.casework.adapters.projections import SqlProjections
from services.casework.adapters.republish_queries import SqlMissingData, SqlOwned
from services.casework.adapters.review_repository import SqlReviewRepository
from services.casework.adapters.tables import platform, published_lists, republish_jobs
from services.casework.application.review_ports import ReviewPolicy
from services.contracts.casework import EventsListedV1, ProgressMadeV1
from services.contracts.codes import ProgressStep, Question
from services.contracts.schema import EventSchema
from services.platform.db.published_events import SqlPublishedEvents
from services.platform.db.republish_jobs import SqlRepublishJobs
from services.platform.db.transaction import Transaction


class SqlUnitOfWork:
    def __init__(self, transaction: Transaction, policy: ReviewPolicy) -> None:
        batch, connection = transaction.batch, transaction.connection
        self._transaction = transaction
        self.policy = policy
        self.reviews = batch.shared(SqlReviewRepository)
        self.estimates = SqlEstimates(batch, at=transaction.at)
        self.projections = SqlProjections(batch, at=transaction.at)
        self.alarms = batch.shared(SqlAlarms)
        self.cases = SqlCaseRepository(connection)
        self.case_equality = SqlCaseEqualityRepository(connection)
        self.team_members = SqlTeamMembers(connection)
        self.holdings = SqlHoldings(connection, at=transaction.at)
        self.owned = SqlOwned(batch)
        self.missing_data = SqlMissingData(connection)
        self.republish_jobs = SqlRepublishJobs(connection, republish_jobs)
        self.published_events = SqlPublishedEvents(connection, platform, published_lists, EventsListedV1)
        self._progress = batch.shared(SqlProgress)

    @property
    def at(self) -> datetime:
        return self._transaction.at

    def new_id(self) -> UUID:
        return uuid4()

    def is_bank_holiday(self, day: date) -> bool:
        return is_bank_holiday(day)

    def publish(self, schema: type[EventSchema], data: Mapping[str, Any]) -> None:
        self._transaction.publish(schema, data)

    def audit(
        self,
        what: str,
        *,
        subject_type: str,
        subject_id: UUID | str,
        reason: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        self._transaction.audit(what, subject_type=subject_type, subject_id=subject_id, reason=reason, details=details)

    def make_progress(
        self,
        referral_id: UUID,
        step: ProgressStep,
        question: Question | None = None,
        question_id: UUID | None = None,
    ) -> None:
        self.publish(ProgressMadeV1, self._progress.make(referral_id, step, question, question_id, at=self.at))

    def republish_progress(self, referral_id: UUID) -> None:
        current = self._progress.current(referral_id, at=self.at)
        if current is not None:
            self.publish(ProgressMadeV1, current)
