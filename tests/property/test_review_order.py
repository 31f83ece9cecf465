"""Whatever people and events do in whatever order: own view, then estimate, then decision; never the referrer's."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import decisions, own_views, reviews
from services.casework.application import hear
from services.casework.application.claim_review import OpenReview
from services.casework.application.decide_review import AskReferrer, ConfirmWithdrawal, DecideReview
from services.casework.application.hear_referral import HearReferral, HearWithdrawal
from services.casework.application.record_own_view import RecordOwnView, ShowEstimate
from services.casework.domain.review import Review
from services.casework.domain.review_reader import ReviewReader
from services.contracts.codes import DifferenceReason, Pathway, Question, RecipientClass, SupportLevel, Sureness
from services.kernel.errors import RuleBroken
from tests.factories import reviews as make
from tests.integration.casework.review_world import ReviewWorld

LEVELS = (SupportLevel.PLANNED, SupportLevel.NONE)

OF_PEOPLE = ("open", "take_over", "view", "view", "estimate", "decide", "decide", "ask", "confirm_withdrawal")
OF_EVENTS = ("amend", "answer", "withdraw", "estimated", "refused")
MOSTLY_ONE = (make.REVIEWER, make.REVIEWER, make.REVIEWER, make.COLLEAGUE, make.NAVIGATOR)

Step = tuple[str, UUID, int]
steps = st.lists(
    st.tuples(st.sampled_from(OF_PEOPLE + OF_EVENTS), st.sampled_from(MOSTLY_ONE), st.integers(0, 3)), max_size=14
)


@dataclass
class Story:
    """One referral, and what was seen to happen to it from outside."""

    world: ReviewWorld
    event: dict[str, Any] = field(default_factory=lambda: make.a_referral_event(RecipientClass.SUPPORT_SERVICE))
    version: int = 1
    viewed: set[tuple[UUID, int]] = field(default_factory=set)
    shown: list[tuple[UUID, int]] = field(default_factory=list)
    minute: int = 0

    @property
    def referral_id(self) -> UUID:
        found: UUID = self.event["referral_id"]
        return found

    def begin(self) -> None:
        self.world.hear(HearReferral(self.event))

    def tell(self, steps: list[Step]) -> None:
        """Raises AssertionError when what must hold does not hold after a step."""
        for step in steps:
            self.does(step)
            check(self)

    def does(self, step: Step) -> None:
        act, who, number = step
        self.minute += 1
        self.world.now = make.after(self.minute)
        reader = ReviewReader(staff_id=who, areas=frozenset({"northside"}))
        at = {"review_id": self.review_id, "reader": reader}
        # What is refused leaves nothing: the oracle looks at what is stored.
        with suppress(RuleBroken):
            getattr(self, f"_{act}")(at, who, number)

    @property
    def review_id(self) -> UUID:
        found: UUID = self.row["id"]
        return found

    @property
    def row(self) -> Any:
        return self.world.rows(reviews, referral_id=self.referral_id)[0]

    def _open(self, at: dict[str, Any], who: UUID, _: int) -> None:
        self.world.run(OpenReview(**at), by=who)

    def _take_over(self, at: dict[str, Any], who: UUID, _: int) -> None:
        self.world.run(OpenReview(**at, take_over=True), by=who)

    def _view(self, at: dict[str, Any], who: UUID, number: int) -> None:
        said = {"level": LEVELS[number % 2], "sureness": Sureness.FAIRLY, "why": "Because."}
        self.world.run(RecordOwnView(**at, **said), by=who)
        self.viewed.add((who, self.row["referral_version"]))

    def _estimate(self, at: dict[str, Any], who: UUID, _: int) -> None:
        comparison = self.world.run(ShowEstimate(**at), by=who)
        self.shown.append((who, self.row["referral_version"]))
        assert comparison.own_view.reviewer_id == who

    def _decide(self, at: dict[str, Any], who: UUID, number: int) -> None:
        said = {"level": LEVELS[number % 2], "reasons": "Because.", "difference_reasons": (DifferenceReason.OTHER,)}
        to_team = {"pathway": Pathway.EARLY_INTERVENTION, "team_id": self.world.teams["early-help"]}
        where = to_team if number > 1 else {"pathway": Pathway.NO_FURTHER_ACTION}
        self.world.run(DecideReview(**at, **said, **where), by=who)

    def _ask(self, at: dict[str, Any], who: UUID, _: int) -> None:
        self.world.run(AskReferrer(**at, question=Question.AGE), by=who)

    def _confirm_withdrawal(self, at: dict[str, Any], who: UUID, _: int) -> None:
        self.world.run(ConfirmWithdrawal(**at), by=who)

    def _amend(self, _at: dict[str, Any], _who: UUID, number: int) -> None:
        """Sometimes an old version comes late."""
        version = max(1, self.version + 1 - number)
        self.version = max(self.version, version)
        danger = {"immediate_danger": "yes" if number == 2 else "no"}
        told = make.a_referral_event(
            RecipientClass.SUPPORT_SERVICE, referral_id=self.referral_id, version=version, facts=danger
        )
        self.world.hear(HearReferral(told | {"reference": self.event["reference"]}))

    def _answer(self, _at: dict[str, Any], _who: UUID, _number: int) -> None:
        self.version += 1
        answer = {"version": self.version, "answers_question": self.row["question_id"]}
        self.world.hear(HearReferral(self.event | answer))

    def _withdraw(self, _at: dict[str, Any], _who: UUID, _number: int) -> None:
        self.version += 1
        self.world.hear(HearWithdrawal(make.a_withdrawal_event(self.referral_id, version=self.version)))

    def _estimated(self, _at: dict[str, Any], _who: UUID, number: int) -> None:
        self._silently(hear.HearEstimate(make.an_estimate_event(self.referral_id, **self._of(number))))

    def _refused(self, _at: dict[str, Any], _who: UUID, number: int) -> None:
        self._silently(hear.HearNoEstimate(make.a_refusal_event(self.referral_id, **self._of(number))))

    def _of(self, number: int) -> dict[str, int]:
        return {"referral_version": max(1, self.version - number % 2), "sequence": number + 1}

    def _silently(self, command: object) -> None:
        """The arrival of an estimate changes no row of the review, no own view, no event and no audit row."""
        silent = (reviews, own_views, decisions, self.world.service.tables.outbox, self.world.service.tables.audit_rows)
        before = [self.world.rows(table) for table in silent]
        self.world.hear(command)
        assert [self.world.rows(table) for table in silent] == before


def check(story: Story) -> None:
    """What must hold after every step."""
    views = story.world.rows(own_views, review_id=story.review_id)
    decided = story.world.rows(decisions, review_id=story.review_id)
    opened = story.world.rows(cases, referral_id=story.referral_id)
    assert make.NAVIGATOR not in {view["reviewer_id"] for view in views} | {one["decided_by"] for one in decided}
    assert {(view["reviewer_id"], view["referral_version"]) for view in views} == story.viewed
    assert set(story.shown) <= story.viewed
    assert all(view["shown_at"] is None or view["shown_at"] > view["recorded_at"] for view in views)
    assert len(decided) == (story.row["state"] == "decided")
    for decision in decided:
        own = next(view for view in views if view["id"] == decision["own_view_id"])
        assert own["reviewer_id"] == decision["decided_by"]
        assert own["recorded_at"] < decision["decided_at"]
        assert decision["shown_at"] == own["shown_at"]
    assert len(opened) == sum(one["pathway"] == Pathway.EARLY_INTERVENTION for one in decided)
    assert not (story.row["danger"] and story.row["paused_at"])


@pytest.fixture
def world(new_database: Callable[[str], str]) -> Iterator[ReviewWorld]:
    world = ReviewWorld(new_database("casework"))
    yield world
    world.close()


class TestAReview:
    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(steps=steps)
    def test_keeps_its_order_whatever_comes(self, world: ReviewWorld, steps: list[Step]) -> None:
        story = Story(world)
        story.begin()

        story.tell(steps)

    @pytest.mark.parametrize(
        "steps",
        [
            [("view", make.REVIEWER, 0), ("estimated", make.REVIEWER, 0), ("estimate", make.COLLEAGUE, 0)],
            [("view", make.REVIEWER, 0), ("amend", make.REVIEWER, 0), ("estimate", make.REVIEWER, 0)],
        ],
        ids=["shown beside a colleague's view", "shown beside a view of other facts"],
    )
    def test_is_watched_closely_enough(
        self, world: ReviewWorld, monkeypatch: pytest.MonkeyPatch, steps: list[Step]
    ) -> None:
        monkeypatch.setattr(Review, "own_view_of", lambda review, _: review.own_views[-1] if review.own_views else None)
        story = Story(world)
        story.begin()

        with pytest.raises(AssertionError):
            story.tell(steps)
