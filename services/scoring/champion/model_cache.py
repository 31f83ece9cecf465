"""The folder of verified models on this machine: with it scoring starts and works while the registry is down."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MANIFEST = "manifest.json"
BOOSTER = "booster.txt"
EVALUATION = "evaluation.json"
_CURRENT = "current.json"


@dataclass(frozen=True, kw_only=True)
class CachedModel:
    """The files of one model version. `digest` is the manifest's digest according to the registry."""

    version: str
    digest: str
    folder: Path

    @property
    def manifest(self) -> bytes:
        return (self.folder / MANIFEST).read_bytes()

    @property
    def booster(self) -> bytes:
        return (self.folder / BOOSTER).read_bytes()

    @property
    def evaluation(self) -> bytes | None:
        path = self.folder / EVALUATION
        return path.read_bytes() if path.exists() else None


class ModelCache:
    """One folder per version, never changed; one small file names the current version."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def stamp(self) -> int | None:
        """A number that changes whenever another version becomes current. Cheap: read before each batch."""
        try:
            return (self._root / _CURRENT).stat().st_mtime_ns
        except OSError:
            return None

    def current(self) -> CachedModel | None:
        try:
            named = json.loads((self._root / _CURRENT).read_text("utf-8"))
            return self.find(str(named["version"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def find(self, version: str) -> CachedModel | None:
        folder = self._root / version
        try:
            digest = (folder / "digest").read_text("ascii")
        except (OSError, ValueError):
            return None
        return CachedModel(version=version, digest=digest, folder=folder)

    @contextmanager
    def downloading(self) -> Iterator[Path]:
        """A folder to download into. It is deleted at the end: call `save` before."""
        self._root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._root, prefix=".downloading-") as folder:
            yield Path(folder)

    def save(self, download: Path, *, version: str, digest: str) -> CachedModel:
        """Add a verified download as this version. An existing folder of the version is replaced by the same bytes."""
        (download / "digest").write_text(digest, "ascii")
        folder = self._root / version
        if folder.exists():
            shutil.rmtree(folder)
        shutil.copytree(download, folder)
        return CachedModel(version=version, digest=digest, folder=folder)

    def make_current(self, model: CachedModel) -> None:
        """Make this version the one in use. The change is atomic."""
        draft = self._root / f".{_CURRENT}.draft"
        draft.write_text(json.dumps({"version": model.version}), "utf-8")
        os.replace(draft, self._root / _CURRENT)
