"""A machine that lacks something gets it, or one sentence that names all of it, before anything is built."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from requirements import system
from requirements.system import PURPOSES, Part, Purpose
from tests.documents import ROOT


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is all of the path. Whoever runs the tests is root without a `sudo`."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(system, "FOLDERS_OFF_THE_PATH", ())
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(system, "_free_gigabytes", lambda: 100.0)
    return tmp_path


@pytest.fixture
def purpose(path: Path) -> Purpose:
    parts = (Part("git", ("git",), system.command("git")), Part("Java", ("jre", "fonts"), system.command("java")))
    return Purpose("Waymark needs", parts, 1.0, "assets")


@pytest.fixture
def put(path: Path) -> Callable[..., None]:
    def command(name: str, does: str = "exit 0") -> None:
        (path / name).write_text(f"#!/bin/sh\n{does}\n", encoding="utf-8")
        (path / name).chmod(0o755)

    return command


def test_a_machine_that_has_all_of_it_says_nothing(
    purpose: Purpose, put: Callable[..., None], capfd: pytest.CaptureFixture[str]
) -> None:
    put("git")
    put("java")

    assert system.main(purpose) == 0
    assert capfd.readouterr() == ("", "")


class TestAMachineThatLacksSomething:
    def test_gets_it_where_that_is_allowed(
        self, purpose: Purpose, put: Callable[..., None], path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        put("env", 'shift; exec "$@"')
        put(
            "apt-get",
            f'echo "$@" >> {path}/asked; for name in git java; do : > {path}/$name; /bin/chmod +x {path}/$name; done',
        )

        assert system.main(purpose) == 0
        assert capfd.readouterr().out == "Installing Debian packages: git jre fonts\n"
        asked = (path / "asked").read_text(encoding="utf-8").splitlines()
        assert [line.split("Timeout=300 ")[1] for line in asked] == [
            "update",
            "install --yes --no-install-recommends git jre fonts",
        ]

    def test_is_given_one_sentence_when_its_user_is_not_root(
        self,
        purpose: Purpose,
        put: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        put("apt-get", "exit 9")
        put("sudo", "exit 1")  # it asks for a password
        monkeypatch.setattr("os.geteuid", lambda: 1000)

        assert system.main(purpose) == 1
        assert capfd.readouterr() == (
            "",
            (
                "Waymark needs git and Java: run `apt-get update && apt-get install --no-install-recommends git jre fonts` as "
                "root, then try again.\n"
            ),
        )

    def test_is_given_it_too_when_installing_did_not_help(
        self, purpose: Purpose, put: Callable[..., None], capfd: pytest.CaptureFixture[str]
    ) -> None:
        put("env", 'shift; exec "$@"')
        put("apt-get", "exit 100")
        put("git")

        assert system.main(purpose) == 1
        assert capfd.readouterr().err.startswith("Waymark needs Java: run `apt-get update && apt-get install")

    def test_is_not_told_of_packages_of_another_system(
        self, purpose: Purpose, capfd: pytest.CaptureFixture[str]
    ) -> None:
        assert system.main(purpose) == 1
        assert capfd.readouterr().err == (
            "Waymark needs git and Java: install them with this system’s own packages, then try again.\n"
        )


class TestBeforeAnythingIsInstalled:
    def test_an_old_python_is_named(
        self, purpose: Purpose, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr("sys.version_info", (3, 9, 2))

        assert system.main(purpose) == 1
        assert capfd.readouterr().err == (
            "Waymark needs Python 3.11 or later and this is 3.9.2: name another with `make PYTHON=…`.\n"
        )

    def test_a_full_disk_is_named(
        self, purpose: Purpose, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(system, "_free_gigabytes", lambda: 0.25)
        monkeypatch.setattr(system, "MADE", tmp_path / "nothing was made")

        assert system.main(purpose) == 1
        assert capfd.readouterr().err == "Waymark needs 1.0 GB of free disk space here, and there are 0.2.\n"

    def test_a_disk_that_was_filled_by_the_installation_itself_is_not(
        self, purpose: Purpose, put: Callable[..., None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        put("git")
        put("java")
        monkeypatch.setattr(system, "_free_gigabytes", lambda: 0.25)
        monkeypatch.setattr(system, "MADE", tmp_path)
        (tmp_path / "assets-1").touch()

        assert system.main(purpose) == 0


class TestMake:
    @pytest.mark.parametrize(
        ("target", "needs"),
        [
            *(("run", "run"), ("setup", "run"), ("check", "run"), ("train", "run"), ("types", "run"), ("lock", "run")),
            *(("test", "test"), ("kafka", "test"), ("keycloak", "test"), ("chaos", "test"), ("chaos-broker", "test")),
            *(("bench", "test"), ("bench-distributed", "test")),
        ],
    )
    def test_looks_at_the_machine_before_it_builds_anything(self, target: str, needs: str, tmp_path: Path) -> None:
        said = subprocess.run(
            ["make", "--dry-run", f"VENV={tmp_path / 'venv'}", "PYTHON=python3", target],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

        before, _, _ = said.partition("-m venv")
        assert f"python3 requirements/system.py {needs}\n" in before
        assert said.count("requirements/system.py test") == (needs == "test")

    def test_that_finds_no_python_says_so(self, tmp_path: Path) -> None:
        done = subprocess.run(
            ["make", f"VENV={tmp_path / 'venv'}", "PYTHON=", "run"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode == 2
        assert done.stderr.startswith(
            "Waymark needs Python 3.11 or later: on Debian, `apt-get install python3 python3-venv`"
        )
        assert not (tmp_path / "venv").exists()


class TestThePurposes:
    def test_the_tests_need_all_that_the_system_does(self) -> None:
        assert set(PURPOSES["run"].parts) < set(PURPOSES["test"].parts)

    def test_a_library_that_is_not_there_is_missed(self) -> None:
        assert system.library("libc.so.6")()
        assert not system.library("libnothing.so.9")()
