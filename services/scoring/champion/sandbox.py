"""Loads a model in a subprocess first: LightGBM may crash or hang on a bad model, and no `except` catches that."""

import os
import subprocess
import sys
from pathlib import Path

from services.platform.errors import Conflict
from services.platform.i18n import N_
from services.scoring.champion.model_cache import BOOSTER, MANIFEST, CachedModel

_SECONDS = 60.0


class ModelRejected(Conflict):
    """The model's files are damaged, differ from the registry's digest, or were trained on other features."""

    title = N_("The model cannot be used. The previous model stays in use")


def check_in_subprocess(cached: CachedModel) -> None:
    """Raises ModelRejected unless the model verifies, loads and gives its golden estimates."""
    if not passes(cached):
        raise ModelRejected


def passes(cached: CachedModel) -> bool:
    try:
        completed = subprocess.run(  # noqa: S603 (our own module)
            _command(cached),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except subprocess.TimeoutExpired:
        return False
    return completed.returncode == 0


def _command(cached: CachedModel) -> list[str]:
    return [sys.executable, "-m", __name__, str(cached.folder), cached.digest]


def _try(folder: Path, digest: str) -> None:
    from models.features import reading
    from models.inference import model

    loaded = model.load((folder / MANIFEST).read_bytes(), (folder / BOOSTER).read_bytes(), expected_digest=digest)
    if loaded.manifest.feature_digest != reading.registry().digest:
        raise SystemExit("trained on other features")


if __name__ == "__main__":
    _try(Path(sys.argv[1]), sys.argv[2])
