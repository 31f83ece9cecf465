"""Which modes of contact a do-not-contact list forbids."""

from collections.abc import Collection, Mapping
from types import MappingProxyType

from services.contracts.codes import ContactMode

_FORBIDS: Mapping[str, ContactMode] = MappingProxyType(
    {
        "by_phone": ContactMode.PHONE,
        "by_text": ContactMode.TEXT,
        "by_letter": ContactMode.LETTER,
        "at_home": ContactMode.HOME_VISIT,
    }
)
"""Other codes (at school, through a parent) match no single mode of contact."""


def forbidden_ways(do_not_contact: Collection[str]) -> frozenset[ContactMode]:
    return frozenset(_FORBIDS[code] for code in do_not_contact if code in _FORBIDS)
