"""Keeps the champion in memory: the kept one, and when there is none, the registry's as soon as it answers."""

import threading
import time
from collections.abc import Callable

import structlog

from models.inference.manifest import ArtefactRefused
from services.platform.errors import ApplicationError
from services.platform.operations import logs
from services.scoring.adapters.champion import LoadedChampion, WrongFeatures, load
from services.scoring.adapters.model_cache import CachedModel, ModelCache
from services.scoring.adapters.model_store import ModelStore

_TRY_AGAIN_SECONDS = 60.0

_log = structlog.get_logger()


class Champions:
    """`current()` is cheap and never raises: without a model every referral is answered "model unavailable"."""

    def __init__(
        self, kept: ModelCache, store: ModelStore | None, *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.arrived: Callable[[], object] = lambda: None
        """Called after a model has come where there was none."""
        self._kept = kept
        self._store = store
        self._ticks = ticks
        self._lock = threading.Lock()
        self._loaded: LoadedChampion | None = None
        self._stamp: int | None = None
        self._next_try = float("-inf")
        self._untold = False
        """A model has come where there was none, and those who waited for it are not yet estimated."""

    def current(self) -> LoadedChampion | None:
        with self._lock:
            stamp = self._kept.stamp()
            if stamp is not None and stamp != self._stamp:
                self._stamp = stamp
                self._take(self._kept.current())
            wanted = self._untold or (self._loaded is None and self._store is not None)
            missing = wanted and self._ticks() >= self._next_try
            if missing:
                self._next_try = self._ticks() + _TRY_AGAIN_SECONDS
        if missing:
            # Not here: whoever asks may hold a transaction, and a registry may take its time.
            threading.Thread(target=self.look_for_one, name="scoring-model", daemon=True).start()
        return self._loaded

    def look_for_one(self) -> None:
        """Fetch the champion of the registry, now that there is none here, and tell of it.

        Says in the log what went wrong: it is tried again in a while, whatever that was.
        """
        try:
            if not self._untold:
                self._untold = self.refresh() is not None
            if self._untold:
                self.arrived()
                self._untold = False
        except ApplicationError as error:
            _log.warning("no_model", error=type(error).__name__)
        except Exception as error:
            logs.failure(error, "no_model")

    def of_version(self, version: str) -> LoadedChampion:
        """A model that estimated in the past. Raises ArtefactRefused, WrongFeatures or RegistryUnavailable."""
        kept = self._kept.find(version)
        if kept is None:
            if self._store is None:
                raise ArtefactRefused("this model version is not kept here, and there is no registry")
            kept = self._store.fetch(version)
        return load(kept)

    def refresh(self) -> LoadedChampion | None:
        """Ask the registry for its champion now. Raises RegistryUnavailable or ModelRejected; the current one stays."""
        if self._store is not None:
            self._store.fetch_champion()
        return self.current()

    def _take(self, kept: CachedModel | None) -> None:
        """Swap to the kept model, or keep on using the one before when the new one is not fit."""
        if kept is None:
            return
        try:
            self._loaded = load(kept)
        except (ArtefactRefused, WrongFeatures, OSError, ValueError) as error:
            _log.error("model_refused", model=kept.version, error=type(error).__name__)
