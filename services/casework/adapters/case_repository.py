"""Stores cases. Of two concurrent writers, the later one waits and fails if it had read the earlier state."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.alarm_scope import is_raised_for
from services.casework.adapters.bases import hidden_from_its_team
from services.casework.adapters.case_queries import members
from services.casework.adapters.case_scope import visible_to
from services.casework.adapters.case_tables import case_entries, case_equality, cases
from services.casework.adapters.review_tables import reviews
from services.casework.domain.case import Case, CaseState
from services.casework.domain.case_entries import Entry
from services.casework.domain.case_equality import CaseEquality
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.case_rules import CaseNotFound, StaleCase

_CASE_COLUMNS = [field.name for field in fields(Case) if field.name not in ("entries", "stored_version")]
_ENTRY_COLUMNS = [field.name for field in fields(Entry)]


class SqlCaseRepository:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, case: Case) -> None:
        self._connection.execute(sa.insert(cases).values(_case_row(case)))
        self._add_entries(case)

    def get(self, case_id: UUID, reader: CaseReader, access: AccessLevel) -> Case:
        found = sa.select(cases).where(cases.c.id == case_id, visible_to(reader, access))
        row = self._connection.execute(found.with_for_update(of=cases)).one_or_none()
        if row is None:
            raise CaseNotFound
        return self._to_case(row._mapping)

    def of_review(self, review_id: UUID) -> list[Case]:
        """Returns the cases of a review. For system use."""
        rows = self._connection.execute(sa.select(cases).where(cases.c.review_id == review_id).order_by(cases.c.id))
        return [self._to_case(row._mapping) for row in rows.all()]

    def hand_overs_without_basis(self, referral_id: UUID) -> list[Case]:
        waiting = sa.and_(cases.c.state == CaseState.AWAITING_CONFIRMATION, hidden_from_its_team())
        found = sa.select(cases).where(cases.c.referral_id == referral_id, waiting).order_by(cases.c.id)
        rows = self._connection.execute(found.with_for_update(of=cases)).all()
        return [self._to_case(row._mapping) for row in rows]

    def newest_of(self, referral_id: UUID) -> Case | None:
        opened_by = cases.outerjoin(reviews, reviews.c.id == cases.c.review_id)
        found = sa.select(cases).select_from(opened_by).where(cases.c.referral_id == referral_id)
        newest = found.order_by(reviews.c.round.desc(), cases.c.id).limit(1).with_for_update(of=cases)
        row = self._connection.execute(newest).one_or_none()
        return None if row is None else self._to_case(row._mapping)

    def has_newer_review(self, case: Case) -> bool:
        opened_it, newer = reviews.alias("opened_it"), reviews.alias("newer")
        found = (
            sa.select(newer.c.id)
            .join(opened_it, (opened_it.c.referral_id == newer.c.referral_id) & (opened_it.c.round < newer.c.round))
            .where(opened_it.c.id == case.review_id)
        )
        return self._connection.execute(found).first() is not None

    def assigned_to(self, staff_id: UUID) -> list[Case]:
        mine = sa.select(cases).where(cases.c.assignee_id == staff_id, cases.c.state == CaseState.OPEN)
        rows = self._connection.execute(mine.order_by(cases.c.id).with_for_update(of=cases)).all()
        return [self._to_case(row._mapping) for row in rows]

    def next_unassigned(self, reader: CaseReader) -> Case | None:
        no_alarm = sa.case((is_raised_for(cases.c.referral_id), sa.false()), else_=sa.true())
        waiting = (
            sa.select(cases)
            .where(
                cases.c.state == CaseState.OPEN, cases.c.assignee_id.is_(None), visible_to(reader, AccessLevel.SUMMARY)
            )
            .order_by(no_alarm, cases.c.due_at, cases.c.id)
            .limit(1)
        )
        # SKIP LOCKED: another worker's transaction may be taking the first, so this one takes the next.
        row = self._connection.execute(waiting.with_for_update(of=cases, skip_locked=True)).one_or_none()
        return None if row is None else self._to_case(row._mapping)

    def save(self, case: Case) -> None:
        as_read = (cases.c.id == case.id) & (cases.c.version == case.stored_version)
        if self._connection.execute(sa.update(cases).where(as_read).values(_case_row(case))).rowcount != 1:
            raise StaleCase
        self._add_entries(case)

    def _add_entries(self, case: Case) -> None:
        rows = [_entry_row(case.id, entry) for entry in case.new_entries]
        if rows:
            self._connection.execute(sa.insert(case_entries), rows)
        case.stored_version = case.version

    def _to_case(self, row: Mapping[Any, Any]) -> Case:
        of_case = sa.select(case_entries).where(case_entries.c.case_id == row["id"]).order_by(case_entries.c.version)
        entries = [_to_entry(entry._mapping) for entry in self._connection.execute(of_case)]
        return Case(**{name: row[name] for name in _CASE_COLUMNS}, stored_version=row["version"], entries=entries)


class SqlCaseEqualityRepository:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def version(self, case_id: UUID) -> int:
        """Returns the newest version over all cases of the referral."""
        of_referral = sa.select(cases.c.referral_id).where(cases.c.id == case_id).scalar_subquery()
        newest = sa.select(sa.func.max(case_equality.c.version)).where(case_equality.c.referral_id == of_referral)
        return self._connection.execute(newest).scalar_one() or 0

    def add(self, equality: CaseEquality) -> None:
        row = {field.name: getattr(equality, field.name) for field in fields(equality)}
        self._connection.execute(sa.insert(case_equality).values(row))


class SqlTeamMembers:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def has(self, team_id: UUID, staff_id: UUID) -> bool:
        return any(member == staff_id for member, _name in members(self._connection, frozenset({team_id})))


def _case_row(case: Case) -> dict[str, Any]:
    return {name: getattr(case, name) for name in _CASE_COLUMNS}


def _entry_row(case_id: UUID, entry: Entry) -> dict[str, Any]:
    return {"case_id": case_id} | {name: getattr(entry, name) for name in _ENTRY_COLUMNS}


def _to_entry(row: Mapping[Any, Any]) -> Entry:
    return Entry(**{name: row[name] for name in _ENTRY_COLUMNS})
