"""Stores what only its newest version matters of: matches, outcomes, model descriptions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.platform.db.batch import Batch
from services.platform.db.upsert import insert_or_ignore
from services.scoring.adapters.queries import as_described
from services.scoring.adapters.tables import matches, models, outcomes
from services.scoring.adapters.versions import Versions
from services.scoring.application.ports import Champion, RecordedOutcome


class SqlMatches:
    def __init__(self, batch: Batch) -> None:
        self.versions = Versions(batch, matches)

    def newer(self, match_id: UUID, version: int) -> bool:
        return self.versions.keep({"id": match_id, "version": version})


class SqlOutcomes:
    def __init__(self, batch: Batch) -> None:
        self.versions = Versions(batch, outcomes)

    def keep(self, outcome: RecordedOutcome) -> bool:
        return self.versions.keep(dict(vars(outcome)))


class SqlModels:
    def __init__(self, batch: Batch) -> None:
        self._connection = batch.connection
        self._described: set[str] = set()

    def describe(self, champion: Champion, at: datetime) -> bool:
        if champion.version in self._described:
            return False
        self._described.add(champion.version)
        known = sa.select(models.c.version).where(models.c.version == champion.version)
        if self._connection.execute(known).first() is not None:
            return False
        row = {
            "version": champion.version,
            "description": dict(champion.description),
            "evaluation": champion.evaluation,
            "described_at": at,
        }
        return insert_or_ignore(self._connection, models, row)

    def described(self) -> list[tuple[Mapping[str, Any], datetime]]:
        rows = self._connection.execute(sa.select(models.c.description, models.c.described_at))
        return [(as_described(row.description), row.described_at) for row in rows]
