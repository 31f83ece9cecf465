"""The unit of work of intake's use cases: one transaction."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.contracts.schema import EventSchema
from services.intake.adapters.acknowledgements import SqlAcknowledgements
from services.intake.adapters.match_repository import SqlMatches
from services.intake.adapters.people import SqlPeople
from services.intake.adapters.referral_repository import SqlReferrals
from services.intake.adapters.repositories import SqlDrafts, SqlStaff, SqlTeams
from services.intake.adapters.tables import platform, republish_jobs
from services.intake.adapters.unacknowledged import SqlUnacknowledged
from services.intake.application.ports import Policy
from services.intake.domain.reference import new_reference
from services.platform.db.published_events import SqlHandledEvents
from services.platform.db.republish_jobs import SqlRepublishJobs
from services.platform.db.transaction import Transaction


class SqlUnitOfWork:
    def __init__(self, transaction: Transaction, *, policy: Policy) -> None:
        self._transaction = transaction
        self.policy = policy
        connection = transaction.connection
        referrals = SqlReferrals(transaction.batch, actor=transaction.actor)
        self.referrals = referrals
        self.acknowledgements = transaction.batch.shared(SqlAcknowledgements)
        self.people = SqlPeople(transaction.batch, referrals)
        self.matches = SqlMatches(transaction.batch)
        self.drafts = SqlDrafts(connection)
        self.teams = SqlTeams(connection)
        self.staff = SqlStaff(connection)
        self.unacknowledged = SqlUnacknowledged(connection)
        self.republish_jobs = SqlRepublishJobs(connection, republish_jobs)
        self.handled_events = SqlHandledEvents(connection, platform)

    @property
    def at(self) -> datetime:
        return self._transaction.at

    @property
    def actor(self) -> UUID | None:
        return self._transaction.actor

    def new_id(self) -> UUID:
        return uuid4()

    def new_reference(self) -> str:
        return new_reference(secrets.choice)

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
