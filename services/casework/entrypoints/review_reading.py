"""Reads reviews for the current viewer, with audit rows."""

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
    """A review opened by its viewer. Only `review` contains other reviewers' own views."""

    review: Review
    whole: ReviewWhole
    own_view: OwnView | None
    """For the current facts."""
    earlier_view: OwnView | None
    """The viewer's last view of facts that have changed since."""

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
    """Reads the review and audits the read. Raises ReviewNotFound."""
    who = reader()
    review = current.handle(ReadReview(review_id=review_id, reader=who))
    mine = [view for view in review.own_views if view.reviewer_id == who.staff_id]
    current_view = review.own_view_of(who.staff_id)
    return Opened(
        review=review,
        whole=review_queries.whole(current.reading(), who, review_id, at=current.now()),
        own_view=current_view,
        earlier_view=next((view for view in reversed(mine) if view is not current_view), None),
    )


def policy() -> ReviewPolicy:
    """The partnership's settings for times."""
    found: ReviewPolicy = current_app.extensions["casework"]
    return found


def read_revision() -> int:
    """Returns the revision that the form's page showed, or an impossible one if it is missing."""
    return etag.form_version("revision")


def listed(page: paging.PageRequest, *, referral_id: UUID | None = None) -> paging.Paged[ReviewRow]:
    """Returns a page of open reviews, or a referral's review, with one audit row that names those shown."""
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
    """Returns the withdrawals of consent to confirm, with an audit row that names them."""
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
