"""One transaction as the use cases of scoring see it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from services.contracts.schema import EventSchema
from services.kernel.db.published_events import SqlHandledEvents
from services.kernel.db.retellings import SqlRetellings
from services.kernel.db.transaction import Transaction
from services.scoring.adapters.answer_repository import SqlAnswers
from services.scoring.adapters.referral_repository import SqlReferrals
from services.scoring.adapters.repositories import SqlMatches, SqlModels, SqlOutcomes
from services.scoring.adapters.tables import kernel, retellings
from services.scoring.application.ports import Champion
from services.scoring.domain.answer import AnswerLimits


class SqlUnitOfWork:
    def __init__(
        self, transaction: Transaction, *, champion: Champion | None, demonstration: bool, limits: AnswerLimits
    ) -> None:
        self._transaction = transaction
        batch = transaction.batch
        self.referrals = batch.shared(SqlReferrals)
        self.answers = batch.shared(SqlAnswers)
        self.matches = batch.shared(SqlMatches)
        self.outcomes = batch.shared(SqlOutcomes)
        self.models = batch.shared(SqlModels)
        self.retellings = SqlRetellings(batch.connection, retellings)
        self.handled_events = SqlHandledEvents(batch.connection, kernel)
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
