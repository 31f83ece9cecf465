"""LightGBM's trees, asked through its C interface: its Python package costs more per row than some trees do.

That package also takes a second to import, and several with the packages that it then looks for. Nothing here knows
of them: the library lies in the package's folder and is opened by itself.
"""

from __future__ import annotations

import ctypes
import threading
import weakref
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# As LightGBM's c_api.h has them.
_FLOAT64 = 1
_CONTRIBUTIONS = 3
_EVERY_TREE = (0, -1)
# One thread always: on a busy machine LightGBM's second thread makes one row hundreds of times slower (it spins), and
# scoring gets its parallelism from processes.
_PARAMETERS = b"num_threads=1"


class NotABooster(ValueError):
    """LightGBM does not take the text for a model, or is not installed."""


class Booster:
    """A loaded model. Safe to share by threads: they take turns. Only verified text may come here."""

    def __init__(self, text: bytes) -> None:
        self.names = _names(text)
        self._library = library = _library()
        booster, config, rounds = ctypes.c_void_p(), ctypes.c_void_p(), ctypes.c_int()
        self._must(library.LGBM_BoosterLoadModelFromString(text, ctypes.byref(rounds), ctypes.byref(booster)))
        self._must(
            library.LGBM_BoosterPredictForMatSingleRowFastInit(
                booster, _CONTRIBUTIONS, *_EVERY_TREE, _FLOAT64, len(self.names), _PARAMETERS, ctypes.byref(config)
            )
        )
        # Not at the end of the process: a thread may still be asking then.
        weakref.finalize(self, _free, library, booster, config).atexit = False
        self._config = config
        self._row = (ctypes.c_double * len(self.names))()
        self._parts = (ctypes.c_double * (len(self.names) + 1))()
        self._written = ctypes.byref(ctypes.c_int64())
        self._turn = threading.Lock()

    def contributions(self, row: Sequence[float]) -> list[float]:
        """The exact path-dependent SHAP values of one row in raw log-odds, the base last."""
        with self._turn:
            self._row[:] = list(row)
            self._must(
                self._library.LGBM_BoosterPredictForMatSingleRowFast(
                    self._config, self._row, self._written, self._parts
                )
            )
            return self._parts[:]

    def _must(self, failed: int) -> None:
        if failed:
            raise NotABooster(self._library.LGBM_GetLastError().decode("utf-8", "replace"))


@cache
def _library() -> ctypes.CDLL:
    package = find_spec("lightgbm")
    folders = package.submodule_search_locations if package else None
    found = [path for folder in folders or () for path in Path(folder, "lib").glob("lib_lightgbm.*")]
    if not found:
        raise NotABooster("LightGBM is not installed")
    library = ctypes.CDLL(str(found[0]))
    library.LGBM_GetLastError.restype = ctypes.c_char_p
    return library


def _names(text: bytes) -> tuple[str, ...]:
    _, found, after = text.partition(b"\nfeature_names=")
    if not found:
        raise NotABooster("no columns are named")
    return tuple(after.partition(b"\n")[0].decode("ascii").split(" "))


def _free(library: ctypes.CDLL, booster: ctypes.c_void_p, config: ctypes.c_void_p) -> None:
    library.LGBM_FastConfigFree(config)
    library.LGBM_BoosterFree(booster)
