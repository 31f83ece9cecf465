"""Queries of reviews, with need-to-know in every query. None of them reads an estimate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.alarm_queries import AlarmView, alarms_of, open_reasons
from services.casework.adapters.bases import hidden_from_its_team, holds
from services.casework.adapters.case_tables import cases
from services.casework.adapters.proposal_queries import ProposalView, proposals_of
from services.casework.adapters.referral_history import referral_as_of, referral_changes
from services.casework.adapters.review_rounds import Rounds, rounds_of
from services.casework.adapters.review_scope import is_claimed, is_newest, is_unanswered, visible_to
from services.casework.adapters.review_tables import decisions, matches, reviews, withdrawals
from services.casework.adapters.same_person import OpenCase, open_cases
from services.casework.adapters.tables import bases, identities, narratives, referrals, staff, teams
from services.casework.domain.alarm import AlarmReason
from services.casework.domain.case_clock import london_day
from services.casework.domain.disclosure import Disclosing
from services.casework.domain.referral_changes import VersionChange
from services.casework.domain.review import OPEN_STATES, ReviewNotFound, ReviewState
from services.casework.domain.review_reader import ReviewReader
from services.casework.domain.routing import Subject, Team
from services.casework.domain.todays_age import todays_age
from services.casework.domain.withdrawal import Withdrawal
from services.contracts.codes import (
    AgeBasis,
    DifferenceReason,
    DisclosureGateway,
    LawfulBasis,
    OrganisationClass,
    Pathway,
    Question,
    RecipientClass,
    Source,
    SupportLevel,
    WithdrawalReason,
)

Cursor = tuple[datetime, UUID]
"""The position of a row: its due time, then its id."""


@dataclass(frozen=True, kw_only=True)
class ReviewRow:
    id: UUID
    referral_id: UUID
    referral_version: int
    version: int
    revision: int
    reference: str
    state: ReviewState
    due_at: datetime
    paused_at: datetime | None
    """When the waiting question was asked."""
    pause_ends_at: datetime | None
    unanswered: bool
    """Whether the pause for an answer is over."""
    leaves_at: datetime | None
    danger: bool
    initials: str | None
    age: int | None
    """The age today."""
    details_arrived: bool
    claimed_by: UUID | None
    claimed_by_name: str | None
    claim_expires_at: datetime | None
    """None, like the two fields before it, after the claim has ended."""
    withdrawal_asked: bool
    source: Source
    alarm_reasons: Sequence[AlarmReason] = ()
    """The reasons of open alarms."""


@dataclass(frozen=True, kw_only=True)
class BasisView:
    recipient_class: RecipientClass
    basis: LawfulBasis
    gateway: DisclosureGateway | None
    expires_on: date | None
    added_by: UUID | None
    reason: str | None
    withdrawn_at: datetime | None
    """When the consent was withdrawn; since then the basis covers nobody."""


@dataclass(frozen=True, kw_only=True)
class MatchView:
    id: UUID
    state: str
    other_reference: str
    agreeing: Sequence[str]
    contradicting: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ConsentWithdrawal:
    """A withdrawal of consent after the decision, for a reviewer to confirm."""

    review_id: UUID
    reference: str
    withdrawn_at: datetime


@dataclass(frozen=True, kw_only=True)
class DecisionView:
    level: SupportLevel
    pathway: Pathway
    reasons: str
    difference_reasons: Sequence[DifferenceReason]
    """Why it differs from the estimate: only for reviewers who have recorded their own view."""
    decided_at: datetime
    decided_by_name: str | None
    team_name: str | None


@dataclass(frozen=True, kw_only=True)
class ReviewWhole:
    """Everything on which a reviewer decides, except the estimate."""

    row: ReviewRow
    area: str
    area_name: str
    age_basis: AgeBasis
    age_at_referral: int | None
    referrer_name: str | None
    referred_by_class: OrganisationClass | None
    received_at: datetime
    facts: Mapping[str, Any]
    circumstances: Mapping[str, Any]
    name: str | None
    date_of_birth: date | None
    details: Mapping[str, Any] | None
    interpreter_needed: bool
    texts: Mapping[str, str] | None
    bases: Sequence[BasisView]
    matches: Sequence[MatchView]
    question: Question | None
    decision: DecisionView | None
    proposals: Sequence[ProposalView]
    """The waiting one first, then newest first."""
    changes: Sequence[VersionChange]
    """The referrer's changes, newest first."""
    as_decided: bool
    """Whether facts, identity and texts are of the version at which the review ended."""
    hidden_from: RecipientClass | None
    """The class of the case's team, if no lawful basis covers it any more."""
    withdrawal: Withdrawal | None
    alarms: Sequence[AlarmView]
    """All alarms, newest first."""
    rounds: Rounds
    open_cases: Sequence[OpenCase]
    """Open cases from the young person's other referrals that the viewer may read."""


