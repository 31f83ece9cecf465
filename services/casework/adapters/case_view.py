"""One case, as far as its viewer may read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters import review_scope
from services.casework.adapters.alarm_queries import AlarmView, alarms_of
from services.casework.adapters.case_queries import CaseRow, members, row_of, select_rows, with_reasons
from services.casework.adapters.case_scope import visible_to
from services.casework.adapters.case_tables import case_entries, case_equality, cases
from services.casework.adapters.changes import unread_in_case
from services.casework.adapters.referral_history import referral_changes
from services.casework.adapters.review_tables import decisions, follow_ups, reviews, withdrawals
from services.casework.adapters.same_person import OtherReferral, other_referrals
from services.casework.adapters.tables import identities, narratives, referrals, staff, teams
from services.casework.domain.case_entries import Entry
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.case_rules import CaseNotFound
from services.casework.domain.change import ChangeKind
from services.casework.domain.referral_changes import VersionChange
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import (
    CloseReason,
    OrganisationClass,
    Outcome,
    Source,
    SupportLevel,
    WithdrawalReason,
    YoungPersonAnswer,
)


@dataclass(frozen=True, kw_only=True)
class EntryView(Entry):
    recorded_by_name: str | None
    assignee_name: str | None


@dataclass(frozen=True, kw_only=True)
class CaseChange:
    """An unread change by the referrer after the decision."""

    referral_version: int
    kind: ChangeKind
    arrived_at: datetime
    reason: WithdrawalReason | None
    """Why the referrer asked to withdraw it, if that is the change."""


@dataclass(frozen=True, kw_only=True)
class CaseWhole:
    """What the assigned worker and the team's manager see. Excludes the estimate and reviewers' own views."""

    level: SupportLevel
    reasons: str | None
    """The reasons of the reviewer's decision."""
    decided_by_name: str | None
    source: Source
    referred_by_class: OrganisationClass | None
    received_at: datetime
    circumstances: Mapping[str, Any]
    date_of_birth: date | None
    phone: str | None
    address: str | None
    postcode: str | None
    safe_contact: Sequence[str]
    safe_contact_note: str | None
    do_not_contact: Sequence[str]
    do_not_contact_note: str | None
    interpreter_needed: bool
    interpreter_language: str | None
    facts: Mapping[str, Any]
    texts: Mapping[str, str]
    answer: YoungPersonAnswer | None
    later_on: date | None
    outcome: Outcome | None
    closed_at: datetime | None
    close_reason: CloseReason | None
    confirmed_at: datetime | None
    equality_asked: bool
    changes: Sequence[CaseChange]
    referral_changes: Sequence[VersionChange]
    """The referrer's changes after the decision, newest first."""
    referrer_name: str | None
    entries: Sequence[EntryView]
    other_referrals: Sequence[OtherReferral]
    alarms: Sequence[AlarmView]
    """All alarms of its referral, newest first."""


@dataclass(frozen=True, kw_only=True)
class CaseView:
    row: CaseRow
    review_id: UUID | None
    """The review that opened it, for reviewers who may read it; otherwise None."""
    on_call_address: str | None
    members: Sequence[tuple[UUID, str]]
    """The active members of the team, only for its manager."""
    whole: CaseWhole | None


def read_case(connection: sa.Connection, reader: CaseReader, case_id: UUID, access: AccessLevel) -> CaseView:
    """Raises CaseNotFound if there is none that the viewer may read this much of."""
    found = select_rows(reader).where(cases.c.id == case_id, visible_to(reader, access))
    row = connection.execute(found).one_or_none()
    if row is None:
        raise CaseNotFound
    [case] = with_reasons(connection, [row_of(row, reader)])
    beside = (
        sa.select(_review_for(reader), teams.c.on_call_address)
        .select_from(cases.outerjoin(teams, teams.c.id == cases.c.team_id))
        .where(cases.c.id == case_id)
    )
    review_id, on_call_address = connection.execute(beside).one()
    return CaseView(
        row=case,
        review_id=review_id,
        on_call_address=on_call_address,
        members=members(connection, frozenset({case.team_id})) if reader.manager and case.known_whole else (),
        whole=_whole(connection, case_id, on=reader.on) if case.known_whole else None,
    )


def _review_for(reader: CaseReader) -> sa.ScalarSelect[Any]:
    as_reviewer = ReviewReader(staff_id=reader.staff_id, areas=reader.review_areas)
    known = sa.and_(reviews.c.id == cases.c.review_id, review_scope.visible_to(as_reviewer))
    return sa.select(reviews.c.id).where(known).scalar_subquery()


