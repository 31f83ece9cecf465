"""Stores each version of a referral, and reads a version and the changes after it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.version_tables import referral_versions
from services.casework.application.review_ports import Event
from services.casework.domain.referral_changes import Part, PartVersion, VersionChange, changes_between
from services.contracts.codes import AgeBasis
from services.platform.db.batch import Batch
from services.platform.db.upsert import or_ignore

_STATED = ("area", "age", "age_basis", "interpreter_needed")
_NOT_OF_THE_PERSON = ("referral_id", "version")


class SqlReferralHistory:
    """Stores a version whatever the order of arrival; a version that is already stored is not changed."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._add = or_ignore(referral_versions, batch.connection.dialect.name)

    def add_facts(self, row: Mapping[str, Any], *, stated_at: datetime) -> None:
        content = {name: row[name] for name in (*_STATED, "facts", "circumstances")}
        self._store(Part.FACTS, row["id"], row["version"], content, stated_at)

    def add_identity(self, row: Mapping[str, Any]) -> None:
        content = {name: value for name, value in row["details"].items() if name not in _NOT_OF_THE_PERSON}
        self._store(Part.IDENTITY, row["referral_id"], row["version"], content)

    def add_narrative(self, row: Mapping[str, Any]) -> None:
        self._store(Part.NARRATIVE, row["referral_id"], row["version"], row["texts"])

    def _store(
        self, part: Part, referral_id: UUID, version: int, content: Mapping[str, Any], stated_at: datetime | None = None
    ) -> None:
        row = {"referral_id": referral_id, "part": part, "version": version}
        self._batch.later(self._add, row | {"stated_at": stated_at, "content": content})


def stated_at(event: Event) -> datetime:
    found: datetime = event["amended_at"] or event["received_at"]
    return found


def referral_changes(connection: sa.Connection, referral_id: UUID, *, after: int = 0) -> list[VersionChange]:
    """Returns the changes of each version above `after`, newest first. The caller checks access."""
    stored = connection.execute(sa.select(_V).where(_V.c.referral_id == referral_id)).all()
    times = {row.version: row.stated_at for row in stored if row.part is Part.FACTS}
    return changes_between([_part(row) for row in stored], times, after=after)


def referral_as_of(connection: sa.Connection, referral_id: UUID, version: int) -> Mapping[str, Any] | None:
    """Returns the version by the column names of the current tables: its facts, and the newest identity and texts by then,
    if stored. None if its facts are not stored."""
    stored = connection.execute(
        sa.select(_V).where(_V.c.referral_id == referral_id, _V.c.version <= version).order_by(_V.c.version)
    ).all()
    newest = {row.part: row for row in stored}
    facts = newest.get(Part.FACTS)
    if facts is None or facts.version != version:
        return None
    then = {**facts.content, "age_basis": AgeBasis(facts.content["age_basis"])}
    if identity := newest.get(Part.IDENTITY):
        then |= _identity(identity.content)
    if narrative := newest.get(Part.NARRATIVE):
        then["texts"] = narrative.content
    return then


def _identity(details: Mapping[str, Any]) -> dict[str, Any]:
    born = details["date_of_birth"]
    return {"details": details, "name": details["name"], "date_of_birth": date.fromisoformat(born) if born else None}


def _part(row: sa.Row[Any]) -> PartVersion:
    values = dict(row.content)
    if row.part is Part.FACTS:
        values |= {**values.pop("circumstances"), **values.pop("facts")}
    return PartVersion(part=row.part, version=row.version, values=values)


_V = referral_versions
