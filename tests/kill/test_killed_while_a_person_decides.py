"""What a reviewer does is kept whole or not at all: killed at each step of it, and asked again after a new start."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.kill import faults, reviewer
from tests.kill import reconciliation as reconciliations
from tests.kill.process import killed_at
from tests.kill.reviewer import Waiting

pytestmark = pytest.mark.slow

HITS = 1
"""Of each step; `make chaos` has an option for more."""


@pytest.fixture
def waiting(tmp_path: Path, new_database: Callable[[str], str]) -> Waiting:
    return reviewer.waiting(tmp_path, referrals=HITS, database_url=new_database)


class TestWhatAReviewerDoes:
    def test_is_kept_whole_or_not_at_all_whatever_step_the_system_is_killed_at(self, waiting: Waiting) -> None:
        violations = reviewer.of_a_reviewer(waiting)

        assert {step: found for step, found in violations.items() if found} == {}

    def test_is_seen_to_be_torn_when_it_commits_without_its_audit_row(self, waiting: Waiting) -> None:
        """The same reconciliation of a system broken on purpose: they must show the half."""
        own_view = waiting.reviews[0][0]
        with reconciliations.over(waiting.stored) as reconciliation:
            before = reconciliation.rows("casework")
            killed_at("casework.rows_written", [own_view.sent], waiting.stored, fault=faults.COMMITS_HALF)

            assert reviewer.written(before, reconciliation) not in ({}, own_view.writes)
            assert reconciliation.partial_writes() != []
