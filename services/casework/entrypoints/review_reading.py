"""Who asks about reviews, and how a review is opened for a page or listed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.casework.adapters import review_queries
from services.casework.adapters.review_queries import ReviewRow, ReviewWhole
from services.casework.application.claim_review import OpenReview
from services.casework.domain.review import OPEN_STATES, OwnView, Review
from services.casework.domain.review_reader import ReviewReader, review_reader
from services.kernel.web import current, paging


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A review as its reader has it before them. Other reviewers' own views are in none of it but `review`."""

    review: Review
    whole: ReviewWhole
    own_view: OwnView | None
    """Of the facts as they now are."""
    earlier_view: OwnView | None
    """The reader's last view of facts that have changed since."""

    @property
    def is_open(self) -> bool:
        return self.review.state in OPEN_STATES


def reader() -> ReviewReader:
    who = current.identity()
    return review_reader(
        staff_id=who.staff_id,
        roles=who.roles,
        organisation_class=who.organisation_class,
        teams=who.teams,
        areas=who.areas,
    )


def opened(review_id: UUID, *, take_over: bool = False) -> Opened:
    """Open the review: audited, and claimed when nobody has it. Raises ReviewNotFound."""
    who = reader()
    review = current.handle(OpenReview(review_id=review_id, reader=who, take_over=take_over))
    mine = [view for view in review.own_views if view.reviewer_id == who.staff_id]
    now_held = review.own_view_of(who.staff_id)
    return Opened(
        review=review,
        whole=review_queries.whole(current.reading(), who, review_id),
        own_view=now_held,
        earlier_view=next((view for view in reversed(mine) if view is not now_held), None),
    )


def listed(page: paging.PageRequest, *, referral_id: UUID | None = None) -> paging.Paged[ReviewRow]:
    """One page of the open reviews, or the one of a referral, with one audit row that names those shown."""
    who = reader()
    with current.transaction() as transaction:
        if referral_id is None:
            after = (
                None if page.after is None else (datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
            )
            rows = review_queries.list_reviews(transaction.connection, who, after=after, limit=page.limit + 1)
        else:
            found = review_queries.review_of_referral(transaction.connection, who, referral_id)
            rows = [] if found is None else [found]
        shown = paging.paged(rows, page, [(row.due_at.isoformat(), str(row.id)) for row in rows])
        transaction.audit(
            "reviews.listed",
            subject_type="list",
            subject_id="reviews",
            reason="review",
            details={
                "reviews": [str(row.id) for row in shown.items],
                "referrals": [str(row.referral_id) for row in shown.items],
            },
        )
    return shown
