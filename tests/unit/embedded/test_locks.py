"""Who may work on a folder at the same time."""

import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from devtools.roles import ROOT
from services.cli import run as running
from services.cli.main import waymark
from services.embedded import locks, server
from services.embedded.folder import Folder
from services.embedded.locks import FolderInUse

Lock = Callable[[Folder], AbstractContextManager[None]]

HOLDS = """
import sys, time
from pathlib import Path
from services.embedded import locks, server
from services.embedded.folder import Folder
with getattr(locks, sys.argv[2])(Folder(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "var")


def commanded(folder: Folder, *arguments: str) -> Result:
    return CliRunner().invoke(waymark, [*arguments, "--folder", str(folder.root)])


class TestTwoOnOneFolder:
    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (locks.running, locks.running),
            (locks.preparing, locks.using),
            (locks.preparing, locks.changing_models),
            (locks.using, locks.preparing),
            (locks.changing_models, locks.changing_models),
        ],
    )
    def test_are_one_too_many(self, folder: Folder, first: Lock, second: Lock) -> None:
        with first(folder), pytest.raises(FolderInUse), second(folder):
            pass
        with second(folder):
            pass

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (locks.running, locks.using),
            (locks.running, locks.changing_models),
            (locks.using, locks.using),
            (locks.using, locks.changing_models),
            (locks.changing_models, locks.using),
        ],
    )
    def test_go_on_beside_each_other(self, folder: Folder, first: Lock, second: Lock) -> None:
        with first(folder), second(folder):
            pass

    def test_are_none_where_the_first_was_killed(self, folder: Folder) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDS, str(folder.root), "running"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(FolderInUse), locks.running(folder):
            pass
        process.send_signal(signal.SIGKILL)
        process.communicate()

        with locks.running(folder):
            pass


class TestASecondRun:
    def test_is_refused_with_one_sentence_and_deletes_nothing(self, folder: Folder) -> None:
        """The first one is loading: a second one would take what it has loaded for what an interrupted one left."""
        with locks.running(folder):
            folder.loading.touch()
            loaded = folder.root / "intake.sqlite"
            loaded.touch()
            said = commanded(folder, "run")

        assert (said.exit_code, loaded.exists()) == (1, True)
        assert said.output == (
            f"Error: Waymark already runs on the folder {folder.root}. "
            "Stop it first, or name another folder: --folder NAME\n"
        )

    def test_may_be_made_when_the_first_has_ended(self, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
        made: list[Folder] = []
        monkeypatch.setattr(running, "prepare", made.append)
        monkeypatch.setattr(server, "serve", lambda *_, **__: None)
        for _ in range(2):
            said = commanded(folder, "run")
            assert said.exit_code == 0, said.output

        assert len(made) == 2


class TestACommand:
    @pytest.mark.parametrize(
        "arguments",
        [
            ["token", "--role", "navigator"],
            ["audit", "verify"],
            ["redrive", "intake"],
            ["rebuild", "oversight"],
            ["score"],
            ["train"],
            ["rollback"],
        ],
        ids=" ".join,
    )
    def test_waits_for_no_folder_that_is_being_prepared(self, folder: Folder, arguments: list[str]) -> None:
        with locks.running(folder), locks.preparing(folder):
            said = commanded(folder, *arguments)

        assert (said.exit_code, "is still preparing the folder" in said.output) == (1, True)
