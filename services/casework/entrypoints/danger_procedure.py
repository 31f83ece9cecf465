"""The partnership's procedure for immediate danger, for the decision pages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DangerProcedure:
    steps: tuple[str, ...]
    """What to do now, step by step."""
    contacts: Mapping[str, str]
    """Phone numbers by name."""
