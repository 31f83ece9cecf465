"""Each service is imported whole from a folder that holds it, the platform and the contracts, and nothing else.

It must not miss another service, nor a package that its image does not install, and importing must open nothing: no
file written, no connection, no thread, no process.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("import_everything.py")

# The models packages that a service's image carries beside it.
MODELS = {"scoring": ["inference", "features"]}

TRAINING = {"catboost", "matplotlib", "numba", "pandas", "pyarrow", "shap", "skops", "sklearn"}
NOT_INSTALLED = {
    "platform": TRAINING | {"lightgbm", "mlflow", "numpy", "scipy"},
    "accounts": TRAINING | {"lightgbm", "mlflow", "numpy", "scipy"},
    "intake": TRAINING | {"lightgbm", "mlflow", "numpy", "scipy"},
    "casework": TRAINING | {"lightgbm", "mlflow", "numpy", "scipy"},
    "oversight": TRAINING | {"lightgbm", "mlflow", "numpy", "scipy"},
    "scoring": TRAINING,
}


@dataclass(frozen=True)
class Import:
    failed: dict[str, str]
    opened: list[str]


SERVICES = [name for name in NOT_INSTALLED if (ROOT / "services" / name).is_dir()]


@cache
def all_imports() -> dict[str, Import]:
    with ThreadPoolExecutor(os.cpu_count()) as several:
        return dict(zip(SERVICES, several.map(_imported_alone, SERVICES), strict=True))


def _imported_alone(service: str) -> Import:
    with TemporaryDirectory() as folder:
        alone = Path(folder)
        _copy("services/__init__.py", alone)
        for package in sorted({"contracts", "platform", service}):
            _copy(f"services/{package}", alone)
        if service in MODELS:
            _copy("models/__init__.py", alone)
        for package in MODELS.get(service, []):
            _copy(f"models/{package}", alone)
        return _import_everything(alone, sorted(NOT_INSTALLED[service]))


def _import_everything(folder: Path, not_installed: Sequence[str]) -> Import:
    done = subprocess.run(
        [sys.executable, "-B", str(PROGRAM), str(folder), str(ROOT), *not_installed],
        cwd=folder,
        env={name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return Import(**json.loads(done.stdout))


def _copy(name: str, alone: Path) -> None:
    source, target = ROOT / name, alone / name
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "vendor", "node_modules"))
    elif source.is_file():
        shutil.copyfile(source, target)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_needs_no_other_service_and_no_package_its_image_lacks(service: str) -> None:
    assert all_imports()[service].failed == {}


@pytest.mark.parametrize("service", SERVICES)
def test_importing_a_service_opens_nothing(service: str) -> None:
    assert all_imports()[service].opened == []


def test_what_is_opened_or_missing_at_import_is_seen(tmp_path: Path) -> None:
    (tmp_path / "opens.py").write_text("import sqlite3\nsqlite3.connect('kept.sqlite')\n")
    (tmp_path / "starts.py").write_text("import threading\nthreading.Thread(target=print, daemon=True).start()\n")
    (tmp_path / "lacks.py").write_text("import numpy\n")
    (tmp_path / "strays.py").write_text("import services.contracts\n")
    found = _import_everything(tmp_path, ["numpy"])
    assert set(found.failed) == {"lacks", "strays"}
    assert {line.partition(":")[0] for line in found.opened} >= {"opens", "starts"}
