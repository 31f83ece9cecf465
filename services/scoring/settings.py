"""Scoring's settings: where models are registered, and where verified ones are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from services.platform.settings import Settings as PlatformSettings
from services.platform.settings import SettingsError, platform_settings, whole_number
from services.scoring.domain.result import AnswerLimits


@dataclass(frozen=True, kw_only=True)
class Settings(PlatformSettings):
    models_folder: Path
    """Verified models: scoring starts with the last of them while the registry is down."""
    registry_url: str | None = None
    """MLflow's address. None: use what is in the folder, ask nobody."""
    limits: AnswerLimits = field(default_factory=AnswerLimits)
    """On how few answers there is no estimate, or one that says so first."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        return cls(
            **platform_settings(environ),
            models_folder=Path(environ.get("MODELS_FOLDER", "var/models")),
            registry_url=environ.get("REGISTRY_URL") or None,
            limits=_limits(environ),
        )


def _limits(environ: Mapping[str, str]) -> AnswerLimits:
    usual = AnswerLimits()
    limits = AnswerLimits(
        min_answers=whole_number(environ, "ESTIMATE_MIN_ANSWERS", default=usual.min_answers, minimum=1, maximum=100),
        max_sparse_answers=whole_number(
            environ, "ESTIMATE_MAX_SPARSE_ANSWERS", default=usual.max_sparse_answers, minimum=0, maximum=100
        ),
    )
    if limits.max_sparse_answers < limits.min_answers - 1:
        raise SettingsError("ESTIMATE_MAX_SPARSE_ANSWERS must be at least ESTIMATE_MIN_ANSWERS minus 1")
    return limits
