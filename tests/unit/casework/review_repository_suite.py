"""What every repository of reviews does: the real one on both databases, and the fake that unit tests use."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from services.casework.application.review_ports import ReviewRepository
from services.casework.domain.review import Review, ReviewEnded, ReviewNotFound, StaleReview
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import Band, EstimateCause, RecipientClass
from tests.factories.reviews import (
    COLLEAGUE,
    NAVIGATOR,
    REVIEWER,
    SHOWN,
    a_reader,
    a_review,
    after,
    asks,
    decides,
    proposes,
    views,
)


@dataclass
class ReviewStorage:
    """A repository that keeps what each unit of work saved, and a way to say who a referral may be told to."""

    unit_of_work: Callable[[], AbstractContextManager[ReviewRepository]]
    add_basis: Callable[[UUID, RecipientClass], None]

    def review(self, review: Review, *, body: RecipientClass = RecipientClass.TRIAGE) -> Review:
        self.add_basis(review.referral_id, body)
        with self.unit_of_work() as reviews:
            reviews.add(review)
        return review

    def found(self, review: Review, reader: ReviewReader | None = None) -> Review:
        with self.unit_of_work() as reviews:
            return reviews.get(review.id, reader or a_reader())

    def is_visible(self, review: Review, reader: ReviewReader) -> bool:
        try:
            return self.found(review, reader).id == review.id
        except ReviewNotFound:
            return False


class ReviewRepositorySuite:
    """What every repository of reviews does. Subclasses give the fixture `kept`."""

    def test_gives_back_what_was_added(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review(referred_by=None))

        assert storage.found(review) == review

    def test_gives_back_own_views_question_and_what_was_shown(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review())
        review.claim(REVIEWER, at=after(1), until=after(32))
        view = views(review)
        asks(review, REVIEWER, question_id=review.referral_id, minute=15)
        with storage.unit_of_work() as reviews:
            reviews.save(review)

        review.show(REVIEWER, SHOWN, at=after(16))
        with storage.unit_of_work() as reviews:
            reviews.save_shown(view)

        assert storage.found(review) == review

    def test_gives_back_what_replaced_an_estimate_shown(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review())
        view = views(review)
        with storage.unit_of_work() as reviews:
            reviews.save(review)
        newer = [
            replace(SHOWN, sequence=2, band=Band.HIGH, probability=0.4, cause=EstimateCause.PERSONS_LINKED),
            replace(SHOWN, sequence=4, band=None, probability=None, cause=EstimateCause.SOURCE_WITHDRAWN),
        ]
        for minute, shown in enumerate((SHOWN, *newer), start=16):
            review.show(REVIEWER, shown, at=after(minute))
            with storage.unit_of_work() as reviews:
                reviews.save_shown(view)

        assert storage.found(review) == review
        assert [one.at for one in storage.found(review).own_views[0].replaced] == [after(16), after(17)]

    def test_showing_an_estimate_writes_nothing_of_the_review(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review())
        view = views(review)
        with storage.unit_of_work() as reviews:
            reviews.save(review)
        before = storage.found(review).version

        view.shown_at, view.shown = after(16), SHOWN
        with storage.unit_of_work() as reviews:
            reviews.save_shown(view)

        assert storage.found(review).version == before

    def test_gives_back_the_proposal_that_waits(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review(danger=True))
        views(review)
        proposes(review)
        with storage.unit_of_work() as reviews:
            reviews.save(review)

        assert storage.found(review) == review

    def test_stores_the_outcome_of_a_proposal(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review(danger=True))
        views(review)
        proposes(review)
        with storage.unit_of_work() as reviews:
            reviews.save(review)
        with storage.unit_of_work() as reviews:
            stored = reviews.get(review.id, a_reader(COLLEAGUE))
            stored.answer_proposal(by=COLLEAGUE, agree=False, reason="Not yet.", at=after(40))
            reviews.save(stored)

        assert storage.found(review).proposal is None
        assert storage.found(review).state is stored.state

    def test_gives_a_proposal_to_others_than_who_made_it(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review(danger=True))
        views(review)
        proposes(review)
        with storage.unit_of_work() as reviews:
            reviews.save(review)

        with storage.unit_of_work() as reviews:
            mine = reviews.next_unclaimed(a_reader(), at=after(50))
            theirs = reviews.next_unclaimed(a_reader(COLLEAGUE), at=after(50))

        assert mine is None
        assert theirs is not None
        assert theirs.id == review.id

    def test_refuses_a_change_of_what_somebody_else_changed_meanwhile(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review())
        mine, theirs = storage.found(review), storage.found(review)
        theirs.claim(COLLEAGUE, at=after(1), until=after(32))
        with storage.unit_of_work() as reviews:
            reviews.save(theirs)

        mine.claim(REVIEWER, at=after(1), until=after(32))
        with pytest.raises(StaleReview), storage.unit_of_work() as reviews:
            reviews.save(mine)

    def test_keeps_one_decision(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review())
        for by in (REVIEWER, COLLEAGUE):
            views(review, by)
        with storage.unit_of_work() as reviews:
            reviews.save(review)
        mine = storage.found(review)
        with storage.unit_of_work() as reviews:
            theirs = reviews.get(review.id, a_reader(COLLEAGUE))
            decides(theirs, COLLEAGUE)
            reviews.save(theirs)

        decides(mine, REVIEWER)
        with pytest.raises((StaleReview, ReviewEnded)), storage.unit_of_work() as reviews:
            reviews.save(mine)

    def test_finds_it_only_for_a_reviewer_of_its_area_who_did_not_refer(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review())

        assert storage.is_visible(review, a_reader())
        assert not storage.is_visible(review, a_reader(areas=("westborough",)))
        assert not storage.is_visible(review, a_reader(areas=()))
        assert not storage.is_visible(review, a_reader(NAVIGATOR))

    def test_finds_none_that_no_basis_covers_for_triage(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review(), body=RecipientClass.SUPPORT_SERVICE)

        assert not storage.is_visible(review, a_reader())

    def test_finds_the_one_of_a_referral_for_the_system_itself(self, storage: ReviewStorage) -> None:
        review = storage.review(a_review(), body=RecipientClass.SUPPORT_SERVICE)

        with storage.unit_of_work() as reviews:
            found = reviews.of_referral(review.referral_id)

        assert found is not None
        assert found.id == review.id

    def test_gives_the_soonest_due_that_nobody_has_and_one_may_know(self, storage: ReviewStorage) -> None:
        storage.review(a_review(danger=True, area="westborough"))
        storage.review(a_review(danger=True, referred_by=REVIEWER))
        storage.review(a_review())
        taken, soonest = (storage.review(a_review(danger=True)) for _ in range(2))
        taken.claim(COLLEAGUE, at=after(1), until=after(32))
        with storage.unit_of_work() as reviews:
            reviews.save(taken)

        with storage.unit_of_work() as reviews:
            following = reviews.next_unclaimed(a_reader(), at=after(5))

        assert following is not None
        assert following.id == soonest.id
