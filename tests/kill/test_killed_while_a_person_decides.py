"""What a reviewer does is kept whole or not at all: killed at each step of it, and asked again after a new start."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from tests.kill import books as kept
from tests.kill import faults
from tests.kill.books import Books
from tests.kill.prepared import REFERRALS, prepared
from tests.kill.process import Process, Sent, Stored, killed_at
from tests.waiting import wait_until
from tests.world import World

pytestmark = pytest.mark.slow

REVIEWS = "/casework/api/v1/reviews"
WRITTEN = ("casework.outbox_inserted", "casework.audit_inserted")
AFTER_COMMIT = "casework.after_commit"
SHOWING = ("audit review.estimate_shown", "audit_subjects", "audit_subjects")
"""The audit row of a showing names the review and the referral."""
COMES_TO_REST_WITHIN = 60.0


@dataclass(frozen=True, kw_only=True)
class Act:
    """A reviewer's request, its steps before the commit, and the rows that doing it once writes or changes."""

    sent: Sent
    steps: tuple[str, ...]
    writes: Counter[str]
    asked_again: Counter[str] = field(default_factory=Counter)
    """What each further time of asking writes."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A system at rest with one referral, estimated and waiting for a person."""

    stored: Stored
    acts: tuple[Act, ...]


@pytest.fixture
def waiting(tmp_path: Path, new_database: Callable[[str], str]) -> Waiting:
    with prepared(tmp_path, database_url=new_database) as (made, world):
        referral = str(world.caller("navigator").post(REFERRALS, dict(made.body)).location)
        world.settle()
        acts = acts_on(review_of(referral, world), world)
    return Waiting(stored=made.stored, acts=acts)


class TestWhatAReviewerDoes:
    def test_is_kept_whole_or_not_at_all_whatever_step_the_system_is_killed_at(self, waiting: Waiting) -> None:
        with kept.over(waiting.stored) as books:
            for act in waiting.acts:
                before = books.rows("casework")
                for step in act.steps:
                    killed_at(step, [act.sent], waiting.stored)

                    assert written(before, books) == {}, f"after the kill at {step}"
                    assert books.faults_at_once() == []
                killed_at(AFTER_COMMIT, [act.sent], waiting.stored)

                assert written(before, books) == act.writes
                assert books.faults_at_once() == []
                asked_again(act.sent, waiting.stored, books)

                assert act.sent.status == 200
                assert written(before, books) == act.writes + act.asked_again
                assert [*books.unhandled(), *books.dead_letters(), *books.faults_at_once()] == []

    def test_is_seen_to_be_torn_when_it_commits_without_its_audit_row(self, waiting: Waiting) -> None:
        """The same test on a system broken on purpose: it must see the half."""
        own_view, *_ = waiting.acts
        with kept.over(waiting.stored) as books:
            before = books.rows("casework")
            killed_at("casework.outbox_inserted", [own_view.sent], waiting.stored, fault=faults.COMMITS_HALF)

            assert written(before, books) not in ({}, own_view.writes)
            assert books.torn() != []


def review_of(referral: str, world: World) -> str:
    found = world.caller("reviewer").get(REVIEWS, query_string={"referral_id": referral.rpartition("/")[2]})
    return f"{REVIEWS}/{found.get_json()['items'][0]['id']}"


def acts_on(review: str, world: World) -> tuple[Act, ...]:
    """What a reviewer does with it, in order."""
    token = world.caller("reviewer").token

    def posted(what: str) -> Sent:
        body = world.example("casework", f"{REVIEWS}/{{review_id}}/{what}")
        return Sent(path=f"{review}/{what}", token=token, key=str(uuid4()), body=json.dumps(body).encode())

    return (
        Act(
            sent=posted("own-view"),
            steps=("casework.begun", "casework.unaided_saved", *WRITTEN),
            writes=Counter(
                (
                    *("reviews", "own_views", "idempotency_keys"),
                    *("audit review.own_view_recorded", "audit_subjects"),
                    "event casework.review.own_view_recorded",
                )
            ),
        ),
        Act(
            sent=Sent(method="GET", path=f"{review}/estimate", token=token, key=""),
            steps=("casework.score_revealed", *WRITTEN),
            writes=Counter(("own_views", *SHOWING)),
            asked_again=Counter(SHOWING),
        ),
        Act(
            sent=posted("decision"),
            steps=("casework.decision_inserted", *WRITTEN),
            writes=Counter(
                (
                    *("reviews", "decisions", "cases", "case_entries", "progress", "idempotency_keys"),
                    *("audit review.decided", "audit case.opened", "audit_subjects", "audit_subjects"),
                    *("event casework.review.decided", "event casework.case.opened", "event casework.progress.made"),
                )
            ),
        ),
    )


def asked_again(sent: Sent, stored: Stored, books: Books) -> None:
    """Start unharmed, ask again with the same key, and wait until nothing moves."""
    with Process(stored) as process:
        process.wait_until_it_serves_or_dies()
        process.send(sent)
        wait_until(books.at_rest, within=COMES_TO_REST_WITHIN, what="rest")


def written(before: Counter[tuple[str, object]], books: Books) -> Counter[str]:
    """The rows of casework that are new or changed since then, by name."""
    return Counter(name for name, _ in (books.rows("casework") - before).elements())
