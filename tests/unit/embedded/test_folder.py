"""Where embedded mode keeps its things."""

from pathlib import Path

from services.embedded.folder import Folder


class TestTheSecret:
    def test_is_made_once_and_kept(self, tmp_path: Path) -> None:
        made = Folder(tmp_path / "var").secret("session")

        assert Folder(tmp_path / "var").secret("session") == made
        assert len(made) == 32

    def test_is_another_for_another_purpose(self, tmp_path: Path) -> None:
        folder = Folder(tmp_path)

        assert folder.secret("session") != folder.secret("identifiers")

    def test_is_readable_by_its_owner_alone(self, tmp_path: Path) -> None:
        Folder(tmp_path).secret("session")

        assert (tmp_path / "session.secret").stat().st_mode & 0o077 == 0
