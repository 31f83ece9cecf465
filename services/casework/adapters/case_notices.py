"""What a team may read of a case after consent was withdrawn: reference, initials and what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.case_queries import Tab
from services.casework.adapters.case_scope import visible_to
from services.casework.adapters.case_tables import cases, consent_notices
from services.casework.domain.case_reader import AccessLevel, CaseReader
from services.casework.domain.case_rules import CaseNotFound
from services.contracts.codes import HAND_OVERS

_MAX_NOTICES = 100


@dataclass(frozen=True, kw_only=True)
class ConsentNotice:
    case_id: UUID
    referral_id: UUID
    version: int
    reference: str
    initials: str
    withdrawn_at: datetime
    stopped_at: datetime | None
    hand_over: bool
    may_act: bool
    """Its worker, its manager or, if unassigned, any member of the team."""


def read_notice(connection: sa.Connection, reader: CaseReader, case_id: UUID) -> ConsentNotice:
    """Raises CaseNotFound if there is none visible to the viewer."""
    found = connection.execute(_notices(reader).where(cases.c.id == case_id)).one_or_none()
    if found is None:
        raise CaseNotFound
    return ConsentNotice(**found._mapping)


def notices_of(connection: sa.Connection, reader: CaseReader, tab: Tab) -> Sequence[ConsentNotice]:
    """Returns the notices of a list, newest first."""
    handed_over = cases.c.pathway.in_(HAND_OVERS)
    match tab:
        case Tab.MINE:
            of_list = sa.and_(~handed_over, cases.c.assignee_id == reader.staff_id)
        case Tab.UNASSIGNED:
            of_list = sa.and_(~handed_over, cases.c.assignee_id.is_(None))
        case Tab.TEAM:
            of_list = ~handed_over
        case Tab.HAND_OVERS:
            of_list = handed_over
        case _:
            return []
    found = (
        _notices(reader).where(of_list).order_by(consent_notices.c.withdrawn_at.desc(), cases.c.id).limit(_MAX_NOTICES)
    )
    return [ConsentNotice(**row._mapping) for row in connection.execute(found)]


def _notices(reader: CaseReader) -> sa.Select[Any]:
    theirs = sa.or_(cases.c.assignee_id.is_(None), cases.c.assignee_id == reader.staff_id)
    may_act = sa.true() if reader.manager else sa.case((theirs, sa.true()), else_=sa.false())
    return (
        sa.select(
            cases.c.id.label("case_id"),
            cases.c.referral_id,
            cases.c.version,
            consent_notices.c.reference,
            consent_notices.c.initials,
            consent_notices.c.withdrawn_at,
            cases.c.stopped_at,
            cases.c.pathway.in_(HAND_OVERS).label("hand_over"),
            may_act.label("may_act"),
        )
        .join(consent_notices, consent_notices.c.case_id == cases.c.id)
        .where(visible_to(reader, AccessLevel.NOTICE))
    )
