"""Stores reviews, own views and decisions. Of two concurrent writers, the later one gets StaleReview."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.casework.adapters.proposals import SqlProposals, proposed_by
from services.casework.adapters.review_scope import NO_STAFF_REFERRER, clock_runs, is_claimed, is_newest, visible_to
from services.casework.adapters.review_tables import decisions, own_views, replacements_shown, reviews
from services.casework.domain.decision import Decision, OwnView, Shown
from services.casework.domain.review import Review, ReviewNotFound, ReviewState, StaleReview
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import DifferenceReason
from services.platform.db.batch import Batch

_NOT_COLUMNS = {
    "referred_by",
    "decision",
    "own_views",
    "proposals",
    "stored_version",
    "estimate_seen_in_earlier_rounds",
}
_COLUMNS = [field.name for field in fields(Review) if field.name not in _NOT_COLUMNS]


class SqlReviewRepository:
    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._known_views: set[UUID] = set()
        self._proposals = SqlProposals(self._connection)
        self._of_referrals: dict[UUID, Review | None] = {}

    def add(self, review: Review) -> None:
        self._batch.insert(reviews, _row(review))
        self._move_earlier(review)
        self._of_referrals[review.referral_id] = review
        review.stored_version = review.version

    def get(self, review_id: UUID, reader: ReviewReader) -> Review:
        review = self._one(sa.and_(reviews.c.id == review_id, visible_to(reader)))
        if review is None:
            raise ReviewNotFound
        return review

    def of_referral(self, referral_id: UUID) -> Review | None:
        if referral_id not in self._of_referrals:
            self.read([referral_id])
        return self._of_referrals[referral_id]

    def read(self, referral_ids: Collection[UUID]) -> None:
        """Loads and locks the reviews of these referrals, for `of_referral`."""
        if referral_ids:
            found = self._reviews(self._connection.execute(_OF_REFERRALS, {"ids": list(referral_ids)}).all())
            self._of_referrals |= dict.fromkeys(referral_ids) | {review.referral_id: review for review in found}

    def is_about(self, referral_id: UUID, person_id: UUID) -> None:
        update = sa.update(reviews).where(reviews.c.referral_id == referral_id)
        self._connection.execute(update.values(person_id=person_id))
        loaded = self._of_referrals.get(referral_id)
        if loaded is not None:
            loaded.person_id = person_id

    def whole(self, review_id: UUID) -> Review:
        """Returns an existing review. For system use."""
        review = self._one(reviews.c.id == review_id)
        assert review is not None  # noqa: S101 (no review is ever deleted)
        return review

    def next_unclaimed(self, reader: ReviewReader, *, at: datetime) -> Review | None:
        waiting = (
            sa.select(reviews)
            .where(clock_runs(at), ~is_claimed(at), ~proposed_by(reviews.c.id, reader.staff_id), visible_to(reader))
            .order_by(reviews.c.danger.desc(), reviews.c.due_at, reviews.c.id)
            .limit(1)
        )
        # SKIP LOCKED: another reviewer's transaction may be claiming the first, so this one claims the next.
        return self._found(self._connection.execute(waiting.with_for_update(of=reviews, skip_locked=True)))

    def with_expired_claims(self, *, at: datetime, limit: int) -> list[Review]:
        expired = sa.select(reviews).where(reviews.c.claim_expires_at <= at).order_by(reviews.c.id).limit(limit)
        return self._reviews(self._connection.execute(expired.with_for_update(of=reviews, skip_locked=True)).all())

    def claimed_by(self, staff_id: UUID) -> list[Review]:
        claimed = (reviews.c.claim_expires_at.is_not(None)) & (reviews.c.claimed_by == staff_id)
        return self._reviews(self._connection.execute(_LOCKED.where(claimed).order_by(reviews.c.id)).all())

    def save(self, review: Review) -> None:
        as_read = (reviews.c.id == review.id) & (reviews.c.version == review.stored_version)
        if self._connection.execute(sa.update(reviews).where(as_read).values(_row(review))).rowcount != 1:
            raise StaleReview
        self._move_earlier(review)
        for view in review.own_views:
            if view.id not in self._known_views:
                self._connection.execute(sa.insert(own_views).values(_view_row(review, view)))
                self._known_views.add(view.id)
        self._proposals.save(review)
        if review.decision is not None:
            self._connection.execute(sa.insert(decisions).values(_decision_row(review, review.decision)))
        review.stored_version = review.version

    def save_shown(self, view: OwnView) -> None:
        if view.replaced:
            row = {"own_view_id": view.id, **vars(view.shown)}
            self._connection.execute(sa.insert(replacements_shown).values(row))
        else:
            self._connection.execute(sa.update(own_views).where(own_views.c.id == view.id).values(_shown_row(view)))

    def _one(self, condition: sa.ColumnElement[bool]) -> Review | None:
        return self._found(self._connection.execute(_LOCKED.where(condition)))

    def _found(self, rows: sa.CursorResult[Any]) -> Review | None:
        return next(iter(self._reviews(rows.all())), None)

    def _reviews(self, rows: Sequence[sa.Row[Any]]) -> list[Review]:
        found = {row.id: _review(row._mapping) for row in rows}
        # After locking the reviews, so that nobody adds a view meanwhile.
        if found:
            for row in self._connection.execute(_VIEWS, {"ids": list(found)}):
                found[row.review_id].own_views.append(_view(row._mapping))
                self._known_views.add(row.id)
            self._add_replacements([view for review in found.values() for view in review.own_views if view.shown])
        self._proposals.read([review for review in found.values() if review.state is ReviewState.AGREEMENT_NEEDED])
        again = [review for review in found.values() if review.round > 1]
        if again:
            self._read_earlier(again)
        return list(found.values())

    def _add_replacements(self, views: Sequence[OwnView]) -> None:
        """Adds the estimates that replaced the first one shown, in order."""
        of = {view.id: view for view in views}
        for row in self._connection.execute(_REPLACEMENTS, {"ids": list(of)}) if of else ():
            known = dict(row._mapping)
            view = of[known.pop("own_view_id")]
            assert view.shown is not None  # noqa: S101 (only views with a shown estimate are loaded)
            view.replaced.append(view.shown)
            view.shown = Shown(**known)

    def _read_earlier(self, found: Sequence[Review]) -> None:
        """Loads who saw an estimate of the referral in an earlier round, which may influence their view."""
        seen: dict[tuple[UUID, int], set[UUID]] = {}
        for row in self._connection.execute(_SEEN, {"ids": [review.referral_id for review in found]}):
            seen.setdefault((row.referral_id, row.round), set()).add(row.reviewer_id)
        for review in found:
            earlier = [seen.get((review.referral_id, earlier), set()) for earlier in range(1, review.round)]
            review.estimate_seen_in_earlier_rounds = frozenset().union(*earlier)

    def _move_earlier(self, review: Review) -> None:
        """Moves earlier rounds to the newest round's area, so that the same reviewers may read them."""
        if review.round > 1:
            earlier = (reviews.c.referral_id == review.referral_id) & (reviews.c.round < review.round)
            self._connection.execute(sa.update(reviews).where(earlier).values(area=review.area))


