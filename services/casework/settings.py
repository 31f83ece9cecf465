"""Casework's settings: the hours within which a referral is read and a young person contacted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from services.casework.domain.case_clock import CASE_HOURS
from services.casework.domain.review_clock import ReviewHours
from services.contracts.codes import SupportLevel
from services.kernel.settings import Settings as KernelSettings
from services.kernel.settings import Unset, kernel_settings


@dataclass(frozen=True, kw_only=True)
class Settings(KernelSettings):
    review_hours: ReviewHours = field(default_factory=ReviewHours)
    """Elapsed hours from received to decided."""
    claim_lasts: timedelta = timedelta(minutes=30)
    """How long a reviewer's claim on a referral lasts after their last change or sign of work."""
    case_hours: Mapping[SupportLevel, int] = field(default_factory=lambda: CASE_HOURS)
    """Elapsed hours from decided to first contact, by the level of support."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        usual = ReviewHours()
        return cls(
            **kernel_settings(environ),
            review_hours=ReviewHours(
                usual=_hours(environ, "REVIEW_HOURS", usual.usual),
                danger=_hours(environ, "REVIEW_HOURS_DANGER", usual.danger),
            ),
            claim_lasts=timedelta(minutes=_number(environ, "REVIEW_CLAIM_MINUTES", 30, most=1440, of="minutes")),
            case_hours={
                level: _hours(environ, f"CASE_HOURS_{level.value.upper()}", hours)
                for level, hours in CASE_HOURS.items()
            },
        )


def _hours(environ: Mapping[str, str], name: str, default: int) -> int:
    return _number(environ, name, default, most=8760, of="hours")


def _number(environ: Mapping[str, str], name: str, default: int, *, most: int, of: str) -> int:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
        raise Unset(f"The setting {name} must be a number of {of} from 1 to {most}.")
    return int(text)
