"""Who is to read what a referrer says after the decision."""

import sqlalchemy as sa

from services.casework.adapters.bases import covers
from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import changes_to_read
from services.casework.domain.case import HAND_OVERS


def of_worked_case() -> sa.ColumnElement[bool]:
    """Whether the change of the row belongs to a case whose team works it here and may still know of it.

    What belongs to none is for the person who decided: a hand-over is worked elsewhere, and when the basis for the
    team is gone, so is the case from its queue. A change must never be nobody's to read.
    """
    return sa.exists().where(
        cases.c.id == changes_to_read.c.case_id,
        cases.c.pathway.not_in(HAND_OVERS),
        covers(cases.c.referral_id, cases.c.team_class),
    )