def list_reviews(
    connection: sa.Connection, reader: ReviewReader, *, at: datetime, after: Cursor | None = None, limit: int
) -> list[ReviewRow]:
    """Returns the open reviews visible to the viewer, soonest due first."""
    in_turn = (reviews.c.due_at, reviews.c.id)
    of_list = sa.select(reviews.c.id).where(visible_to(reader), reviews.c.state.in_(OPEN_STATES))
    if after is not None:
        of_list = of_list.where(sa.tuple_(*in_turn) > sa.tuple_(*_bound(after)))
    # Joins and policies are evaluated for the rows of this page only.
    of_this_page = of_list.order_by(*in_turn).limit(limit)
    found = _rows(reader, at).where(reviews.c.id.in_(of_this_page)).order_by(*in_turn)
    rows = [_row(row, at) for row in connection.execute(found)]
    raised = open_reasons(connection, [row.referral_id for row in rows])
    return [replace(row, alarm_reasons=raised.get(row.referral_id, ())) for row in rows]


def review_of_referral(
    connection: sa.Connection, reader: ReviewReader, referral_id: UUID, *, at: datetime
) -> ReviewRow | None:
    """Returns the newest round."""
    found = _rows(reader, at).where(reviews.c.referral_id == referral_id, is_newest())
    row = connection.execute(found).one_or_none()
    return None if row is None else _with_alarms(connection, row, at)


def row(connection: sa.Connection, reader: ReviewReader, review_id: UUID, *, at: datetime) -> ReviewRow:
    """Raises ReviewNotFound if there is none visible to the viewer."""
    found = connection.execute(_rows(reader, at).where(reviews.c.id == review_id)).one_or_none()
    if found is None:
        raise ReviewNotFound
    return _with_alarms(connection, found, at)


def whole(connection: sa.Connection, reader: ReviewReader, review_id: UUID, *, at: datetime) -> ReviewWhole:
    """Returns the review with the current referral or, after it ended, the referral as it was then. Raises ReviewNotFound."""
    known, referrer = row(connection, reader, review_id, at=at), staff.alias("referrer")
    found = (
        sa.select(
            referrals,
            reviews.c.question,
            identities.c.name,
            identities.c.date_of_birth,
            identities.c.details,
            narratives.c.texts,
            referrer.c.display_name.label("referrer_name"),
        )
        .select_from(
            reviews.join(referrals, referrals.c.id == reviews.c.referral_id)
            .outerjoin(identities, identities.c.referral_id == reviews.c.referral_id)
            .outerjoin(narratives, narratives.c.referral_id == reviews.c.referral_id)
            .outerjoin(referrer, referrer.c.id == referrals.c.referred_by_staff_id)
        )
        .where(reviews.c.id == review_id)
    )
    row_found = connection.execute(found).one()
    has_ended = known.state not in OPEN_STATES
    then = referral_as_of(connection, known.referral_id, known.referral_version) if has_ended else None
    stated = {**row_found._mapping, **(then or {})}
    return ReviewWhole(
        row=known,
        area=stated["area"],
        area_name=_area_name(connection, stated["area"]),
        age_basis=stated["age_basis"],
        age_at_referral=stated["age"],
        referrer_name=row_found.referrer_name,
        referred_by_class=row_found.referred_by_class,
        received_at=row_found.received_at,
        facts=stated["facts"],
        circumstances=stated["circumstances"],
        name=stated["name"],
        date_of_birth=stated["date_of_birth"],
        details=stated["details"],
        interpreter_needed=bool(stated["interpreter_needed"]),
        texts=stated["texts"],
        bases=_bases(connection, known.referral_id),
        matches=_matches(connection, reader, known.referral_id),
        question=row_found.question,
        decision=_decision(connection, review_id),
        proposals=proposals_of(connection, review_id),
        changes=referral_changes(connection, known.referral_id),
        as_decided=then is not None,
        hidden_from=hidden_from(connection, review_id),
        withdrawal=withdrawal_of(connection, known.referral_id),
        alarms=alarms_of(connection, known.referral_id),
        rounds=rounds_of(connection, review_id, known.referral_id),
        open_cases=open_cases(connection, reader, known.referral_id),
    )


