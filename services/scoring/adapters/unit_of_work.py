"""One transaction as the use cases of scoring see it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.contracts.schema import EventSchema
from services.platform.db.published_events import SqlHandledEvents
from services.platform.db.republish_jobs import SqlRepublishJobs
from services.platform.db.transaction import Transaction
from services.scoring.adapters.referral_repository import SqlReferrals
from services.scoring.adapters.repositories import SqlMatches, SqlModels, SqlOutcomes
from services.scoring.adapters.result_store import SqlResults
from services.scoring.adapters.tables import platform, republish_jobs
from services.scoring.application.ports import Champion
from services.scoring.domain.result import AnswerLimits


class SqlUnitOfWork:
    def __init__(
        self, transaction: Transaction, *, champion: Champion | None, demonstration: bool, limits: AnswerLimits
    ) -> None:
        self._transaction = transaction
        batch = transaction.batch
        self.referrals = batch.shared(SqlReferrals)
        self.results = batch.shared(SqlResults)
        self.matches = batch.shared(SqlMatches)
        self.outcomes = batch.shared(SqlOutcomes)
        self.models = batch.shared(SqlModels)
        self.republish_jobs = SqlRepublishJobs(batch.connection, republish_jobs)
        self.handled_events = SqlHandledEvents(batch.connection, platform)
        self.champion = champion
        self.demonstration = demonstration
        self.limits = limits

    @property
    def at(self) -> datetime:
        return self._transaction.at

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
