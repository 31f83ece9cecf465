"""Intake's settings: the partnership's ages, areas and sites, danger procedure and matching."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from services.contracts.danger import DEMONSTRATION_DANGER_CONTACTS
from services.intake.application.ports import Policy
from services.intake.domain.age import Scope
from services.intake.domain.known import Identifier
from services.intake.entrypoints.locality import Locality, Site
from services.platform.i18n import N_
from services.platform.settings import Settings as PlatformSettings
from services.platform.settings import SettingsError, lines, named_lines, platform_settings

_KEY_BYTES = 32
_WHOLE_NUMBERS = ("youngest", "oldest", "shared_nhs_number_persons", "shared_phone_persons", "shared_postcode_persons")


_DEMONSTRATION_AREAS = {"northside": "Northside", "riverside": "Riverside", "westborough": "Westborough"}
_DEMONSTRATION_SITES = (
    Site(code="anytown-general", name="Anytown General, emergency department", area="northside", organisation="Anytown General Hospital"),
    Site(code="westborough-urgent-care", name="Westborough urgent care", area="westborough", organisation="Anytown General Hospital"),
    Site(code="northside-academy", name="Northside Academy", area="northside", organisation="Northside Academy"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Settings(PlatformSettings):
    youngest: int = 10
    oldest: int = 25
    younger_signpost: str = N_(
        "Waymark is not for a child this young: follow your safeguarding procedure and refer to children’s services"
    )
    older_signpost: str = N_(
        "Waymark is not for a person this old: follow your safeguarding procedure and refer to adult services"
    )
    danger_procedure: tuple[str, ...] = (
        N_("If anyone may be hurt now, call 999."),
        N_("Tell the nurse in charge, the duty manager or your safeguarding lead, and stay with the young person."),
        N_(
            "Call children’s services, or adult services for a person aged 18 or over. At night, call their out-of-hours team."
        ),
    )
    """The local procedure for immediate danger: what to do now, step by step."""
    danger_contacts: Mapping[str, str] | None = None
    """Phone number by name for immediate danger. None: the demonstration's in demonstration mode, else only 999."""
    areas: Mapping[str, str] | None = None
    """Name of each area by its code. None: the demonstration's in demonstration mode, else only those of staff."""
    sites: tuple[Site, ...] | None = None
    shared_nhs_number_persons: int = 2
    shared_phone_persons: int = 2
    shared_postcode_persons: int = 5
    """From this number of persons on, a number or postcode is weak evidence of identity."""
    match_key: bytes = b""
    """Keys the digests by which people are recognised. Empty: made from the secret key, and lost when that changes."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        return cls(**platform_settings(environ), **_from_environment(environ))

    @property
    def locality(self) -> Locality:
        """The configured areas and sites; in demonstration mode, the demonstration's by default."""
        areas, sites = (_DEMONSTRATION_AREAS, _DEMONSTRATION_SITES) if self.demonstration else ({}, ())
        contacts = DEMONSTRATION_DANGER_CONTACTS if self.demonstration else {}
        return Locality(
            areas=areas if self.areas is None else self.areas,
            sites=sites if self.sites is None else self.sites,
            danger_procedure=self.danger_procedure,
            danger_contacts=contacts if self.danger_contacts is None else self.danger_contacts,
        )

    @property
    def policy(self) -> Policy:
        return Policy(
            scope=Scope(
                youngest=self.youngest,
                oldest=self.oldest,
                younger=self.younger_signpost,
                older=self.older_signpost,
            ),
            shared_from={
                Identifier.NHS_NUMBER: self.shared_nhs_number_persons,
                Identifier.PHONE: self.shared_phone_persons,
                Identifier.POSTCODE: self.shared_postcode_persons,
            },
            match_key=self.match_key or hmac.new(self.secret_key, b"intake.match_key", hashlib.sha256).digest(),
            test_nhs_numbers=self.demonstration,
        )


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    """Returns intake's own settings that the environment has. Raises SettingsError for one that is not valid."""
    given: dict[str, Any] = {
        name: environ[name.upper()] for name in ("younger_signpost", "older_signpost") if environ.get(name.upper())
    }
    if procedure := lines(environ, "DANGER_PROCEDURE"):
        given["danger_procedure"] = procedure
    if contacts := named_lines(environ, "DANGER_CONTACTS"):
        given["danger_contacts"] = contacts
    if key := environ.get("MATCH_KEY"):
        given["match_key"] = _long_enough(key.encode())
    try:
        given |= {name: int(environ[name.upper()]) for name in _WHOLE_NUMBERS if environ.get(name.upper())}
        if areas := environ.get("AREAS"):
            given["areas"] = dict(json.loads(areas))
        if sites := environ.get("SITES"):
            given["sites"] = tuple(Site(**site) for site in json.loads(sites))
    except (ValueError, TypeError):
        numbers = ", ".join(name.upper() for name in _WHOLE_NUMBERS)
        raise SettingsError(f"{numbers} are whole numbers; AREAS and SITES are JSON.") from None
    return given


def _long_enough(key: bytes) -> bytes:
    if len(key) < _KEY_BYTES:
        raise SettingsError(f"MATCH_KEY must be at least {_KEY_BYTES} bytes long.")
    return key
