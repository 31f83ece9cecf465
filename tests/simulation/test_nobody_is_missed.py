"""At each simulated hour every referral is in the list of somebody who can sign in, decided, or closed with a reason."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.casework.adapters.alarm_repository import SqlAlarms
from services.casework.application import staff_changes
from services.casework.settings import Settings
from tests.simulation.run import simulate

pytestmark = pytest.mark.slow

HAPPENED = (
    "leaver",
    "leaver with cases",
    "claim abandoned",
    "question",
    "question answered",
    "unanswered question",
    "left after the own view",
    "amendment",
    "withdrawal asked",
    "alarm action",
    "agreement",
    "closure",
    "turned 18",
)
"""What the ten days must contain, or the check would prove less than it says."""


def test_nobody_is_missed_in_ten_days_of_sixty_referrals(tmp_path: Path) -> None:
    report = simulate(tmp_path, referrals=60, days=10, seed=20261201)

    assert report.hours == 240
    assert [what for what in HAPPENED if not report.done[what]] == []
    assert report.reasons == {}


class TestTheCheckFindsIt:
    """A build without one of the guarantees is noticed by the same simulation."""

    def test_when_a_claim_does_not_end(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        set_default(monkeypatch, claim_lasts=timedelta(days=365))

        assert first_missed(tmp_path) == "it is claimed by somebody who has long stopped"

    def test_when_a_pause_has_no_end(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        set_default(monkeypatch, pause_working_days=3650, longest_pause_days=3650)

        assert first_missed(tmp_path) == "its clock is stopped without an end"

    def test_when_a_leaver_keeps_a_case(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def keep(*_: Any) -> None: ...

        monkeypatch.setattr(staff_changes, "_unassign_cases", keep)

        assert first_missed(tmp_path) == "its case is held by somebody who cannot work it"

    def test_when_danger_after_a_closure_is_only_a_flag(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def keep(*_: Any) -> None: ...

        monkeypatch.setattr(SqlAlarms, "add", keep)

        assert first_missed(tmp_path) == "immediate danger was said after its decision, and nobody is told"


def set_default(monkeypatch: pytest.MonkeyPatch, **values: object) -> None:
    """Settings as they would be with other defaults."""
    defaults: dict[str, Any] = Settings.__init__.__kwdefaults__ or {}
    for name, value in values.items():
        assert name in defaults
        monkeypatch.setitem(defaults, name, value)


def first_missed(root: Path) -> str:
    report = simulate(root, referrals=30, days=8, seed=20261201, stop_at_first=True)
    return report.missed[0].why if report.missed else "nothing"
