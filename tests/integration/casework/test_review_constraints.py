"""What a review, an own view and a decision may never be is refused by the schema itself, whatever the code does."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.casework.adapters.review_repository import SqlReviewRepository
from services.casework.adapters.review_tables import decisions, own_views, reviews
from services.casework.adapters.tables import bases, metadata
from services.casework.domain.review import Review
from services.contracts.codes import LawfulBasis, Pathway, RecipientClass, SupportLevel
from services.platform.db.batch import Batch
from services.platform.db.engine import Database
from tests.factories.reviews import COLLEAGUE, NAVIGATOR, REVIEWER, SHOWN, a_review, after, views

Row = dict[str, Any]


@pytest.fixture
def database(new_database: Callable[[str], str]) -> Database:
    database = Database(new_database("casework"))
    with database.write() as connection:
        metadata.create_all(connection)
    return database


@pytest.fixture
def refused(database: Database) -> Callable[[sa.Executable], bool]:
    def is_refused(statement: sa.Executable) -> bool:
        try:
            with database.write() as connection:
                connection.execute(statement)
        except sa.exc.IntegrityError:
            return True
        return False

    return is_refused


def stored(database: Database, review: Review) -> Review:
    with database.write() as connection:
        batch = Batch(connection)
        SqlReviewRepository(batch).add(review)
        batch.write()
    return review


def with_view(database: Database, *, shown: bool = True, **content: Any) -> Review:
    """A stored review that the reviewer has viewed at minute 10 and, if shown, compared at minute 12."""
    review = stored(database, a_review(**content))
    views(review)
    if shown:
        review.show(REVIEWER, SHOWN, at=after(12))
    with database.write() as connection:
        SqlReviewRepository(Batch(connection)).save(review)
    return review


def a_row(review: Review, **change: Any) -> Row:
    """A decision as it should be, at minute 30, but for the change."""
    return {
        "review_id": review.id,
        "referrer_key": NAVIGATOR,
        "own_view_id": review.own_views[0].id,
        "decided_by": REVIEWER,
        "own_view_at": after(10),
        "shown_at": after(12),
        "decided_at": after(30),
        "level": SupportLevel.PLANNED,
        "pathway": Pathway.UNIVERSAL_SUPPORT,
        "reasons": "As I said.",
        "difference_reasons": [],
        "band": "raised",
        "agrees": True,
        "agreement_table": 1,
        "model_version": "3",
    } | change


class TestADecision:
    def test_is_taken_as_it_should_be(self, database: Database, refused: Callable[[sa.Executable], bool]) -> None:
        review = with_view(database)

        assert not refused(sa.insert(decisions).values(a_row(review)))

    def test_is_taken_without_the_estimate(self, database: Database, refused: Callable[[sa.Executable], bool]) -> None:
        review = with_view(database, shown=False)
        unseen = {"shown_at": None, "band": None, "agrees": None, "model_version": None}

        assert not refused(sa.insert(decisions).values(a_row(review, **unseen)))

    def test_is_refused_when_it_is_not(self, database: Database, refused: Callable[[sa.Executable], bool]) -> None:
        changes: list[Row] = [
            {"decided_by": None},
            {"decided_by": COLLEAGUE},
            {"own_view_id": None},
            {"own_view_id": uuid4()},
            {"own_view_at": after(9)},
            {"own_view_at": None},
            {"decided_at": after(5)},
            {"shown_at": after(8)},
            {"shown_at": after(31)},
            {"level": "not_enough_information"},
            {"agrees": None},
            {"band": None},
            {"reasons": None},
            {"referrer_key": COLLEAGUE},
            {"review_id": uuid4()},
        ]
        review = with_view(database)

        taken = [change for change in changes if not refused(sa.insert(decisions).values(a_row(review, **change)))]

        assert taken == []

    def test_is_one_for_each_review(self, database: Database, refused: Callable[[sa.Executable], bool]) -> None:
        review = with_view(database)
        refused(sa.insert(decisions).values(a_row(review)))

        assert refused(sa.insert(decisions).values(a_row(review)))

    def test_by_who_referred_is_refused_even_with_an_own_view(
        self, database: Database, refused: Callable[[sa.Executable], bool]
    ) -> None:
        review = with_view(database)
        own = a_view_row(review, reviewer_id=NAVIGATOR)

        assert refused(sa.insert(own_views).values(own))
        assert refused(sa.insert(decisions).values(a_row(review, decided_by=NAVIGATOR)))

    def test_is_never_changed_or_taken_back(self, database: Database, refused: Callable[[sa.Executable], bool]) -> None:
        assert not refused(sa.insert(decisions).values(a_row(with_view(database))))
        changes: list[Row] = [{"level": "urgent"}, {"reasons": "Better ones."}, {"decided_at": after(40)}]

        taken = [change for change in changes if not refused(sa.update(decisions).values(**change))]

        assert taken == []
        assert refused(sa.delete(decisions))


def a_view_row(review: Review, **change: Any) -> Row:
    return {
        "id": uuid4(),
        "review_id": review.id,
        "reviewer_id": COLLEAGUE,
        "referrer_key": NAVIGATOR,
        "referral_version": 1,
        "level": "planned",
        "sureness": "fairly",
        "why": "Nobody at home.",
        "recorded_at": after(10),
        "estimate_seen_before": False,
    } | change


class TestAnOwnView:
    def test_is_refused_when_it_contradicts_itself(
        self, database: Database, refused: Callable[[sa.Executable], bool]
    ) -> None:
        changes: list[Row] = [
            {"shown_at": after(9), "shown_sequence": 1},
            {"shown_at": after(12)},
            {"why": None},
            {"reviewer_id": NAVIGATOR},
            {"reviewer_id": REVIEWER},
            {"referrer_key": REVIEWER},
        ]
        review = with_view(database)

        taken = [change for change in changes if not refused(sa.insert(own_views).values(a_view_row(review, **change)))]

        assert taken == []

    def test_of_a_colleague_is_shown_beside_it(
        self, database: Database, refused: Callable[[sa.Executable], bool]
    ) -> None:
        review = with_view(database)

        assert not refused(sa.insert(own_views).values(a_view_row(review)))

    def test_is_never_changed_but_for_the_first_showing(
        self, database: Database, refused: Callable[[sa.Executable], bool]
    ) -> None:
        with_view(database, shown=False)
        shown = {"shown_at": after(12), "shown_sequence": 1, "shown_band": "raised", "shown_model_version": "3"}

        assert refused(sa.update(own_views).values(level="urgent", **shown))
        assert refused(sa.update(own_views).values(why="I thought so all along."))
        assert not refused(sa.update(own_views).values(**shown))
        assert refused(sa.update(own_views).values(**shown | {"shown_at": after(13)}))
        assert refused(sa.update(own_views).values(shown_at=None, shown_sequence=None))
        assert refused(sa.delete(own_views))


class TestAReview:
    def test_is_one_for_each_referral(self, database: Database, refused: Callable[[sa.Executable], bool]) -> None:
        review = stored(database, a_review())

        with pytest.raises(sa.exc.IntegrityError):
            stored(database, a_review(referral_id=review.referral_id))

    def test_is_refused_when_it_contradicts_itself(
        self, database: Database, refused: Callable[[sa.Executable], bool]
    ) -> None:
        changes: list[Row] = [
            {"version": 0},
            {"state": "question_asked"},
            {"state": "question_asked", "question": "age"},
            {"question": "age", "paused_at": after(5)},
            {"claimed_by": REVIEWER},
        ]
        review = stored(database, a_review())

        taken = [
            change
            for change in changes
            if not refused(sa.update(reviews).where(reviews.c.id == review.id).values(**change))
        ]

        assert taken == []

    def test_is_never_paused_where_there_is_danger(
        self, database: Database, refused: Callable[[sa.Executable], bool]
    ) -> None:
        review = stored(database, a_review(danger=True))
        paused = {"state": "question_asked", "question": "age", "paused_at": after(5)}

        assert refused(sa.update(reviews).where(reviews.c.id == review.id).values(**paused))


class TestABasis:
    def test_added_by_a_reviewer_is_never_consent_and_has_a_reason(
        self, refused: Callable[[sa.Executable], bool]
    ) -> None:
        content = [
            (LawfulBasis.CONSENT_YOUNG_PERSON, REVIEWER, "They said so"),
            (LawfulBasis.CONSENT_PARENT_OR_CARER, REVIEWER, "They said so"),
            (LawfulBasis.PUBLIC_TASK, REVIEWER, None),
            (LawfulBasis.PUBLIC_TASK, None, "Nobody knows who"),
        ]

        taken = [row for row in content if not refused(sa.insert(bases).values(_added(*row)))]

        assert taken == []


def _added(basis: LawfulBasis, added_by: UUID | None, reason: str | None) -> Row:
    row = {"referral_id": uuid4(), "recipient_class": RecipientClass.YOUTH_JUSTICE, "basis": basis}
    return row | {"added_by": added_by, "reason": reason}
