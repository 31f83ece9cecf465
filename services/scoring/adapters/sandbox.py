"""Tries a model in a process of its own: LightGBM may crash or hang on a bad one, and no `except` catches that."""

import os
import subprocess
import sys
from pathlib import Path

from services.platform.errors import Conflict
from services.platform.i18n import N_
from services.scoring.adapters.model_cache import BOOSTER, MANIFEST, CachedModel

_SECONDS = 60.0


class ModelRejected(Conflict):
    """The model's files are damaged, are not what the registry names, or were made for other features."""

    title = N_("The model cannot be used, and the one before stays")


def check_in_subprocess(kept: CachedModel) -> None:
    """Raises ModelRejected unless the model verifies, loads and gives its golden estimates."""
    if not passes(kept):
        raise ModelRejected


def passes(kept: CachedModel) -> bool:
    try:
        tried = subprocess.run(  # noqa: S603 (our own module)
            _command(kept),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired:
        return False
    return tried.returncode == 0


def _command(kept: CachedModel) -> list[str]:
    return [sys.executable, "-m", __name__, str(kept.folder), kept.digest]


def _try(folder: Path, digest: str) -> None:
    from models.features import reading
    from models.inference import model

    loaded = model.load((folder / MANIFEST).read_bytes(), (folder / BOOSTER).read_bytes(), expected_digest=digest)
    if loaded.manifest.feature_digest != reading.registry().digest:
        raise SystemExit("made for other features")


if __name__ == "__main__":
    _try(Path(sys.argv[1]), sys.argv[2])