def _whole(connection: sa.Connection, case_id: UUID, *, on: date) -> CaseWhole:
    referrer = staff.alias("referrer")
    row = connection.execute(
        sa.select(
            cases,
            decisions.c.reasons,
            staff.c.display_name.label("decided_by_name"),
            referrals.c.source,
            referrals.c.referred_by_class,
            referrals.c.received_at,
            referrals.c.circumstances,
            referrals.c.facts,
            referrals.c.interpreter_needed,
            identities.c.date_of_birth,
            identities.c.details,
            narratives.c.texts,
            referrals.c.version.label("referral_version"),
            reviews.c.referral_version.label("decided_on"),
            referrer.c.display_name.label("referrer_name"),
        )
        .select_from(
            cases.join(referrals, referrals.c.id == cases.c.referral_id)
            .outerjoin(reviews, reviews.c.id == cases.c.review_id)
            .outerjoin(referrer, referrer.c.id == referrals.c.referred_by_staff_id)
            .outerjoin(identities, identities.c.referral_id == cases.c.referral_id)
            .outerjoin(narratives, narratives.c.referral_id == cases.c.referral_id)
            .outerjoin(decisions, decisions.c.review_id == cases.c.review_id)
            .outerjoin(staff, staff.c.id == decisions.c.decided_by)
        )
        .where(cases.c.id == case_id)
    ).one()
    details = row.details or {}
    decided_on = row.decided_on or row.referral_version
    return CaseWhole(
        level=row.level,
        reasons=row.reasons,
        decided_by_name=row.decided_by_name,
        source=row.source,
        referred_by_class=row.referred_by_class,
        received_at=row.received_at,
        circumstances=row.circumstances,
        date_of_birth=row.date_of_birth,
        phone=details.get("phone"),
        address=details.get("address"),
        postcode=details.get("postcode"),
        safe_contact=details.get("safe_contact", []),
        safe_contact_note=details.get("safe_contact_note"),
        do_not_contact=details.get("do_not_contact", []),
        do_not_contact_note=details.get("do_not_contact_note"),
        interpreter_needed=bool(row.interpreter_needed),
        interpreter_language=details.get("interpreter_language"),
        facts=row.facts,
        texts=row.texts or {},
        answer=row.answer,
        later_on=row.later_on,
        outcome=row.outcome,
        closed_at=row.closed_at,
        close_reason=row.close_reason,
        confirmed_at=row.confirmed_at,
        equality_asked=_equality_asked(connection, case_id),
        changes=_changes(connection, case_id),
        referral_changes=referral_changes(connection, row.referral_id, after=decided_on),
        referrer_name=row.referrer_name,
        entries=_entries(connection, case_id),
        other_referrals=other_referrals(connection, case_id, on=on),
        alarms=alarms_of(connection, row.referral_id),
    )


def _equality_asked(connection: sa.Connection, case_id: UUID) -> bool:
    asked = sa.select(sa.literal(1)).where(case_equality.c.case_id == case_id).limit(1)
    return connection.execute(asked).one_or_none() is not None


def _changes(connection: sa.Connection, case_id: UUID) -> list[CaseChange]:
    c = follow_ups.c
    found = (
        sa.select(c.referral_version, c.kind, c.arrived_at, withdrawals.c.reason)
        .outerjoin(
            withdrawals,
            sa.and_(c.kind == ChangeKind.WITHDRAWN, withdrawals.c.referral_id == c.referral_id),
        )
        .where(unread_in_case(sa.literal(case_id)))
        .order_by(c.referral_version)
    )
    return [CaseChange(**row._mapping) for row in connection.execute(found)]


def _entries(connection: sa.Connection, case_id: UUID) -> list[EntryView]:
    """Returns the entries in the order of recording."""
    writer, assignee = staff.alias("writer"), staff.alias("assignee")
    found = (
        sa.select(
            case_entries,
            writer.c.display_name.label("recorded_by_name"),
            assignee.c.display_name.label("assignee_name"),
        )
        .select_from(
            case_entries.outerjoin(writer, writer.c.id == case_entries.c.recorded_by).outerjoin(
                assignee, assignee.c.id == case_entries.c.assignee_id
            )
        )
        .where(case_entries.c.case_id == case_id)
        .order_by(case_entries.c.version)
    )
    names = [field.name for field in fields(EntryView)]
    return [EntryView(**{name: row._mapping[name] for name in names}) for row in connection.execute(found)]
