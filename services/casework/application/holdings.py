"""Use cases: release a colleague's review, read a notice, and find stranded cases."""

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
    """This person has no claim on the review and did not ask its question."""

    title = N_("This person no longer holds this review")


class NoticeNotFound(NotFound):
    """The notice does not exist, or it is not for this person."""


@dataclass(frozen=True, kw_only=True)
class ReleaseReview:
    """A reviewer of the area releases a colleague's claim on a review and the question they asked."""

    review_id: UUID
    reader: ReviewReader
    staff_id: UUID


@dataclass(frozen=True, kw_only=True)
class ReadCaseNotice:
    notice_id: UUID
    reader: CaseReader


@dataclass(frozen=True)
class FindStrandedCases:
    """Find cases whose worker cannot act or is idle, at most once per interval."""


def release_review(command: ReleaseReview, uow: ReviewUnitOfWork) -> None:
    """Raises ReviewNotFound, ReviewEnded, HoldsNothing."""
    review = uow.reviews.get(command.review_id, command.reader)
    review.must_be_open()
    claimed = review.claimant(uow.at) == command.staff_id
    given = uow.holdings.release_questions(command.staff_id, review.id)
    if not claimed and not given:
        raise HoldsNothing
    if claimed:
        end_claim(review, "review.claim_ended", uow)
    uow.audit("review.released", subject_type="review", subject_id=review.id, details={"holder": str(command.staff_id)})


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
    notified = 0
    for case_id, kind, staff_id in uow.holdings.stranded():
        if uow.holdings.notify(case_id, kind, about=staff_id):
            uow.audit("case.stranded", subject_type="case", subject_id=case_id, details={"kind": kind})
            notified += 1
    return notified
