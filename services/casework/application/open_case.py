"""Opens a case or a hand-over in a team's queue, in the decision's unit of work."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.case_publishing import publish_entries
from services.casework.domain.case import Case
from services.contracts.codes import Pathway, RecipientClass, SupportLevel


@dataclass(frozen=True, kw_only=True)
class OpenCase:
    """The decision's values. `due_at` is `case_due_at(decided_at, level, settings' hours)`."""

    case_id: UUID
    review_id: UUID
    referral_id: UUID
    person_id: UUID
    team_id: UUID
    team_class: RecipientClass
    pathway: Pathway
    level: SupportLevel
    area: str
    follows_version: int = 0
    """The version of the case from an earlier round."""
    opened_by: UUID
    opened_at: datetime
    due_at: datetime


def open_case(opening: OpenCase, uow: CaseUnitOfWork) -> UUID:
    """Opens the case for one of the four pathways that go to a team. Returns the case's id.

    `youth_justice` and `early_intervention` open a case; `safeguarding` and `adult_services` a hand-over, which stays
    open until the receiver confirms. The caller checks that a lawful basis covers the team's class and publishes the
    progress step; this function publishes `casework.case.opened` and writes the audit row.
    Raises NoCaseOnPathway and TeamNotOfPathway.
    """
    case = Case.open(
        case_id=opening.case_id,
        review_id=opening.review_id,
        referral_id=opening.referral_id,
        person_id=opening.person_id,
        team_id=opening.team_id,
        team_class=opening.team_class,
        pathway=opening.pathway,
        level=opening.level,
        area=opening.area,
        follows_version=opening.follows_version,
        by=opening.opened_by,
        at=opening.opened_at,
        due_at=opening.due_at,
    )
    opened = case.new_entries
    uow.cases.add(case)
    publish_entries(case, opened, uow)
    uow.audit("case.opened", subject_type="case", subject_id=case.id)
    return case.id
