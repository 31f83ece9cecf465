"""What the pages and the API know of this partnership: its areas, its sites, and what to do in danger."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Site:
    """A place where referrals are made. Its area is the referral's unless another is chosen."""

    code: str
    name: str
    area: str
    organisation: str
    """The name of the organisation whose staff refer from it."""


@dataclass(frozen=True, kw_only=True)
class Locality:
    areas: Mapping[str, str]
    """Name of each area by its code."""
    sites: tuple[Site, ...]
    danger_procedure: tuple[str, ...]
    """What to do in immediate danger, step by step."""
    danger_contacts: Mapping[str, str]
    """Whom to phone then: number by name."""
