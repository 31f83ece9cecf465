"""A process with an unsafe setting does not start, and says why in one sentence."""

from pathlib import Path

import pytest

from services.platform import failpoints
from services.platform.settings import Settings, SettingsError, environment

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
        with pytest.raises(SettingsError, match=r"^The s.*\.$"):
            Settings.from_environment(SAFE | unsafe)

    def test_never_allow_a_failpoint_in_production(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(failpoints, "_armed", {"relay.selected": 1.0})

        with pytest.raises(SettingsError, match="FAILPOINTS"):
            Settings.from_environment(SAFE)

        assert Settings.from_environment(SAFE | {"DEMONSTRATION": "true"}).demonstration


class TestASecret:
    def test_is_a_file_named_for_its_setting(self, tmp_path: Path) -> None:
        (tmp_path / "DATABASE_URL").write_text("sqlite:///kept.sqlite\n")
        environ = {"SECRETS_FOLDER": str(tmp_path), "SECRET_KEY": SAFE["SECRET_KEY"]}

        settings = Settings.from_environment(environment(environ))

        assert settings.database_url == "sqlite:///kept.sqlite"

    def test_is_not_looked_for_in_the_links_that_kubernetes_keeps_beside_it(self, tmp_path: Path) -> None:
        (tmp_path / "..2026_11_22").mkdir()
        (tmp_path / "..data").symlink_to("..2026_11_22")
        (tmp_path / "..2026_11_22" / "SECRET_KEY").write_text("y" * 32)
        (tmp_path / "SECRET_KEY").symlink_to("..data/SECRET_KEY")

        assert set(environment({"SECRETS_FOLDER": str(tmp_path)})) == {"SECRETS_FOLDER", "SECRET_KEY"}

    def test_is_refused_when_the_environment_has_one_too(self, tmp_path: Path) -> None:
        (tmp_path / "SECRET_KEY").write_text("y" * 32)

        with pytest.raises(SettingsError, match="SECRET_KEY"):
            environment(SAFE | {"SECRETS_FOLDER": str(tmp_path)})

    def test_stops_the_process_when_its_folder_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="SECRETS_FOLDER"):
            environment(SAFE | {"SECRETS_FOLDER": str(tmp_path / "nowhere")})

    def test_may_lie_in_the_environment_on_one_machine(self) -> None:
        assert environment(SAFE) == SAFE
