"""Use case: the referrer has not answered, and the reviewer extends the pause until a chosen day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from services.casework.application.claim_review import at_work
from services.casework.application.review_ports import ReviewUnitOfWork
from services.casework.application.review_publishing import publish_open
from services.casework.domain.case_clock import london_day
from services.casework.domain.review import NoQuestionWaits
from services.casework.domain.review_reader import ReviewReader
from services.casework.domain.working_days import start_of_day


@dataclass(frozen=True, kw_only=True)
class ExtendPause:
    review_id: UUID
    reader: ReviewReader
    on: date
    revision: int | None


def extend_pause(command: ExtendPause, uow: ReviewUnitOfWork) -> None:
    """Lists the review as paused. The due time runs again from the start of that day.

    Raises ReviewNotFound, ReviewEnded, ReadItFirst, StaleReview, NoQuestionWaits, NotWhereThereIsDanger, NotThatLate.
    """
    review = uow.reviews.get(command.review_id, command.reader)
    review.must_be_open()
    review.must_be_at(command.revision)
    if review.paused_at is None:
        raise NoQuestionWaits
    review.extend_pause(
        by=command.reader.staff_id,
        at=uow.at,
        until=start_of_day(command.on),
        latest=start_of_day(latest_day(review.paused_at, uow.policy.longest_pause_days)),
        hours=uow.policy.review_hours,
    )
    at_work(review, command.reader, uow)
    uow.reviews.save(review)
    publish_open(review, uow)
    uow.audit("review.put_off", subject_type="review", subject_id=review.id)


def latest_day(asked_at: datetime, days: int) -> date:
    return london_day(asked_at) + timedelta(days=days)
