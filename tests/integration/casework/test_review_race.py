"""Two reviewers at the same review at once, on both databases: one decision, one claim, one case."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_repository import SqlReviewRepository, _decision_row
from services.casework.adapters.review_tables import decisions, reviews
from services.casework.application.claim_review import ClaimNextReview
from services.casework.application.decide_review import DecideReview
from services.casework.application.record_own_view import RecordOwnView
from services.casework.domain.review import Review, ReviewEnded
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import Pathway, RecipientClass, SupportLevel, Sureness
from services.platform.db.batch import Batch
from services.platform.errors import ApplicationError
from tests.factories.reviews import COLLEAGUE, REVIEWER, a_reader, after
from tests.integration.casework.review_world import Referred, ReviewWorld

TWO = (a_reader(REVIEWER), a_reader(COLLEAGUE))


def at_once(do: Callable[[ReviewReader], Any]) -> list[Any]:
    """What both reviewers got, or the rule that refused them, having begun together."""
    together, got = Barrier(2, timeout=30), []

    def work(reader: ReviewReader) -> None:
        together.wait()
        try:
            got.append(do(reader))
        except (ApplicationError, sa.exc.IntegrityError) as refusal:
            got.append(type(refusal))

    threads = [Thread(target=work, args=[reader]) for reader in TWO]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(got) == 2
    return got


def with_both_views(world: ReviewWorld) -> Referred:
    referred = world.referral(RecipientClass.SUPPORT_SERVICE)
    for reader in TWO:
        world.run(
            RecordOwnView(
                review_id=referred.review_id,
                reader=reader,
                level=SupportLevel.PLANNED,
                sureness=Sureness.FAIRLY,
                why="Wants help.",
                revision=referred.revision,
            ),
            by=reader.staff_id,
        )
    return referred


class TestTwoReviewers:
    @pytest.mark.parametrize("_time", range(5))
    def test_who_decide_at_once_make_one_decision_and_one_case(self, review_world: ReviewWorld, _time: int) -> None:
        referred = with_both_views(review_world)

        def decide(reader: ReviewReader) -> UUID:
            command = DecideReview(
                review_id=referred.review_id,
                reader=reader,
                level=SupportLevel.PLANNED,
                pathway=Pathway.EARLY_INTERVENTION,
                reasons="Wants help.",
                revision=1,
                team_id=review_world.teams["early-help"],
            )
            opened: UUID = review_world.run(command, by=reader.staff_id)
            return opened

        got = at_once(decide)

        assert got.count(ReviewEnded) == 1
        assert len(review_world.rows(decisions)) == 1
        assert len(review_world.rows(cases)) == 1

    def test_who_ask_for_the_next_get_two_different_reviews(self, review_world: ReviewWorld) -> None:
        waiting = {review_world.referral().review_id for _ in range(2)}

        got = at_once(lambda reader: review_world.run(ClaimNextReview(reader=reader), by=reader.staff_id))

        assert set(got) == waiting

    def test_are_separated_by_the_schema_if_the_code_does_not(self, review_world: ReviewWorld) -> None:
        """The rule is a constraint too: this double neither holds the row nor compares its version."""
        referred = with_both_views(review_world)
        both_have_read = Barrier(2, timeout=30)

        def decide(reader: ReviewReader) -> str:
            with review_world.database.read() as connection:
                review = _Careless(Batch(connection)).get(referred.review_id, reader)
            both_have_read.wait()
            decision = review.would_decide(
                by=reader.staff_id,
                level=SupportLevel.NONE,
                pathway=Pathway.NO_FURTHER_ACTION,
                reasons="No.",
                difference_reasons=(),
                team_id=None,
                at=after(60),
            )
            review.decide(decision)
            with review_world.database.write() as connection:
                _Careless(Batch(connection)).save(review)
            return "decided"

        got = at_once(decide)

        assert sorted(map(str, got)) == sorted(["decided", str(sa.exc.IntegrityError)])
        assert len(review_world.rows(decisions)) == 1


class _Careless(SqlReviewRepository):
    def get(self, review_id: UUID, reader: ReviewReader) -> Review:
        [review] = self._reviews(self._connection.execute(sa.select(reviews).where(reviews.c.id == review_id)).all())
        return review

    def save(self, review: Review) -> None:
        assert review.decision is not None
        self._connection.execute(sa.insert(decisions).values(_decision_row(review, review.decision)))
