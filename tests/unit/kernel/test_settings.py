"""A process with an unsafe setting does not start, and says why in one sentence."""

import pytest

from services.kernel import failpoints
from services.kernel.settings import Settings, Unset

SAFE = {"DATABASE_URL": "sqlite:///x.sqlite", "SECRET_KEY": "x" * 32}


class TestSettings:
    def test_are_those_of_production_when_nothing_else_is_said(self) -> None:
        settings = Settings.from_environment(SAFE)

        assert (settings.demonstration, settings.https) == (False, True)

    @pytest.mark.parametrize(
        "unsafe",
        [
            {"DATABASE_URL": ""},
            {"SECRET_KEY": ""},
            {"SECRET_KEY": "short"},  # pragma: allowlist secret
            {"DEMONSTRATION": "yes"},
            {"HTTPS": "1"},
        ],
    )
    def test_stop_the_process_when_one_is_missing_or_unsafe(self, unsafe: dict[str, str]) -> None:
        with pytest.raises(Unset, match=r"^The s.*\.$"):
            Settings.from_environment(SAFE | unsafe)

    def test_never_allow_a_failpoint_in_production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(failpoints, "_armed", {"relay.selected": 1.0})

        with pytest.raises(Unset, match="FAILPOINTS"):
            Settings.from_environment(SAFE)

        assert Settings.from_environment(SAFE | {"DEMONSTRATION": "true"}).demonstration
