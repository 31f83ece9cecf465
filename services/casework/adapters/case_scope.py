"""The need-to-know rule of cases as a query condition: hidden rows look as if they did not exist."""

import sqlalchemy as sa

from services.casework.adapters.bases import covers, unfinished
from services.casework.adapters.case_tables import cases, consent_notices
from services.casework.adapters.tables import referrals
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.contracts.codes import HAND_OVERS, RecipientClass


def visible_to(reader: CaseReader, access: AccessLevel) -> sa.ColumnElement[bool]:
    """Returns whether the viewer may read this much of the row's case.

    A team, its worker and its manager see a case only while a recorded lawful basis covers the team's class.
    """
    of_team = sa.and_(cases.c.team_id.in_(reader.teams), cases.c.team_class.in_(reader.classes))
    covered = covers(cases.c.referral_id, cases.c.team_class, on=reader.on)
    in_team = sa.and_(of_team, covered)
    match access:
        case AccessLevel.NOTICE:
            notified = cases.c.id.in_(sa.select(consent_notices.alias("notified").c.case_id))
            return sa.and_(of_team, ~covered, unfinished(), notified)
        case AccessLevel.SUMMARY:
            return sa.or_(in_team, _as_reviewer(reader))
        case AccessLevel.FULL:
            return in_team if reader.manager else sa.and_(in_team, cases.c.assignee_id == reader.staff_id)
        case AccessLevel.MANAGE:
            return in_team if reader.manager else sa.false()


def _as_reviewer(reader: CaseReader) -> sa.ColumnElement[bool]:
    """Returns whether a reviewer may see a hand-over: in their areas, covered for triage, not their own referral."""
    made = referrals.alias("made")
    own = sa.exists(
        sa.select(sa.literal(1))
        .select_from(made)
        .where(made.c.id == cases.c.referral_id, made.c.referred_by_staff_id == reader.staff_id)
    )
    return sa.and_(
        cases.c.pathway.in_(HAND_OVERS),
        cases.c.area.in_(reader.review_areas),
        covers(cases.c.referral_id, sa.literal(RecipientClass.TRIAGE.value)),
        ~own,
    )
