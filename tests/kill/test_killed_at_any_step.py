"""Nothing accepted is lost: killed at each named step of a referral's path and started again, it is there once."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.kill.process import Process, Sent, referrals
from tests.kill.serve import MARKS_FIRST
from tests.kill.whole import Books
from tests.waiting import wait_until
from tests.world import a_world

pytestmark = pytest.mark.slow

REFERRALS = "/intake/api/v1/referrals"
CONSUMER = ("polled", "begun", "inbox_inserted", "outbox_inserted", "audit_inserted", "after_commit")
OFFSETS = ("before_offset_commit", "after_offset_commit")
STEPS = (
    *("intake.parsed", "intake.begun", "intake.referral_inserted", "intake.outbox_inserted", "intake.audit_inserted"),
    *("intake.after_commit", "intake.before_response"),
    *("relay.selected", "relay.before_mark", "relay.after_mark"),
    *(f"scoring.{step}" for step in (*CONSUMER, *OFFSETS)),
    *("scoring.features_built", "scoring.predicted", "scoring.score_inserted"),
    *(f"casework.{step}" for step in (*CONSUMER, *OFFSETS)),
)
SENT_AT_EACH = 2
COMES_TO_REST_WITHIN = 60.0


@dataclass(frozen=True, kw_only=True)
class Prepared:
    folder: Path
    token: str
    body: dict[str, Any]


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    """An empty, staffed system with a model: all that a start needs."""
    with a_world(tmp_path) as world:
        token = world.caller("navigator").token
        body = json.loads(json.dumps(world.example("intake", REFERRALS)))
    return Prepared(folder=tmp_path, token=token, body=body)


class TestAReferralThatWasAccepted:
    def test_is_there_once_whatever_step_the_system_is_killed_at(self, prepared: Prepared) -> None:
        ledger: list[Sent] = []
        for step in STEPS:
            ledger += referrals(prepared.body, SENT_AT_EACH)
            killed_at(step, ledger, prepared)

        assert faults_after_rest(ledger, prepared) == []

    def test_is_missed_when_the_relay_marks_before_it_sends(self, prepared: Prepared) -> None:
        """The same test on a relay broken on purpose: it must see the loss."""
        ledger = referrals(prepared.body, SENT_AT_EACH)
        killed_at("relay.before_mark", ledger, prepared, fault=MARKS_FIRST)

        assert faults_after_rest(ledger, prepared, patience=5.0) != []


def killed_at(step: str, ledger: Sequence[Sent], prepared: Prepared, *, fault: str = "") -> None:
    """Start, send whatever has no answer yet, and see the system die at the step."""
    with Process(prepared.folder, kill_at=step, fault=fault) as process:
        process.wait_until_it_serves_or_dies()
        for sent in _unanswered(ledger):
            process.send(sent, prepared.token)
        wait_until(lambda: process.killed, within=30.0, what=f"the kill at {step}")


def faults_after_rest(
    ledger: Sequence[Sent], prepared: Prepared, *, patience: float = COMES_TO_REST_WITHIN
) -> list[str]:
    """Start unharmed, send again what has no answer, wait until nothing moves, and read the books."""
    books = Books(prepared.folder)
    try:
        with Process(prepared.folder) as process:
            process.wait_until_it_serves_or_dies()
            for sent in _unanswered(ledger):
                process.send(sent, prepared.token)
            _wait_for_rest(books, len(ledger), patience)
            return books.faults(ledger)
    finally:
        books.close()


def _wait_for_rest(books: Books, count: int, patience: float) -> None:
    """Rest that does not come within the patience is a fault that the books will show."""
    try:
        wait_until(lambda: books.at_rest(count), within=patience, what="rest")
    except AssertionError:
        return


def _unanswered(ledger: Sequence[Sent]) -> list[Sent]:
    return [sent for sent in ledger if sent.status is None]
