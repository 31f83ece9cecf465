"""Holds the champion in memory: the cached model, or the registry's when none is cached."""

import threading
import time
from collections.abc import Callable

import structlog

from models.inference.manifest import ArtefactRefused
from services.platform.errors import ApplicationError
from services.platform.operations import logs
from services.scoring.champion.loaded import LoadedChampion, WrongFeatures, load
from services.scoring.champion.model_cache import CachedModel, ModelCache
from services.scoring.champion.model_store import ModelStore

_RETRY_SECONDS = 60.0

_log = structlog.get_logger()


class Champions:
    """`current()` is cheap and never raises: without a model the result of every referral is "model unavailable"."""

    def __init__(
        self, cache: ModelCache, store: ModelStore | None, *, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self.on_first_model: Callable[[], object] = lambda: None
        """Called when a model has arrived where there was none, until it succeeds."""
        self._cache = cache
        self._store = store
        self._ticks = ticks
        self._lock = threading.Lock()
        self._loaded: LoadedChampion | None = None
        self._stamp: int | None = None
        self._next_try = float("-inf")
        self._first_model_unhandled = False

    def current(self) -> LoadedChampion | None:
        with self._lock:
            stamp = self._cache.stamp()
            if stamp is not None and stamp != self._stamp:
                self._stamp = stamp
                self._swap(self._cache.current())
            wanted = self._first_model_unhandled or (self._loaded is None and self._store is not None)
            due = wanted and self._ticks() >= self._next_try
            if due:
                self._next_try = self._ticks() + _RETRY_SECONDS
        if due:
            # In a thread: the caller may have a transaction open, and a registry may be slow.
            threading.Thread(target=self.fetch_first, name="scoring-model", daemon=True).start()
        return self._loaded

    def fetch_first(self) -> None:
        """Fetch the registry's champion when there is none here, and call `on_first_model`.

        Logs every failure and does not raise: `current` tries again in a minute.
        """
        try:
            if not self._first_model_unhandled:
                self._first_model_unhandled = self.refresh() is not None
            if self._first_model_unhandled:
                self.on_first_model()
                self._first_model_unhandled = False
        except ApplicationError as error:
            _log.warning("no_model", error=type(error).__name__)
        except Exception as error:
            logs.failure(error, "no_model")

    def of_version(self, version: str) -> LoadedChampion:
        """A model that estimated in the past. Raises ArtefactRefused, WrongFeatures or RegistryUnavailable."""
        cached = self._cache.find(version)
        if cached is None:
            if self._store is None:
                raise ArtefactRefused("this model version is not cached here, and there is no registry")
            cached = self._store.fetch(version)
        return load(cached)

    def refresh(self) -> LoadedChampion | None:
        """Fetch the registry's champion now. Raises RegistryUnavailable or ModelRejected; then the current one stays."""
        if self._store is not None:
            self._store.fetch_champion()
        return self.current()

    def _swap(self, cached: CachedModel | None) -> None:
        """Use the cached model; when it does not load, the previous one stays."""
        if cached is None:
            return
        try:
            self._loaded = load(cached)
        except (ArtefactRefused, WrongFeatures, OSError, ValueError) as error:
            _log.error("model_refused", model=cached.version, error=type(error).__name__)
