"""Casework's settings: time limits of reviews, cases and alarms, and the procedure for immediate danger."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from services.casework.domain.case_clock import CASE_HOURS
from services.casework.domain.review_clock import ReviewHours
from services.casework.entrypoints.danger_procedure import DangerProcedure
from services.contracts.codes import SupportLevel
from services.contracts.danger import DEMONSTRATION_DANGER_CONTACTS
from services.platform.i18n import N_
from services.platform.settings import Settings as PlatformSettings
from services.platform.settings import SettingsError, lines, named_lines, platform_settings


@dataclass(frozen=True, kw_only=True)
class Settings(PlatformSettings):
    review_hours: ReviewHours = field(default_factory=ReviewHours)
    """Elapsed hours from receipt to decision."""
    claim_lasts: timedelta = timedelta(minutes=30)
    """How long a reviewer's claim on a referral lasts after their last change or sign of work."""
    pause_working_days: int = 2
    """Working days for which an unanswered question to the referrer pauses a review's due time."""
    longest_pause_days: int = 14
    """Maximum number of days after the question to which a reviewer can extend the pause."""
    case_hours: Mapping[SupportLevel, int] = field(default_factory=lambda: CASE_HOURS)
    """Elapsed hours from decision to first contact, by level of support."""

    holder_idle_after: timedelta = timedelta(days=30)
    """Time without a sign-in after which the manager is notified of a worker's cases."""
    holdings_checked_every: timedelta = timedelta(hours=1)
    consent_withdrawn_readable_days: int = 14
    """Days for which the reviewer who confirmed a withdrawal of consent can read the referral."""
    alarm_hours: int = 1
    """Elapsed hours within which somebody acts on an alarm."""
    danger_procedure: tuple[str, ...] = (
        N_("If somebody may be hurt now, call 999."),
        N_("Phone the referrer: ask who is with the young person, and whether they are safe where they are."),
        N_(
            "Call children’s services, or adult services for somebody aged 18 or over. At night, call their out-of-hours team."
        ),
    )
    """The local procedure for immediate danger on the decision page, step by step."""
    danger_contacts: Mapping[str, str] | None = None
    """Phone numbers by name for immediate danger. None: those of the demonstration, or only 999."""

    @property
    def danger(self) -> DangerProcedure:
        contacts = self.danger_contacts
        if contacts is None:
            contacts = DEMONSTRATION_DANGER_CONTACTS if self.demonstration else {}
        return DangerProcedure(steps=self.danger_procedure, contacts=contacts)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        usual = ReviewHours()
        return cls(
            **platform_settings(environ),
            danger_procedure=lines(environ, "DANGER_PROCEDURE") or cls.danger_procedure,
            danger_contacts=named_lines(environ, "DANGER_CONTACTS"),
            review_hours=ReviewHours(
                usual=_hours(environ, "REVIEW_HOURS", usual.usual),
                danger=_hours(environ, "REVIEW_HOURS_DANGER", usual.danger),
                before_departure=_hours(environ, "REVIEW_HOURS_BEFORE_DEPARTURE", usual.before_departure),
            ),
            pause_working_days=_number(environ, "REVIEW_PAUSE_WORKING_DAYS", 2, maximum=30, of="days"),
            longest_pause_days=_number(environ, "REVIEW_PAUSE_DAYS_AT_MOST", 14, maximum=90, of="days"),
            claim_lasts=timedelta(minutes=_number(environ, "REVIEW_CLAIM_MINUTES", 30, maximum=1440, of="minutes")),
            case_hours={
                level: _hours(environ, f"CASE_HOURS_{level.value.upper()}", hours)
                for level, hours in CASE_HOURS.items()
            },
            consent_withdrawn_readable_days=_number(
                environ, "CONSENT_WITHDRAWN_READABLE_DAYS", 14, maximum=365, of="days"
            ),
            alarm_hours=_hours(environ, "ALARM_HOURS", cls.alarm_hours),
            holder_idle_after=timedelta(days=_number(environ, "HOLDER_IDLE_DAYS", 30, of="days", maximum=366)),
            holdings_checked_every=timedelta(
                minutes=_number(environ, "HOLDINGS_CHECK_MINUTES", 60, of="minutes", maximum=1440)
            ),
        )


def _hours(environ: Mapping[str, str], name: str, default: int) -> int:
    return _number(environ, name, default, maximum=8760, of="hours")


def _number(environ: Mapping[str, str], name: str, default: int, *, maximum: int, of: str) -> int:
    text = environ.get(name, str(default))
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= maximum):
        raise SettingsError(f"The setting {name} must be a number of {of} from 1 to {maximum}.")
    return int(text)
