"""Nothing accepted is lost: killed at each named step of a referral's path and started again, it is there once."""

import pytest

from tests.kill import faults, matrix
from tests.kill import reconciliation as reconciliations
from tests.kill.matrix import come_to_rest
from tests.kill.prepared import Prepared
from tests.kill.process import killed_at

pytestmark = pytest.mark.slow

HITS = 2
"""Of each step; `make chaos` has an option for more."""


class TestAReferralThatWasAccepted:
    def test_is_there_once_whatever_step_the_system_is_killed_at(self, system: Prepared) -> None:
        violations = matrix.of_a_referral(system, hits=HITS)

        assert {step: found for step, found in violations.items() if found} == {}

    @pytest.mark.parametrize(
        ("fault", "step"),
        [
            (faults.MARKS_BEFORE_IT_SENDS, "relay.before_mark"),
            (faults.MARKS_BEFORE_IT_HANDLES, "scoring.inbox_inserted"),
        ],
    )
    def test_is_missed_when_a_step_is_marked_before_it_is_done(self, system: Prepared, fault: str, step: str) -> None:
        """The same reconciliation of a system broken on purpose: they must show the loss."""
        ledger = system.referrals(2)
        killed_at(step, ledger, system.stored, fault=fault)

        with reconciliations.over(system.stored) as reconciliation:
            come_to_rest(ledger, system.stored, reconciliation)

            assert reconciliation.lost(ledger) != []

    def test_has_its_effects_twice_when_nothing_is_marked_as_handled(self, system: Prepared) -> None:
        ledger = system.referrals(2)
        killed_at("casework.before_offset_commit", ledger, system.stored, fault=faults.MARKS_NOTHING)

        with reconciliations.over(system.stored) as reconciliation:
            come_to_rest(ledger, system.stored, reconciliation, fault=faults.MARKS_NOTHING)

            event_trace = reconciliation.event_trace()
            assert reconciliation.unhandled(event_trace) != []
            assert event_trace.done_twice() != []
