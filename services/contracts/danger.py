"""Whom the demonstration phones in immediate danger. A partnership names its own in the setting DANGER_CONTACTS."""

from collections.abc import Mapping
from types import MappingProxyType

# Numbers that Ofcom keeps for drama: nobody has them.
DEMONSTRATION_DANGER_CONTACTS: Mapping[str, str] = MappingProxyType(
    {
        "Children’s services front door": "01632 960104",
        "Adult services front door": "01632 960105",
    }
)
