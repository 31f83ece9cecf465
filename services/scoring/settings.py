"""Scoring's settings: the model registry, the folder of verified models, and the limits of an estimate."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from services.platform.settings import Settings as PlatformSettings
from services.platform.settings import SettingsError, platform_settings, whole_number
from services.scoring.estimate import AnswerLimits


@dataclass(frozen=True, kw_only=True)
class Settings(PlatformSettings):
    models_folder: Path
    """Verified models: scoring starts with the last of them while the registry is down."""
    registry_url: str | None = None
    """MLflow's address. None: use the models in the folder only."""
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    """With how few answers there is no estimate, or a sparse one."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            **platform_settings(environ),
            models_folder=Path(environ.get("MODELS_FOLDER", "var/models")),
            registry_url=environ.get("REGISTRY_URL") or None,
            limits=_limits(environ),
        )


def _limits(environ: Mapping[str, str]) -> AnswerLimits:
    default = AnswerLimits()
    limits = AnswerLimits(
        min_answers=whole_number(environ, "ESTIMATE_MIN_ANSWERS", default=default.min_answers, minimum=1, maximum=100),
        max_sparse_answers=whole_number(
            environ, "ESTIMATE_MAX_SPARSE_ANSWERS", default=default.max_sparse_answers, minimum=0, maximum=100
        ),
    )
    if limits.max_sparse_answers < limits.min_answers - 1:
        raise SettingsError("ESTIMATE_MAX_SPARSE_ANSWERS must be at least ESTIMATE_MIN_ANSWERS minus 1")
    return limits
