"""Whether a person's level of support and an estimate's band agree: read from one table, which has a version."""

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
    """True when the table has the level beside the band. A level of not enough information agrees with none."""
    return level in _AGREEING[band]
