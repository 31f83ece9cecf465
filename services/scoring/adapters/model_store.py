"""Fetches the champion from the registry: MLflow is asked for names and bytes, never for a model.

`mlflow.pyfunc.load_model` runs whatever code a model brings along. We download files, hold them to their digest, and
open them ourselves.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.platform.errors import Unavailable
from services.platform.failpoints import failpoint
from services.platform.i18n import N_
from services.scoring.adapters import sandbox
from services.scoring.adapters.model_cache import BOOSTER, EVALUATION, MANIFEST, CachedModel, ModelCache

REGISTERED_MODEL = "waymark-harm"
CHAMPION = "champion"
# A registry that hangs must not hold up a start: seconds, and one more try.
_PATIENCE = {"MLFLOW_HTTP_REQUEST_TIMEOUT": "5", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1"}
_SILENCE = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false"}


class RegistryUnavailable(Unavailable):
    """The model registry cannot be reached, or has no champion."""

    title = N_("The model registry gives no champion")


@dataclass(frozen=True)
class ModelStore:
    """The registry at `url`, and the folder in which verified versions are kept."""

    url: str
    kept: ModelCache

    def fetch_champion(self) -> CachedModel:
        """Take over the registry's champion: download, verify, try, then make it current.

        Raises RegistryUnavailable, or ModelRejected when the bytes are not a model that this code can use; the current one stays.
        """
        kept = self._fetch(self._champion())
        self.kept.make_current(kept)
        failpoint("model.swapped")
        return kept

    def fetch(self, version: str) -> CachedModel:
        """A version as `fetch_champion` names it, to replay what it estimated. Raises as that does."""
        number, _, _ = version.partition("-")
        kept = self._fetch(self._asked(lambda client: client.get_model_version(REGISTERED_MODEL, number)))
        if kept.version != version:
            raise RegistryUnavailable(N_("The registry now has another model under this number."))
        return kept

    def _champion(self) -> Any:
        return self._asked(lambda client: client.get_model_version_by_alias(REGISTERED_MODEL, CHAMPION))

    def _fetch(self, registered: Any) -> CachedModel:
        digest = str(registered.tags.get("digest", ""))
        version = f"{registered.version}-{digest[:12]}"
        known = self.kept.find(version)
        if known is not None and known.digest == digest and sandbox.passes(known):
            return known
        with self.kept.downloading() as folder:
            for name in (MANIFEST, BOOSTER, EVALUATION):
                self._download(f"{registered.source}/{name}", folder)
            failpoint("model.downloaded")
            sandbox.check_in_subprocess(CachedModel(version=version, digest=digest, folder=folder))
            failpoint("model.verified")
            return self.kept.keep(folder, version=version, digest=digest)

    def _asked(self, question: Any) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            return question(self._client())
        except (MlflowException, OSError) as error:
            raise RegistryUnavailable from error

    def _client(self) -> Any:
        # Imported here alone: it takes seconds, and with a kept model nothing needs it.
        os.environ.update(_SILENCE)
        for name, value in _PATIENCE.items():
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
