"""Stores what only its newest version matters of: matches, outcomes, model descriptions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.kernel.db.upsert import insert_or_ignore
from services.scoring.adapters.tables import matches, models, outcomes
from services.scoring.application.ports import Champion, RecordedOutcome


class SqlMatches:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def newer(self, match_id: UUID, version: int) -> bool:
        if insert_or_ignore(self._connection, matches, {"id": match_id, "version": version}):
            return True
        lower = sa.and_(matches.c.id == match_id, matches.c.version < version)
        return self._connection.execute(sa.update(matches).where(lower).values(version=version)).rowcount == 1


class SqlOutcomes:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def keep(self, outcome: RecordedOutcome) -> bool:
        row = dict(vars(outcome))
        if insert_or_ignore(self._connection, outcomes, row):
            return True
        lower = sa.and_(outcomes.c.id == outcome.id, outcomes.c.version < outcome.version)
        return self._connection.execute(sa.update(outcomes).where(lower).values(row)).rowcount == 1


class SqlModels:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def describe(self, champion: Champion, at: datetime) -> bool:
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
        return [(row.description, row.described_at) for row in rows]
