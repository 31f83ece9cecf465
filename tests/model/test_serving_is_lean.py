"""Serving needs LightGBM's library alone, and nothing here opens what could run code."""

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.factories.champion import trained

ROOT = Path(__file__).parents[2]
HEAVY = ("mlflow", "shap", "sklearn", "pandas", "scipy", "matplotlib", "numba", "numpy", "lightgbm.basic")
RUNS_CODE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "skops", "marshal", "shelve"}


def opens_what_runs_code(source: str) -> list[str]:
    """Imports and calls that would unpickle, or let MLflow load a model."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute):
            names = [node.attr] if node.attr in ("pyfunc", "load_model") else []
        found += [
            name for name in names if RUNS_CODE & set(name.split(".")) or "pyfunc" in name or name == "load_model"
        ]
    return found


class TestServing:
    @pytest.mark.parametrize("missing", [(), HEAVY], ids=["as installed", "without what training needs"])
    def test_answers_where_only_the_library_is(self, missing: tuple[str, ...], tmp_path: Path) -> None:
        (tmp_path / "manifest").write_bytes(trained().manifest.to_bytes())
        (tmp_path / "booster").write_bytes(trained().booster)
        program = f"""
            import sys
            from pathlib import Path
            for name in {missing!r}:
                sys.modules[name] = None  # an import of it fails, as where it is not installed
            from datetime import date
            from models.features.vector import build
            from models.inference import model
            folder = Path({str(tmp_path)!r})
            loaded = model.load((folder / "manifest").read_bytes(), (folder / "booster").read_bytes())
            facts = {{"age": 15, "what_happened": ["threat"], "injury": "minor"}}
            print(loaded.estimate(build(facts, as_of=date(2026, 1, 1))).log_odds)
            brought = [name for name in {HEAVY!r} if sys.modules.get(name)]
            assert not brought, brought
        """
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

        assert done.returncode == 0, done.stderr
        assert float(done.stdout) < 0


class TestNoCode:
    def test_is_run_by_opening_a_model(self) -> None:
        for folder in ("models", "services"):
            for path in (ROOT / folder).rglob("*.py"):
                assert not opens_what_runs_code(path.read_text("utf-8")), path.name

    @pytest.mark.parametrize(
        "source",
        [
            "import pickle",
            "from joblib import load",
            "import mlflow.pyfunc",
            "from mlflow import pyfunc",
            "mlflow.pyfunc.f()",
            "mlflow.lightgbm.load_model(x)",
        ],
    )
    def test_would_be_seen(self, source: str) -> None:
        assert opens_what_runs_code(source)