def _review(row: Mapping[Any, Any]) -> Review:
    referrer = row["referrer_key"]
    # Rows of an earlier release store a claim as a state.
    state = ReviewState.WAITING if row["state"] is ReviewState.BEING_READ else row["state"]
    return Review(
        **({name: row[name] for name in _COLUMNS} | {"state": state}),
        referred_by=None if referrer == NO_STAFF_REFERRER else referrer,
        stored_version=row["version"],
    )


def _row(review: Review) -> dict[str, Any]:
    return {name: getattr(review, name) for name in _COLUMNS} | {
        "referrer_key": review.referred_by or NO_STAFF_REFERRER
    }


def _view_row(review: Review, view: OwnView) -> dict[str, Any]:
    return {
        "id": view.id,
        "review_id": review.id,
        "reviewer_id": view.reviewer_id,
        "referrer_key": review.referred_by or NO_STAFF_REFERRER,
        "referral_version": view.referral_version,
        "level": view.level,
        "sureness": view.sureness,
        "why": view.why,
        "recorded_at": view.recorded_at,
        "estimate_seen_before": view.estimate_seen_before,
    } | _shown_row(view)


def _shown_row(view: OwnView) -> dict[str, Any]:
    shown = view.shown
    return {
        "shown_at": view.shown_at,
        "shown_sequence": shown.sequence if shown else None,
        "shown_band": shown.band if shown else None,
        "shown_model_version": shown.model_version if shown else None,
        "shown_probability": shown.probability if shown else None,
        "shown_known_answers": shown.known_answers if shown else None,
        "shown_all_answers": shown.all_answers if shown else None,
    }


def _view(row: Mapping[Any, Any]) -> OwnView:
    shown = None
    if row["shown_sequence"] is not None:
        shown = Shown(
            sequence=row["shown_sequence"],
            band=row["shown_band"],
            model_version=row["shown_model_version"],
            probability=row["shown_probability"],
            known_answers=row["shown_known_answers"],
            all_answers=row["shown_all_answers"],
            at=row["shown_at"],
        )
    names = ("id", "reviewer_id", "referral_version", "level", "sureness", "why", "recorded_at", "estimate_seen_before")
    return OwnView(**{name: row[name] for name in names}, shown_at=row["shown_at"], shown=shown)


def _decision_row(review: Review, decision: Decision) -> dict[str, Any]:
    view = decision.own_view
    return {
        "review_id": review.id,
        "referrer_key": review.referred_by or NO_STAFF_REFERRER,
        "own_view_id": view.id,
        "decided_by": decision.decided_by,
        "own_view_at": view.recorded_at,
        "shown_at": decision.shown_at,
        "decided_at": decision.decided_at,
        "level": decision.level,
        "pathway": decision.pathway,
        "reasons": decision.reasons,
        "difference_reasons": [DifferenceReason(reason).value for reason in decision.difference_reasons],
        "band": decision.shown.band if decision.shown else None,
        "agrees": decision.agrees,
        "agreement_table": decision.agreement_table,
        "model_version": decision.shown.model_version if decision.shown else None,
        "team_id": decision.team_id,
    }


_LOCKED = sa.select(reviews).with_for_update(of=reviews)
_IDS: sa.BindParameter[Any] = sa.bindparam("ids", expanding=True)
_OF_REFERRALS = _LOCKED.where(reviews.c.referral_id.in_(_IDS), is_newest()).order_by(reviews.c.id)
_REPLACEMENTS = (
    sa.select(replacements_shown)
    .where(replacements_shown.c.own_view_id.in_(_IDS))
    .order_by(replacements_shown.c.sequence)
)
_VIEWS = sa.select(own_views).where(own_views.c.review_id.in_(_IDS)).order_by(own_views.c.recorded_at)
_SEEN = (
    sa.select(reviews.c.referral_id, reviews.c.round, own_views.c.reviewer_id)
    .join(own_views, own_views.c.review_id == reviews.c.id)
    .where(reviews.c.referral_id.in_(_IDS), own_views.c.shown_at.is_not(None))
)
