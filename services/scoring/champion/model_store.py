"""Fetches the champion from the MLflow registry, as files.

`mlflow.pyfunc.load_model` would run code that is stored with the model. We download the files, check their digest, and
load them ourselves.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.platform.errors import Unavailable
from services.platform.failpoints import failpoint
from services.platform.i18n import N_
from services.scoring.champion import sandbox
from services.scoring.champion.model_cache import BOOSTER, EVALUATION, MANIFEST, CachedModel, ModelCache

REGISTERED_MODEL = "waymark-harm"
CHAMPION = "champion"
# A registry that hangs must not delay a start: 5 seconds, and one retry.
_TIMEOUTS = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "5", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}


class RegistryUnavailable(Unavailable):
    """The model registry cannot be reached, or has no champion."""

    title = N_("The model registry gives no champion")


@dataclass(frozen=True)
class ModelStore:
    """The registry at `url`, and the cache of verified versions."""

    url: str
    cache: ModelCache

    def fetch_champion(self) -> CachedModel:
        """Download the registry's champion, verify it, load it in a subprocess, then make it current.

        Raises RegistryUnavailable, or ModelRejected when this code cannot use the model; then the current one stays.
        """
        fetched = self._fetch(self._champion())
        self.cache.make_current(fetched)
        failpoint("model.swapped")
        return fetched

    def fetch(self, version: str) -> CachedModel:
        """Download one version, to replay its estimates. Raises RegistryUnavailable or ModelRejected."""
        number, _, _ = version.partition("-")
        fetched = self._fetch(self._call(lambda client: client.get_model_version(REGISTERED_MODEL, number)))
        if fetched.version != version:
            raise RegistryUnavailable(N_("The registry now has another model under this number."))
        return fetched

    def _champion(self) -> Any:
        return self._call(lambda client: client.get_model_version_by_alias(REGISTERED_MODEL, CHAMPION))

    def _fetch(self, registered: Any) -> CachedModel:
        digest = str(registered.tags.get("digest", ""))
        version = f"{registered.version}-{digest[:12]}"
        known = self.cache.find(version)
        if known is not None and known.digest == digest and sandbox.passes(known):
            return known
        with self.cache.downloading() as folder:
            for name in (MANIFEST, BOOSTER, EVALUATION):
                self._download(f"{registered.source}/{name}", folder)
            failpoint("model.downloaded")
            sandbox.check_in_subprocess(CachedModel(version=version, digest=digest, folder=folder))
            failpoint("model.verified")
            return self.cache.save(folder, version=version, digest=digest)

    def _call(self, method: Callable[[Any], Any]) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            return method(self._client())
        except (MlflowException, OSError) as error:
            raise RegistryUnavailable from error

    def _client(self) -> Any:
        # Imported late: the import takes seconds, and with a cached model nothing needs it.
        os.environ.update(_QUIET)
        for name, value in _TIMEOUTS.items():
            os.environ.setdefault(name, value)
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self.url, registry_uri=self.url)

    def _download(self, address: str, folder: Path) -> None:
        from mlflow.artifacts import download_artifacts
        from mlflow.exceptions import MlflowException

        try:
            download_artifacts(artifact_uri=address, dst_path=str(folder), tracking_uri=self.url)
        except (MlflowException, OSError) as error:
            raise RegistryUnavailable from error
