"""Scoring's settings: where models are registered, and where verified ones are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from services.kernel.settings import Settings as KernelSettings
from services.kernel.settings import kernel_settings


@dataclass(frozen=True, kw_only=True)
class Settings(KernelSettings):
    models_folder: Path
    """Verified models: scoring starts with the last of them while the registry is down."""
    registry_url: str | None = None
    """MLflow's address. None: use what is in the folder, ask nobody."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            **kernel_settings(environ),
            models_folder=Path(environ.get("MODELS_FOLDER", "var/models")),
            registry_url=environ.get("REGISTRY_URL") or None,
        )
