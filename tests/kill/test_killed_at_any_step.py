"""Nothing accepted is lost: killed at each named step of a referral's path and started again, it is there once."""

from collections.abc import Sequence

import pytest

from tests.kill import faults
from tests.kill.books import Books
from tests.kill.prepared import Prepared
from tests.kill.process import Process, Sent, Stored, killed_at, send_unanswered
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

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


class TestAReferralThatWasAccepted:
    def test_is_there_once_whatever_step_the_system_is_killed_at(self, system: Prepared) -> None:
        ledger: list[Sent] = []
        with Books(system.stored) as books:
            for step in STEPS:
                ledger += system.referrals(SENT_AT_EACH)
                killed_at(step, ledger, system.stored)

                assert books.faults_at_once() == [], f"after the kill at {step}"

            come_to_rest(ledger, system.stored, books)

            assert books.faults_at_rest(ledger) == []
            assert books.sent_twice()

    @pytest.mark.parametrize(
        ("fault", "step"),
        [
            (faults.MARKS_BEFORE_IT_SENDS, "relay.before_mark"),
            (faults.MARKS_BEFORE_IT_HANDLES, "scoring.inbox_inserted"),
        ],
    )
    def test_is_missed_when_a_step_is_marked_before_it_is_done(self, system: Prepared, fault: str, step: str) -> None:
        """The same test on a system broken on purpose: it must see the loss."""
        ledger = system.referrals(SENT_AT_EACH)
        killed_at(step, ledger, system.stored, fault=fault)

        with Books(system.stored) as books:
            come_to_rest(ledger, system.stored, books)

            assert books.faults_of(ledger) != []

    def test_is_missed_when_nothing_is_marked_as_handled(self, system: Prepared) -> None:
        ledger = system.referrals(SENT_AT_EACH)

        with Books(system.stored) as books:
            come_to_rest(ledger, system.stored, books, fault=faults.MARKS_NOTHING)

            assert books.unhandled() != []


def come_to_rest(ledger: Sequence[Sent], stored: Stored, books: Books, *, fault: str = "") -> None:
    """Start, send again what has no answer, and wait until nothing moves."""
    with Process(stored, fault=fault) as process:
        process.wait_until_it_serves_or_dies()
        send_unanswered(ledger, process)
        wait_until(books.at_rest, within=COMES_TO_REST_WITHIN, what="rest")
