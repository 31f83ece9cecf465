"""Keeps each version of a referral, and reads what a version said and what the versions after it changed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.version_tables import identity_versions, narrative_versions, referral_versions
from services.casework.application.review_ports import Event
from services.casework.domain.referral_changes import Part, PartVersion, VersionChange, changes_between
from services.kernel.db.batch import Batch
from services.kernel.db.upsert import or_ignore

_FACTS = ("area", "age", "age_basis", "interpreter_needed")
_NOT_OF_THE_PERSON = ("referral_id", "version")


def add_version(batch: Batch, table: sa.Table, row: Mapping[str, Any]) -> None:
    """Keep a version whether or not a later one came before it; one that is kept already stands."""
    values = {column.name: row[column.name] for column in table.columns}
    batch.later(or_ignore(table, batch.connection.dialect.name), values)


def stated_at(event: Event) -> Any:
    return event["amended_at"] or event["received_at"]


def referral_changes(connection: sa.Connection, referral_id: UUID, *, after: int = 0) -> list[VersionChange]:
    """What each version above `after` changed, newest first. For who may know the whole referral."""
    found = [*_facts(connection, referral_id), *_identities(connection, referral_id)]
    found += _narratives(connection, referral_id)
    return changes_between(found, _stated(connection, referral_id), after=after)


def referral_as_of(connection: sa.Connection, referral_id: UUID, version: int) -> Mapping[str, Any] | None:
    """What this version stated: the columns of its facts, identity and narrative that are kept. None where none is."""
    v = referral_versions.c
    found = sa.select(referral_versions).where(v.referral_id == referral_id, v.version == version)
    facts = connection.execute(found).one_or_none()
    if facts is None:
        return None
    identity = _newest(connection, identity_versions, referral_id, version)
    narrative = _newest(connection, narrative_versions, referral_id, version)
    return {
        **facts._mapping,
        **(identity._mapping if identity else {}),
        **(narrative._mapping if narrative else {}),
    }


def _newest(connection: sa.Connection, table: sa.Table, referral_id: UUID, version: int) -> sa.Row[Any] | None:
    """The newest that this version, or one before it, stated."""
    t = table.c
    held = sa.select(table).where(t.referral_id == referral_id, t.version <= version)
    return connection.execute(held.order_by(t.version.desc()).limit(1)).one_or_none()


def _stated(connection: sa.Connection, referral_id: UUID) -> dict[int, Any]:
    v = referral_versions.c
    return {
        row.version: row.stated_at
        for row in connection.execute(sa.select(v.version, v.stated_at).where(v.referral_id == referral_id))
    }


def _facts(connection: sa.Connection, referral_id: UUID) -> list[PartVersion]:
    found = sa.select(referral_versions).where(referral_versions.c.referral_id == referral_id)
    return [
        PartVersion(
            part=Part.FACTS,
            version=row.version,
            values={**{name: row._mapping[name] for name in _FACTS}, **row.circumstances, **row.facts},
        )
        for row in connection.execute(found)
    ]


def _identities(connection: sa.Connection, referral_id: UUID) -> list[PartVersion]:
    found = sa.select(identity_versions).where(identity_versions.c.referral_id == referral_id)
    return [
        PartVersion(
            part=Part.IDENTITY,
            version=row.version,
            values={name: value for name, value in row.told.items() if name not in _NOT_OF_THE_PERSON},
        )
        for row in connection.execute(found)
    ]


def _narratives(connection: sa.Connection, referral_id: UUID) -> list[PartVersion]:
    found = sa.select(narrative_versions).where(narrative_versions.c.referral_id == referral_id)
    return [
        PartVersion(part=Part.NARRATIVE, version=row.version, values=row.texts) for row in connection.execute(found)
    ]
