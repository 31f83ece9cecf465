"""Queries for pages and the API. Each takes the caller and returns only what that caller may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.contracts.codes import ProgressStep, Question
from services.intake.adapters import match_scope
from services.intake.adapters.match_repository import to_match
from services.intake.adapters.referral_repository import load
from services.intake.adapters.repositories import SqlTeams
from services.intake.adapters.tables import (
    drafts,
    identities,
    match_changes,
    matches,
    referral_versions,
    referrals,
    staff,
    steps,
)
from services.intake.domain.lawful_basis import OrganisationClasses
from services.intake.domain.match import Match, MatchState
from services.intake.domain.referral import Referral, ReferredBy
from services.intake.domain.viewer import Viewer


@dataclass(frozen=True, kw_only=True)
class OwnReferral:
    """One line of a referrer's list."""

    id: UUID
    reference: str
    name: str | None
    age: int | None
    """At the time of referral, in years."""
    received_at: datetime
    step: ProgressStep
    question: Question | None
    withdrawn_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Draft:
    id: UUID
    version: int
    answers: dict[str, list[str]]
    started_at: datetime | None
    saved_at: datetime
    sent_as: UUID | None


def referral_of(connection: sa.Connection, referral_id: UUID, asking: ReferredBy) -> Referral | None:
    """Returns the referral if the caller wrote it, else None."""
    mine = sa.select(referrals.c.id).where(referrals.c.id == referral_id, _written_by(asking))
    if connection.execute(mine).first() is None:
        return None
    return load(connection, referral_id)


def referrals_of(
    connection: sa.Connection, asking: ReferredBy, *, limit: int, after: Sequence[Any] | None
) -> list[OwnReferral]:
    """Returns the caller's own referrals, newest first."""
    query = (
        sa.select(referrals, _NEWEST_NAME.label("name"), _NEWEST_AGE.label("age"))
        .where(_written_by(asking))
        .order_by(referrals.c.received_at.desc(), referrals.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, last = datetime.fromisoformat(str(after[0])), UUID(str(after[1]))
        earlier = referrals.c.received_at < at
        query = query.where(earlier | ((referrals.c.received_at == at) & (referrals.c.id < last)))
    return [
        OwnReferral(
            id=row.id,
            reference=row.reference,
            name=row.name,
            age=row.age,
            received_at=row.received_at,
            step=row.step,
            question=row.question,
            withdrawn_at=row.withdrawn_at,
        )
        for row in connection.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class Step:
    step: ProgressStep
    at: datetime


def steps_of(connection: sa.Connection, referral_id: UUID) -> list[Step]:
    """Returns the steps reached since the referral was received, newest first, each with the time it was reached."""
    query = sa.select(steps).where(steps.c.referral_id == referral_id).order_by(steps.c.version)
    reached = {row.step: row.at for row in reversed(connection.execute(query).all())}
    since = [Step(step=step, at=at) for step, at in reached.items() if step is not ProgressStep.RECEIVED]
    return sorted(since, key=lambda one: one.at, reverse=True)


def draft_of(connection: sa.Connection, draft_id: UUID, *, staff_id: UUID, at: datetime) -> Draft | None:
    mine = (drafts.c.id == draft_id) & (drafts.c.staff_id == staff_id) & (drafts.c.expires_at > at)
    row = connection.execute(sa.select(drafts).where(mine)).first()
    return None if row is None else _to_draft(row)


def drafts_of(connection: sa.Connection, *, staff_id: UUID, at: datetime) -> list[Draft]:
    """Returns the person's unsent drafts, newest first."""
    unsent = (drafts.c.staff_id == staff_id) & (drafts.c.expires_at > at) & drafts.c.referral_id.is_(None)
    query = sa.select(drafts).where(unsent).order_by(drafts.c.saved_at.desc()).limit(20)
    return [_to_draft(row) for row in connection.execute(query)]


def organisation_classes(connection: sa.Connection) -> OrganisationClasses:
    """The kinds of organisation behind the active teams of each class."""
    return SqlTeams(connection).organisation_classes()


@dataclass(frozen=True, kw_only=True)
class MatchView:
    """A match with its two referrals and its history."""

    match: Match
    earlier: "Side"
    later: "Side"
    history: Sequence["Attribution"]


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two. `referral` is None when consent was taken back that alone let reviewers know of it."""

    id: UUID
    reference: str
    received_at: datetime
    withdrawn_at: datetime | None
    referral: Referral | None


@dataclass(frozen=True, kw_only=True)
class Attribution:
    state: MatchState
    at: datetime
    by: str | None
    reason: str | None


def match_for(connection: sa.Connection, match_id: UUID, viewer: Viewer) -> MatchView | None:
    """The match, for a reviewer who may know both referrals."""
    query = sa.select(matches).where(matches.c.id == match_id, match_scope.visible_to(viewer))
    row = connection.execute(query).first()
    if row is None:
        return None
    earlier, later = (_side(connection, referral_id) for referral_id in (row.earlier_id, row.later_id))
    return MatchView(match=to_match(row), earlier=earlier, later=later, history=_history(connection, match_id))


def _side(connection: sa.Connection, referral_id: UUID) -> Side:
    c = referrals.c
    found = sa.select(c.reference, c.received_at, c.withdrawn_at, match_scope.hidden(c.id)).where(c.id == referral_id)
    reference, received_at, withdrawn_at, hidden = connection.execute(found).one()
    return Side(
        id=referral_id,
        reference=reference,
        received_at=received_at,
        withdrawn_at=withdrawn_at,
        referral=None if hidden else load(connection, referral_id),
    )


def _history(connection: sa.Connection, match_id: UUID) -> list[Attribution]:
    query = (
        sa.select(match_changes, staff.c.display_name)
        .outerjoin(staff, staff.c.id == match_changes.c.by)
        .where(match_changes.c.match_id == match_id)
        .order_by(match_changes.c.at.desc(), match_changes.c.id)
    )
    return [
        Attribution(state=row.state, at=row.at, by=row.display_name, reason=row.reason)
        for row in connection.execute(query)
    ]


def _newest(column: sa.Column[Any]) -> Any:
    """A column of the newest version's row, for a referral of the outer query."""
    of_referral = column.table.c.referral_id == referrals.c.id
    newest = column.table.c.version.desc()
    return sa.select(column).where(of_referral).order_by(newest).limit(1).correlate(referrals).scalar_subquery()


_NEWEST_NAME = _newest(identities.c.name)
_NEWEST_AGE = _newest(referral_versions.c.age)


def _written_by(asking: ReferredBy) -> sa.ColumnElement[bool]:
    same_account = referrals.c.referred_by == asking.staff_id
    if not asking.is_system:
        return same_account
    by_system = referrals.c.by_system | referrals.c.referred_by.is_(None)
    return same_account | (by_system & (referrals.c.organisation_id == asking.organisation_id))


def _to_draft(row: Any) -> Draft:
    return Draft(
        id=row.id,
        version=row.version,
        answers=row.answers or {},
        started_at=row.started_at,
        saved_at=row.saved_at,
        sent_as=row.referral_id,
    )