def withdrawal_of(connection: sa.Connection, referral_id: UUID) -> Withdrawal | None:
    """Returns the request to withdraw and its confirmation, if any."""
    columns = [withdrawals.c[field.name] for field in fields(Withdrawal)]
    found = connection.execute(sa.select(*columns).where(withdrawals.c.referral_id == referral_id)).one_or_none()
    return None if found is None else Withdrawal(**found._mapping)


def consent_withdrawals(connection: sa.Connection, reader: ReviewReader) -> list[ConsentWithdrawal]:
    """Returns the decided reviews with an unconfirmed withdrawal of consent, oldest first."""
    asked = withdrawals.c
    found = (
        sa.select(reviews.c.id.label("review_id"), referrals.c.reference, asked.withdrawn_at)
        .join(referrals, referrals.c.id == reviews.c.referral_id)
        .join(withdrawals, asked.referral_id == reviews.c.referral_id)
        .where(
            asked.reason == WithdrawalReason.CONSENT_WITHDRAWN,
            asked.confirmed_at.is_(None),
            reviews.c.state == ReviewState.DECIDED,
            is_newest(),
            visible_to(reader),
        )
        .order_by(asked.withdrawn_at, reviews.c.id)
    )
    return [ConsentWithdrawal(**row._mapping) for row in connection.execute(found)]


def hidden_from(connection: sa.Connection, review_id: UUID) -> RecipientClass | None:
    """Returns the team class of this review's unfinished case if no lawful basis covers it any more."""
    found = sa.select(cases.c.team_class).where(cases.c.review_id == review_id, hidden_from_its_team())
    return connection.execute(found).scalar_one_or_none()


def subject(connection: sa.Connection, referral_id: UUID, *, on: date) -> Subject:
    """Returns the facts for routing on this day in London."""
    found = (
        sa.select(referrals, identities.c.date_of_birth)
        .select_from(referrals.outerjoin(identities, identities.c.referral_id == referrals.c.id))
        .where(referrals.c.id == referral_id)
    )
    referral = connection.execute(found).one()
    found_by_police = referral.referred_by_class is OrganisationClass.POLICE
    return Subject(
        area=referral.area,
        age=todays_age(referral.age, referral.age_basis, referral.date_of_birth, on=on),
        age_basis=referral.age_basis,
        weapon_found_by_police=found_by_police and bool(referral.facts.get("weapon_found_by_police_on")),
        covered=_classes_with_basis(connection, referral_id, on),
    )


def disclosing(connection: sa.Connection, referral_id: UUID) -> Disclosing:
    """Returns the facts about the referral that the rule for additional bases needs."""
    c = referrals.c
    referral = connection.execute(sa.select(c.referred_by_class, c.circumstances).where(c.id == referral_id)).one()
    organisation_classes: dict[RecipientClass, set[OrganisationClass]] = {}
    for team in connection.execute(sa.select(teams.c.team_class, teams.c.organisation_class).where(teams.c.active)):
        organisation_classes.setdefault(team.team_class, set()).add(team.organisation_class)
    return Disclosing(
        referring=referral.referred_by_class,
        patient_information=referral.circumstances.get("patient_information") is not False,
        organisation_classes=organisation_classes,
    )


def _classes_with_basis(connection: sa.Connection, referral_id: UUID, on: date) -> frozenset[RecipientClass]:
    in_force = sa.select(bases.c.recipient_class).where(bases.c.referral_id == referral_id, holds(on))
    return frozenset(connection.execute(in_force).scalars())


def teams_known(connection: sa.Connection) -> list[Team]:
    names = ("id", "name", "team_class", "age_from", "age_to", "active")
    return [
        Team(**{name: team._mapping[name] for name in names}, code=team.team_code, areas=frozenset(team.areas))
        for team in connection.execute(sa.select(teams))
    ]


def _area_name(connection: sa.Connection, area: str) -> str:
    """Returns the area's name from its teams, or a readable form of the code."""
    all_names = [names for names in connection.execute(sa.select(teams.c.area_names)).scalars() if names]
    return next((names[area] for names in all_names if area in names), area.replace("-", " ").capitalize())


