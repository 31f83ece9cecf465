"""The folder of verified models on this machine: with it scoring starts, and goes on, while the registry is down."""

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
    """One model version as files. `digest` is the registry's word for what the manifest must be."""

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
    """Versions lie side by side and are never written again; one small file names the current one."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def stamp(self) -> int | None:
        """Changes whenever another version becomes current. Cheap: asked before each batch."""
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
        """A folder to download into. What is not kept by the end is thrown away."""
        self._root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._root, prefix=".downloading-") as folder:
            yield Path(folder)

    def keep(self, arrived: Path, *, version: str, digest: str) -> CachedModel:
        """Move a verified download to its place. A version that is kept already is replaced by the same bytes."""
        (arrived / "digest").write_text(digest, "ascii")
        place = self._root / version
        if place.exists():
            shutil.rmtree(place)
        shutil.copytree(arrived, place)
        return CachedModel(version=version, digest=digest, folder=place)

    def make_current(self, kept: CachedModel) -> None:
        """From now on this version is the one to use, whole or not at all."""
        draft = self._root / f".{_CURRENT}.draft"
        draft.write_text(json.dumps({"version": kept.version}), "utf-8")
        os.replace(draft, self._root / _CURRENT)
