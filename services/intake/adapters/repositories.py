"""Stores drafts and the projections of teams and staff."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.codes import OrganisationClass, RecipientClass
from services.intake.adapters.tables import drafts, staff, teams
from services.intake.application.drafts import DRAFT_LIFETIME, DraftChanged, NoSuchDraft
from services.intake.domain.lawful_basis import OrganisationClasses
from services.platform.db.upsert import insert_or_ignore


class SqlDrafts:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def save(
        self,
        draft_id: UUID,
        *,
        staff_id: UUID,
        answers: Mapping[str, Sequence[str]],
        expected_version: int,
        at: datetime,
    ) -> int:
        """Returns the version that is stored. Raises NoSuchDraft or DraftChanged."""
        typed = {name: list(values) for name, values in answers.items()}
        row = {"version": expected_version + 1, "answers": typed, "saved_at": at, "expires_at": at + DRAFT_LIFETIME}
        new = {"id": draft_id, "staff_id": staff_id, "started_at": at, **row}
        # Also where the draft expired or was deleted while the form stayed open: what was typed since is not lost.
        if insert_or_ignore(self._connection, drafts, new):
            return expected_version + 1
        own = (drafts.c.id == draft_id) & (drafts.c.staff_id == staff_id) & drafts.c.referral_id.is_(None)
        as_shown = sa.update(drafts).where(own, drafts.c.version == expected_version).values(row)
        if self._connection.execute(as_shown).rowcount == 1:
            return expected_version + 1
        stored = self._connection.execute(sa.select(drafts.c.version, drafts.c.answers).where(own)).first()
        if stored is None:
            raise NoSuchDraft
        if stored.answers != typed:
            raise DraftChanged
        return int(stored.version)

    def sent(self, draft_id: UUID, *, staff_id: UUID, referral_id: UUID) -> None:
        mine = (drafts.c.id == draft_id) & (drafts.c.staff_id == staff_id) & drafts.c.referral_id.is_(None)
        gone = {"answers": None, "referral_id": referral_id}
        if self._connection.execute(sa.update(drafts).where(mine).values(gone)).rowcount != 1:
            raise NoSuchDraft

    def drop(self, draft_id: UUID, *, staff_id: UUID) -> None:
        mine = (drafts.c.id == draft_id) & (drafts.c.staff_id == staff_id) & drafts.c.referral_id.is_(None)
        self._connection.execute(sa.delete(drafts).where(mine))

    def delete_expired(self, *, at: datetime) -> int:
        return delete_expired_drafts(self._connection, at)


def delete_expired_drafts(connection: sa.Connection, at: datetime) -> int:
    """Deletes expired drafts. Returns their number."""
    return connection.execute(sa.delete(drafts).where(drafts.c.expires_at < at)).rowcount


class SqlTeams:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def organisation_classes(self) -> OrganisationClasses:
        found: dict[RecipientClass, set[OrganisationClass]] = {}
        for row in self._connection.execute(_ORGANISATION_CLASSES):
            found.setdefault(row.team_class, set()).add(row.organisation_class)
        return found

    def upsert_if_newer(
        self,
        team_id: UUID,
        *,
        version: int,
        team_class: RecipientClass,
        organisation_class: OrganisationClass,
        active: bool,
    ) -> bool:
        row = {"team_class": team_class, "organisation_class": organisation_class, "active": active}
        return upsert_if_newer(self._connection, teams, team_id, version=version, row=row)


class SqlStaff:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def upsert_if_newer(self, staff_id: UUID, *, version: int, display_name: str) -> bool:
        return upsert_if_newer(self._connection, staff, staff_id, version=version, row={"display_name": display_name})


_ORGANISATION_CLASSES = sa.select(teams.c.team_class, teams.c.organisation_class).where(teams.c.active)


def upsert_if_newer(
    connection: sa.Connection, table: sa.Table, row_id: UUID, *, version: int, row: dict[str, Any]
) -> bool:
    """Writes the row unless the stored version is as new. Returns whether it was written."""
    if insert_or_ignore(connection, table, {"id": row_id, "version": version, **row}):
        return True
    older = (table.c.id == row_id) & (table.c.version < version)
    return connection.execute(sa.update(table).where(older).values(version=version, **row)).rowcount == 1
