"""Nobody but its owner reads what embedded mode writes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.revisions import make_tables
from services.embedded import locks
from services.embedded.folder import Folder
from services.embedded.privacy import FolderOfOthers, make_private
from services.embedded.system import build


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(root: Path) -> list[str]:
    return sorted(str(path) for path in (root, *root.rglob("*")) if path.lstat().st_mode & 0o077)


class TestTheFolder:
    def test_that_others_could_read_is_tightened_with_all_beneath_it(self, tmp_path: Path) -> None:
        root = tmp_path / "var"
        (root / "mlflow" / "artefacts").mkdir(parents=True)
        for name in ("intake.sqlite", "intake.sqlite-wal", "waymark.log", "waymark.log.1", "mlflow/artefacts/model"):
            (root / name).write_text("x")
        assert len(open_to_others(root)) == 8

        with locks.using(Folder(root)):
            assert open_to_others(root) == []

    def test_is_made_private(self, tmp_path: Path) -> None:
        with locks.running(Folder(tmp_path / "var")):
            assert open_to_others(tmp_path / "var") == []

    def test_leaves_alone_what_a_link_in_it_points_to(self, tmp_path: Path) -> None:
        elsewhere, root = tmp_path / "elsewhere", tmp_path / "var"
        elsewhere.write_text("x")
        root.mkdir()
        (root / "waymark.log").symlink_to(elsewhere)

        make_private(Folder(root))

        assert elsewhere.stat().st_mode & 0o777 == 0o644

    def test_that_is_not_waymarks_is_refused_and_not_touched(self, tmp_path: Path) -> None:
        (tmp_path / "thesis.txt").write_text("x")

        with pytest.raises(FolderOfOthers, match="holds files that are not Waymark's"), locks.using(Folder(tmp_path)):
            pass

        assert (tmp_path / "thesis.txt").stat().st_mode & 0o777 == 0o644

    def test_that_its_user_may_not_change_is_refused_with_a_sentence(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(path: Path, mode: int) -> None:
            raise PermissionError(1, "Operation not permitted", str(path))

        monkeypatch.setattr(Path, "chmod", refuse)
        (tmp_path / "intake.sqlite").write_text("x")

        with pytest.raises(FolderOfOthers, match="Other users may be able to read"):
            make_private(Folder(tmp_path))


class TestACommand:
    def test_writes_what_nobody_else_reads(self, tmp_path: Path) -> None:
        root = tmp_path / "var"
        done = subprocess.run(
            [sys.executable, "-m", "services.cli", "token", "--role", "navigator", "--folder", str(root)],
            capture_output=True,
            text=True,
            check=False,
        )

        assert done.returncode != 0  # nothing is there yet
        assert open_to_others(root) == []


class TestADatabase:
    def test_writes_over_what_is_deleted(self, tmp_path: Path) -> None:
        system = build(Folder(tmp_path))
        make_tables(system.services["accounts"])
        for database in (system.services["accounts"].database, system.log.database):
            with database.read() as connection:
                assert connection.exec_driver_sql("PRAGMA secure_delete").scalar_one() == 1
        system.close()
