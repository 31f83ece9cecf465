"""Who asks about reviews, and how a review is opened for a page or listed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import current_app

from services.casework.adapters import review_queries
from services.casework.adapters.review_queries import ConsentWithdrawal, ReviewRow, ReviewWhole
from services.casework.application.claim_review import ReadReview
from services.casework.application.review_ports import ReviewPolicy
from services.casework.domain.decision import OwnView
from services.casework.domain.review import OPEN_STATES, Review
from services.casework.domain.review_reader import ReviewReader, review_reader
from services.platform.web import current, etag, paging


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
        at=current.now(),
    )


def opened(review_id: UUID) -> Opened:
    """Read the review: audited, and nothing else. Raises ReviewNotFound."""
    who = reader()
    review = current.handle(ReadReview(review_id=review_id, reader=who))
    mine = [view for view in review.own_views if view.reviewer_id == who.staff_id]
    now_held = review.own_view_of(who.staff_id)
    return Opened(
        review=review,
        whole=review_queries.whole(current.reading(), who, review_id, at=current.now()),
        own_view=now_held,
        earlier_view=next((view for view in reversed(mine) if view is not now_held), None),
    )


def policy() -> ReviewPolicy:
    """What the partnership has agreed of times."""
    found: ReviewPolicy = current_app.extensions["casework"]
    return found


def read_revision() -> int:
    """The revision that the page of this form showed; one that no review has when the form does not say."""
    return etag.form_version("revision")


def listed(page: paging.PageRequest, *, referral_id: UUID | None = None) -> paging.Paged[ReviewRow]:
    """One page of the open reviews, or the one of a referral, with one audit row that names those shown."""
    who = reader()
    with current.transaction() as transaction:
        if referral_id is None:
            after = (
                None if page.after is None else (datetime.fromisoformat(str(page.after[0])), UUID(str(page.after[1])))
            )
            rows = review_queries.list_reviews(
                transaction.connection, who, at=transaction.at, after=after, limit=page.limit + 1
            )
        else:
            found = review_queries.review_of_referral(transaction.connection, who, referral_id, at=transaction.at)
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


def consent_withdrawals_listed() -> list[ConsentWithdrawal]:
    """Those for a reviewer to confirm, with an audit row that names them when there are any."""
    with current.transaction() as transaction:
        found = review_queries.consent_withdrawals(transaction.connection, reader())
        if found:
            transaction.audit(
                "reviews.listed",
                subject_type="list",
                subject_id="consent_withdrawals",
                reason="review",
                details={"reviews": [str(row.review_id) for row in found]},
            )
    return found
