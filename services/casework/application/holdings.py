"""Use cases: what somebody holds is released, managers read what they must know, and stranded cases are found."""

from dataclasses import dataclass
from uuid import UUID

from services.casework.application.case_ports import CaseUnitOfWork
from services.casework.application.claim_review import end_claim
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.domain.case_reader import CaseReader
from services.casework.domain.review_reader import ReviewReader
from services.platform.errors import Conflict, NotFound
from services.platform.i18n import N_


class HoldsNothing(Conflict):
    """This person neither has the review open nor asked the question that waits."""

    title = N_("This person no longer holds this review")


class NoticeNotFound(NotFound):
    """There is none, or it is not for this person."""


@dataclass(frozen=True, kw_only=True)
class ReleaseReview:
    """A reviewer of the area releases what a colleague holds of a review: their claim, and the question they asked."""

    review_id: UUID
    reader: ReviewReader
    holder_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReadCaseNotice:
    notice_id: UUID
    reader: CaseReader


@dataclass(frozen=True)
class FindStrandedCases:
    """Look at who holds cases, when it is time."""


def release_review(command: ReleaseReview, uow: ReviewUnitOfWork) -> None:
    """Raises ReviewNotFound, ReviewEnded, HoldsNothing."""
    review = uow.reviews.get(command.review_id, command.reader)
    review.must_be_open()
    claimed = review.claimant(uow.at) == command.holder_id
    given = uow.holdings.give_questions_to_area(command.holder_id, review.id)
    if not claimed and not given:
        raise HoldsNothing
    if claimed:
        end_claim(review, "review.claim_ended", uow)
    uow.audit(
        "review.released", subject_type="review", subject_id=review.id, details={"holder": str(command.holder_id)}
    )


def read_case_notice(command: ReadCaseNotice, uow: CaseUnitOfWork) -> None:
    """Raises NoticeNotFound."""
    case_id = uow.holdings.notice_read(command.notice_id, command.reader)
    if case_id is None:
        raise NoticeNotFound
    uow.audit("case.notice_read", subject_type="case", subject_id=case_id)


def find_stranded_cases(_command: FindStrandedCases, uow: ReviewUnitOfWork) -> int:
    """Returns the number of cases whose managers were notified for the first time."""
    if not uow.holdings.begin_check(every=uow.policy.holdings_checked_every):
        return 0
    uow.holdings.mark_idle(unseen_since=uow.at - uow.policy.holder_idle_after)
    uow.holdings.resolve_recovered()
    told = 0
    for case_id, kind, holder_id in uow.holdings.stranded():
        if uow.holdings.notify(case_id, kind, about=holder_id):
            uow.audit("case.stranded", subject_type="case", subject_id=case_id, details={"kind": kind})
            told += 1
    return told
