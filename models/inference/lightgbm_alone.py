"""LightGBM without the packages it brings along when it finds them: a second instead of several.

Its Python wrapper imports scikit-learn, pandas and their friends only to accept their objects,
and does without where they are not installed. Serving hands it arrays alone, so for the moment of
its import they are not there. A process that has imported LightGBM, or them, already keeps them.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

OPTIONAL = ("sklearn", "pandas", "pyarrow", "dask", "joblib", "matplotlib")


def _imported() -> ModuleType:
    absent = [name for name in OPTIONAL if "lightgbm" not in sys.modules and name not in sys.modules]
    for name in absent:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it fails, as if not installed
    try:
        return importlib.import_module("lightgbm")
    finally:
        for name in absent:
            del sys.modules[name]


Booster = _imported().Booster
