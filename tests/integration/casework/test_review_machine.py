"""Whatever reviewers do and whatever arrives, in any order: the own view comes first, and there is one decision."""

from typing import Any
from uuid import UUID

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.exc import IntegrityError

from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_queries import list_reviews
from services.casework.adapters.review_tables import decisions, own_views, proposals, reviews
from services.casework.application.answer_proposal import AnswerProposal
from services.casework.application.claim_review import ClaimReview
from services.casework.application.decide_review import AskReferrer, ConfirmWithdrawal, DecideReview
from services.casework.application.record_own_view import Comparison, RecordOwnView, ShowEstimate
from services.casework.domain.decision import OwnView
from services.casework.domain.review import Review, ReviewState
from services.contracts.codes import Band, DifferenceReason, Pathway, Question, RecipientClass, SupportLevel, Sureness
from services.platform.errors import ApplicationError
from tests.factories.reviews import COLLEAGUE, NAVIGATOR, REVIEWER, a_reader
from tests.integration.casework.review_world import ReviewWorld

PEOPLE = st.sampled_from([REVIEWER, COLLEAGUE, NAVIGATOR])
"""Two reviewers, and one who referred and is a reviewer too."""
PATHWAYS = (Pathway.EARLY_INTERVENTION, Pathway.UNIVERSAL_SUPPORT, Pathway.NO_FURTHER_ACTION)
QUIET = settings(
    max_examples=10,
    stateful_step_count=12,
    database=None,
    print_blob=False,
    # Twelve steps can be read as they are, and to shrink them takes minutes.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Reviewing(RuleBasedStateMachine):
    """`viewed` is what the test knows: who has said what they think of which version of the facts."""

    world: ReviewWorld

    def __init__(self) -> None:
        super().__init__()
        self.referred = self.world.referral(RecipientClass.SUPPORT_SERVICE)
        self.version = self.facts = 1
        self.sequence = 0
        self.viewed: set[tuple[UUID, int]] = set()
        self.decided_by: UUID | None = None
        self.proposed_by: UUID | None = None
        self.danger = False
        for who in (REVIEWER, COLLEAGUE):
            self.world.reviewer(who)
        self.ended = False

    @rule(who=PEOPLE, take_over=st.booleans())
    def opens(self, who: UUID, take_over: bool) -> None:
        self._run(who, ClaimReview, take_over=take_over)

    @rule(who=PEOPLE, level=st.sampled_from(SupportLevel))
    def says_what_they_think(self, who: UUID, level: SupportLevel) -> None:
        got = self._writes(who, RecordOwnView, level=level, sureness=Sureness.FAIRLY, why="So I think.")
        if isinstance(got, OwnView):
            assert (who, self.facts) not in self.viewed
            self.viewed.add((who, self.facts))

    @rule(who=PEOPLE)
    def looks_at_the_estimate(self, who: UUID) -> None:
        got = self._run(who, ShowEstimate)
        if isinstance(got, Comparison):
            assert (who, self.facts) in self.viewed
            assert got.own_view.reviewer_id == who

    @rule(who=PEOPLE, level=st.sampled_from(SupportLevel), pathway=st.sampled_from(PATHWAYS))
    def decides(self, who: UUID, level: SupportLevel, pathway: Pathway) -> None:
        to_a_team = pathway is Pathway.EARLY_INTERVENTION
        got = self._writes(
            who,
            DecideReview,
            level=level,
            pathway=pathway,
            reasons="So I decide.",
            difference_reasons=(DifferenceReason.OTHER,),
            team_id=self.world.teams["early-help"] if to_a_team else None,
        )
        if not isinstance(got, ApplicationError):
            assert (who, self.facts) in self.viewed
            assert not self.ended
            if self.danger and level is not SupportLevel.URGENT:
                self.proposed_by = who
            else:
                self.decided_by, self.ended, self.proposed_by = who, True, None

    @rule(who=PEOPLE, agree=st.booleans())
    def answers(self, who: UUID, agree: bool) -> None:
        got = self._writes(who, AnswerProposal, agree=agree, reason="So I answer.")
        if not isinstance(got, ApplicationError):
            assert self.proposed_by not in (None, who)
            assert who != NAVIGATOR
            if agree:
                self.decided_by, self.ended = self.proposed_by, True
            self.proposed_by = None

    @rule(who=PEOPLE)
    def asks(self, who: UUID) -> None:
        self._writes(who, AskReferrer, question=Question.AGE)

    @rule(danger=st.booleans())
    def is_amended(self, danger: bool) -> None:
        self.version += 1
        self.referred.amended(self.version, facts={"immediate_danger": "yes" if danger else "no"})
        if not self.ended:
            self.facts, self.danger, self.proposed_by = self.version, danger, None

    @rule()
    def is_withdrawn(self) -> None:
        self.version += 1
        self.referred.withdrawn(self.version)

    @rule(who=PEOPLE)
    def is_confirmed_as_withdrawn(self, who: UUID) -> None:
        got = self._writes(who, ConfirmWithdrawal)
        if not isinstance(got, ApplicationError):
            self.ended, self.proposed_by = True, None

    @rule(version=st.integers(1, 3), band=st.sampled_from(Band))
    def is_estimated(self, version: int, band: Band) -> None:
        before = self._seen()
        self.sequence += 1
        self.referred.estimated(referral_version=version, sequence=self.sequence, band=band)
        assert self._seen() == before

    @invariant()
    def who_decides_has_said_what_they_think_and_did_not_refer(self) -> None:
        found = self.world.rows(decisions, review_id=self.referred.review_id)
        assert [row["decided_by"] for row in found] == ([self.decided_by] if self.decided_by else [])
        views = {row["id"]: row for row in self._views()}
        for row in found:
            assert row["decided_by"] == views[row["own_view_id"]]["reviewer_id"] != NAVIGATOR
            assert views[row["own_view_id"]]["recorded_at"] <= row["decided_at"]
        assert len(self.world.rows(cases, referral_id=self.referred.id)) <= len(found)

    @invariant()
    def one_proposal_waits_while_a_second_reviewer_is_needed(self) -> None:
        waiting = [row for row in self._proposals() if row["ended_at"] is None]
        [review] = self.world.rows(reviews, id=self.referred.review_id)
        assert [row["proposed_by"] for row in waiting] == ([self.proposed_by] if self.proposed_by else [])
        assert (review["state"] is ReviewState.AGREEMENT_NEEDED) == bool(waiting)

    @invariant()
    def nothing_is_shown_before_what_they_think(self) -> None:
        for row in self._views():
            assert row["reviewer_id"] != NAVIGATOR
            assert row["shown_at"] is None or row["shown_at"] >= row["recorded_at"]

    def _run(self, who: UUID, command: Any, **values: Any) -> Any:
        """What the command gives, or the rule that refused it."""
        try:
            return self.world.run(command(review_id=self.referred.review_id, reader=a_reader(who), **values), by=who)
        except ApplicationError as refusal:
            return refusal

    def _writes(self, who: UUID, command: Any, **values: Any) -> Any:
        """As one who has just read it."""
        return self._run(who, command, revision=self.referred.revision, **values)

    def _proposals(self) -> Any:
        return self.world.rows(proposals, review_id=self.referred.review_id)

    def _views(self) -> Any:
        return self.world.rows(own_views, review_id=self.referred.review_id)

    def _seen(self) -> Any:
        with self.world.database.read() as connection:
            listed = list_reviews(connection, a_reader(REVIEWER), at=self.world.now, limit=100)
        return listed, self.world.rows(reviews, referral_id=self.referred.id)


class TestAReview:
    def test_keeps_its_order_whatever_happens(self, review_world: ReviewWorld) -> None:
        run_state_machine_as_test(_machine(review_world), settings=QUIET)

    def test_would_be_caught_without_its_rules(
        self, review_world: ReviewWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Here anybody's own view counts as one's own. A decision on it the schema refuses as well."""
        monkeypatch.setattr(Review, "own_view_of", lambda review, _by: next(iter(review.own_views), None))
        machine = _machine(review_world)()
        machine.is_estimated(version=1, band=Band.HIGH)
        machine.says_what_they_think(who=COLLEAGUE, level=SupportLevel.PLANNED)

        with pytest.raises(AssertionError):
            machine.looks_at_the_estimate(who=REVIEWER)
        with pytest.raises(IntegrityError):
            machine.decides(who=REVIEWER, level=SupportLevel.NONE, pathway=Pathway.NO_FURTHER_ACTION)


def _machine(world: ReviewWorld) -> type[Reviewing]:
    return type("Machine", (Reviewing,), {"world": world})