def _rows(reader: ReviewReader, at: datetime) -> sa.Select[Any]:
    claimed_by = sa.case((is_claimed(at), reviews.c.claimed_by))
    return (
        sa.select(
            reviews.c.id,
            reviews.c.referral_id,
            reviews.c.referral_version,
            reviews.c.version,
            reviews.c.revision,
            referrals.c.reference,
            _state_at(at).label("state"),
            reviews.c.due_at,
            reviews.c.paused_at,
            reviews.c.pause_ends_at,
            is_unanswered(at).label("unanswered"),
            reviews.c.leaves_at,
            reviews.c.danger,
            identities.c.initials,
            referrals.c.age,
            referrals.c.age_basis,
            identities.c.date_of_birth,
            sa.and_(identities.c.referral_id.is_not(None), narratives.c.referral_id.is_not(None)).label(
                "details_arrived"
            ),
            claimed_by.label("claimed_by"),
            staff.c.display_name.label("claimed_by_name"),
            sa.case((is_claimed(at), reviews.c.claim_expires_at)).label("claim_expires_at"),
            reviews.c.withdrawal_asked_at.is_not(None).label("withdrawal_asked"),
            referrals.c.source,
        )
        .select_from(
            reviews.join(referrals, referrals.c.id == reviews.c.referral_id)
            .outerjoin(identities, identities.c.referral_id == reviews.c.referral_id)
            .outerjoin(narratives, narratives.c.referral_id == reviews.c.referral_id)
            .outerjoin(staff, staff.c.id == claimed_by)
        )
        .where(visible_to(reader))
    )


def _state_at(at: datetime) -> sa.ColumnElement[ReviewState]:
    """Returns the state to show: a waiting review with a current claim is under review."""
    waits = reviews.c.state.in_([ReviewState.WAITING, ReviewState.BEING_READ])
    shown = sa.case((is_claimed(at), ReviewState.BEING_READ.value), else_=ReviewState.WAITING.value)
    state = sa.case((waits, shown), else_=sa.type_coerce(reviews.c.state, sa.String))
    return sa.type_coerce(state, reviews.c.state.type)


def _with_alarms(connection: sa.Connection, found: sa.Row[Any], at: datetime) -> ReviewRow:
    row = _row(found, at)
    return replace(row, alarm_reasons=open_reasons(connection, [row.referral_id]).get(row.referral_id, ()))


def _row(found: sa.Row[Any], at: datetime) -> ReviewRow:
    values = dict(found._mapping)
    basis, born = values.pop("age_basis"), values.pop("date_of_birth")
    return ReviewRow(**values | {"age": todays_age(values["age"], basis, born, on=london_day(at))})


def _bound(after: Cursor) -> tuple[sa.BindParameter[Any], sa.BindParameter[Any]]:
    return sa.literal(after[0], reviews.c.due_at.type), sa.literal(after[1], reviews.c.id.type)


def _bases(connection: sa.Connection, referral_id: UUID) -> list[BasisView]:
    c = bases.c
    found = (
        sa.select(c.recipient_class, c.basis, c.gateway, c.expires_on, c.added_by, c.reason, c.withdrawn_at)
        .where(c.referral_id == referral_id)
        .order_by(c.recipient_class, c.basis, c.by_reviewer)
    )
    return [BasisView(**basis._mapping) for basis in connection.execute(found)]


def _matches(connection: sa.Connection, reader: ReviewReader, referral_id: UUID) -> list[MatchView]:
    """Returns the matches whose other referral the viewer may read, without undone ones that no longer agree in anything."""
    first, second = matches.c.first_referral_id, matches.c.second_referral_id
    other = sa.case((first == referral_id, second), else_=first)
    found = (
        sa.select(
            matches.c.id,
            matches.c.state,
            referrals.c.reference.label("other_reference"),
            matches.c.agreeing,
            matches.c.contradicting,
        )
        .join(reviews, reviews.c.referral_id == other)
        .join(referrals, referrals.c.id == other)
        .where(sa.or_(first == referral_id, second == referral_id), is_newest(), visible_to(reader))
        .order_by(matches.c.changed_at, matches.c.id)
    )
    views = [MatchView(**match._mapping) for match in connection.execute(found)]
    return [view for view in views if view.state != "undone" or view.agreeing]


def _decision(connection: sa.Connection, review_id: UUID) -> DecisionView | None:
    c = decisions.c
    found = (
        sa.select(
            c.level,
            c.pathway,
            c.reasons,
            c.difference_reasons,
            c.decided_at,
            staff.c.display_name.label("decided_by_name"),
            teams.c.name.label("team_name"),
        )
        .outerjoin(staff, staff.c.id == c.decided_by)
        .outerjoin(teams, teams.c.id == c.team_id)
        .where(c.review_id == review_id)
    )
    decision = connection.execute(found).one_or_none()
    if decision is None:
        return None
    differs = [DifferenceReason(code) for code in decision.difference_reasons]
    return DecisionView(**{**decision._mapping, "difference_reasons": differs})
