"""Every named step of a referral's path: killed there again and again, what is accepted is there once, and whole."""

from collections.abc import Callable, Mapping, Sequence

from tests.kill import reconciliation as reconciliations
from tests.kill.prepared import Prepared
from tests.kill.process import Process, Sent, Stored, killed_at, send_unanswered
from tests.kill.reconciliation import Reconciliation
from tests.waiting import wait_until

_CONSUMER = ("polled", "begun", "inbox_inserted", "rows_written", "after_commit")
_OFFSETS = ("before_offset_commit", "after_offset_commit")
STEPS = (
    *("intake.parsed", "intake.begun", "intake.rows_written", "intake.after_commit", "intake.before_response"),
    *("relay.selected", "relay.before_mark", "relay.after_mark"),
    *(f"scoring.{step}" for step in (*_CONSUMER, *_OFFSETS)),
    *("scoring.features_built", "scoring.predicted"),
    *(f"casework.{step}" for step in (*_CONSUMER, *_OFFSETS)),
)
AT_REST = "when nothing moves any more"
_SENT_AT_EACH = 2
COMES_TO_REST_WITHIN = 60.0

Violations = Mapping[str, Sequence[str]]
"""By step, what did not hold after a kill there."""


def of_a_referral(system: Prepared, *, hits: int, told: Callable[[str], object] = str) -> Violations:
    """Kill at each step so many times. Without a redelivery in the end the test of it has not bitten: that counts too."""
    found: dict[str, list[str]] = {step: [] for step in (*STEPS, AT_REST)}
    ledger: list[Sent] = []
    with reconciliations.over(system.stored) as reconciliation:
        for step in STEPS * hits:
            ledger += system.referrals(_SENT_AT_EACH)
            killed_at(step, ledger, system.stored)
            found[step] += _new(reconciliation.faults_at_once(), found)
            told(step)
        come_to_rest(ledger, system.stored, reconciliation)
        found[AT_REST] += reconciliation.faults_at_rest(ledger)
        if not reconciliation.event_trace().sent_twice():
            found[AT_REST].append("nothing was sent twice")
    return found


def come_to_rest(ledger: Sequence[Sent], stored: Stored, reconciliation: Reconciliation, *, fault: str = "") -> None:
    """Start, send again what has no answer, and wait until nothing moves."""
    with Process(stored, fault=fault) as process:
        process.wait_until_it_serves_or_dies()
        send_unanswered(ledger, process)
        wait_until(reconciliation.at_rest, within=COMES_TO_REST_WITHIN, what="rest")


def _new(faults: Sequence[str], found: Mapping[str, Sequence[str]]) -> list[str]:
    """What was not found after an earlier kill already."""
    known = {fault for faults_there in found.values() for fault in faults_there}
    return [fault for fault in faults if fault not in known]
