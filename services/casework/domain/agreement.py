"""Whether a reviewer's level of support agrees with an estimate's band, by one versioned table."""

from collections.abc import Mapping
from types import MappingProxyType

from services.contracts.codes import Band, SupportLevel

VERSION = 1

_AGREEING: Mapping[Band, frozenset[SupportLevel]] = MappingProxyType(
    {
        Band.USUAL: frozenset({SupportLevel.LIGHT, SupportLevel.NONE}),
        Band.RAISED: frozenset({SupportLevel.PLANNED, SupportLevel.LIGHT}),
        Band.HIGH: frozenset({SupportLevel.URGENT, SupportLevel.PLANNED}),
    }
)


def agrees(level: SupportLevel, band: Band) -> bool:
    """Returns whether the table lists the level for the band. "Not enough information" agrees with no band."""
    return level in _AGREEING[band]
