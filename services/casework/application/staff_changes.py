"""Event handlers of staff: what a person can no longer act on returns to their team or area."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.casework.application.case_publishing import save_case
from services.casework.application.claim_review import end_claim
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.domain.case import SYSTEM, Act
from services.casework.domain.case_notice import NoticeKind
from services.casework.domain.staff_member import StaffMember


@dataclass(frozen=True)
class StaffChanged:
    event: Mapping[str, Any]


@dataclass(frozen=True)
class StaffSignedIn:
    event: Mapping[str, Any]


def on_staff_changed(command: StaffChanged, uow: ReviewUnitOfWork) -> None:
    """Releases what the person may no longer work on: inactive, or without the role, team or area."""
    if not uow.projections.apply_staff(command.event):
        return
    event = command.event
    member = StaffMember(
        staff_id=event["staff_id"],
        active=event["active"],
        organisation_class=event["organisation_class"],
        roles=frozenset(event["roles"]),
        teams=frozenset(event["teams"]),
        areas=frozenset(event["areas"]),
    )
    _end_claims(member, uow)
    for review_id in uow.holdings.release_questions(member.staff_id):
        uow.audit("review.question_given_to_area", subject_type="review", subject_id=review_id)
    _unassign_cases(member, uow)


def on_staff_signed_in(command: StaffSignedIn, uow: ReviewUnitOfWork) -> None:
    uow.holdings.signed_in(command.event["staff_id"], command.event["at"])


def _end_claims(member: StaffMember, uow: ReviewUnitOfWork) -> None:
    for review in uow.reviews.claimed_by(member.staff_id):
        if not member.can_review(review.area):
            end_claim(review, "review.claim_ended", uow)


def _unassign_cases(member: StaffMember, uow: ReviewUnitOfWork) -> None:
    for case in uow.cases.assigned_to(member.staff_id):
        reason = member.unassign_reason(case.team_id, case.team_class)
        if reason is not None:
            case.unassign(reason, Act(entry_id=uow.new_id(), by=SYSTEM, at=uow.at))
            save_case(case, uow, "case.unassigned")
            uow.holdings.notify(case.id, NoticeKind.UNASSIGNED, about=member.staff_id)
