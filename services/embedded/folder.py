"""The folder in which embedded mode stores everything: databases, log, registry, and its own secret."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

_SECRET_BYTES = 32


@dataclass(frozen=True)
class Folder:
    root: Path

    def database_url(self, service: str) -> str:
        return f"sqlite:///{(self.root / f'{service}.sqlite').resolve()}"

    @property
    def log(self) -> Path:
        return self.root / "bus.sqlite"

    @property
    def log_lines(self) -> Path:
        """The log file of a running system: ids and times, no names."""
        return self.root / "waymark.log"

    @property
    def registry(self) -> Path:
        return self.root / "mlflow"

    @property
    def tracking_uri(self) -> str:
        """MLflow's address of the registry."""
        return f"sqlite:///{(self.registry / 'mlflow.db').resolve()}"

    @property
    def artefacts(self) -> Path:
        return self.registry / "artefacts"

    @property
    def models(self) -> Path:
        """Where scoring caches the models that it has verified."""
        return self.root / "models"

    @property
    def loading(self) -> Path:
        """Exists while the demonstration is being loaded."""
        return self.root / "demonstration.loading"

    @property
    def loaded(self) -> Path:
        """Exists once the demonstration is loaded."""
        return self.root / "demonstration.loaded"

    def delete_data(self) -> None:
        """Deletes the databases and the log; secrets, registry and models stay."""
        for path in self.root.glob("*.sqlite*"):
            path.unlink()

    @property
    def metrics_token(self) -> str:
        """The token that protects the metrics of every service: the text of `metrics.secret`."""
        return self.secret("metrics").hex()

    def secret(self, purpose: str) -> bytes:
        """Returns this installation's secret for one purpose: created once, in a file that only its owner may read."""
        path = self.root / f"{purpose}.secret"
        if not path.exists():
            self._write_privately(path, secrets.token_bytes(_SECRET_BYTES).hex())
        return bytes.fromhex(path.read_text(encoding="ascii"))

    def _write_privately(self, path: Path, text: str) -> None:
        """Writes the file atomically: a truncated secret would be used for ever."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        draft.write_text(text, encoding="ascii")
        os.replace(draft, path)
