"""The demonstration's contacts for immediate danger. A partnership sets its own in DANGER_CONTACTS."""

from collections.abc import Mapping
from types import MappingProxyType

# Numbers that Ofcom reserves for drama.
DEMONSTRATION_DANGER_CONTACTS: Mapping[str, str] = MappingProxyType(
    {
        "Children’s services front door": "01632 960104",
        "Adult services front door": "01632 960105",
    }
)
