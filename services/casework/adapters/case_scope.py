"""The need-to-know rule of cases as a condition of the query: what it leaves out looks like what does not exist."""

import sqlalchemy as sa

from services.casework.adapters.bases import covers, unfinished
from services.casework.adapters.case_tables import cases, consent_notices
from services.casework.adapters.tables import referrals
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.contracts.codes import HAND_OVERS, RecipientClass


def knows(reader: CaseReader, knowledge: AccessLevel) -> sa.ColumnElement[bool]:
    """Whether the reader may know this much of the case of the row.

    A team knows of a case only while a recorded lawful basis covers the team's class: so do its worker and its manager.
    """
    of_team = sa.and_(cases.c.team_id.in_(reader.teams), cases.c.team_class.in_(reader.classes))
    covered = covers(cases.c.referral_id, cases.c.team_class, on=reader.on)
    in_team = sa.and_(of_team, covered)
    match knowledge:
        case AccessLevel.NOTICE:
            told = cases.c.id.in_(sa.select(consent_notices.alias("told").c.case_id))
            return sa.and_(of_team, ~covered, unfinished(), told)
        case AccessLevel.SUMMARY:
            return sa.or_(in_team, _as_reviewer(reader))
        case AccessLevel.FULL:
            return in_team if reader.manager else sa.and_(in_team, cases.c.assignee_id == reader.staff_id)
        case AccessLevel.MANAGE:
            return in_team if reader.manager else sa.false()


def _as_reviewer(reader: CaseReader) -> sa.ColumnElement[bool]:
    """A hand-over of a referral that they may know as reviewer: of their areas, told to triage, not their own."""
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
