"""Postcodes of England and Wales, where the Serious Violence Duty holds."""

import re

from services.platform.errors import Invalid
from services.platform.i18n import N_
from services.platform.identifiers import plain_characters

NO_FIXED_ABODE = "ZZ99 3VZ"
_MAX_LENGTH = 8
_SEPARATORS = re.compile("[ -]")
_FORM = re.compile(r"([A-Z]{1,2})([0-9][0-9A-Z]?) ?([0-9][ABD-HJLNP-UW-Z]{2})", re.ASCII)
_ENGLAND_AND_WALES = frozenset(
    [
        "AL",
        "B",
        "BA",
        "BB",
        "BD",
        "BH",
        "BL",
        "BN",
        "BR",
        "BS",
        "CA",
        "CB",
        "CF",
        "CH",
        "CM",
        "CO",
        "CR",
        "CT",
        "CV",
        "CW",
        "DA",
        "DE",
        "DH",
        "DL",
        "DN",
        "DT",
        "DY",
        "E",
        "EC",
        "EN",
        "EX",
        "FY",
        "GL",
        "GU",
        "HA",
        "HD",
        "HG",
        "HP",
        "HR",
        "HU",
        "HX",
        "IG",
        "IP",
        "KT",
        "L",
        "LA",
        "LD",
        "LE",
        "LL",
        "LN",
        "LS",
        "LU",
        "M",
        "ME",
        "MK",
        "N",
        "NE",
        "NG",
        "NN",
        "NP",
        "NR",
        "NW",
        "OL",
        "OX",
        "PE",
        "PL",
        "PO",
        "PR",
        "RG",
        "RH",
        "RM",
        "S",
        "SA",
        "SE",
        "SG",
        "SK",
        "SL",
        "SM",
        "SN",
        "SO",
        "SP",
        "SR",
        "SS",
        "ST",
        "SW",
        "SY",
        "TA",
        "TD",
        "TF",
        "TN",
        "TQ",
        "TR",
        "TS",
        "TW",
        "UB",
        "W",
        "WA",
        "WC",
        "WD",
        "WF",
        "WN",
        "WR",
        "WS",
        "WV",
        "YO",
    ]
)
"""Postcode areas. TD is mostly Scottish, and is Berwick-upon-Tweed's too."""
_ELSEWHERE = frozenset(
    ["AB", "BT", "DD", "DG", "EH", "FK", "G", "GY", "HS", "IM", "IV", "JE", "KA", "KW", "KY", "ML", "PA", "PH", "ZE"]
)
_OUTSIDE_THE_FORM = frozenset({"GIR 0AA", NO_FIXED_ABODE})


class NotAPostcode(Invalid):
    title = N_("Enter a postcode")

    def __init__(self) -> None:
        super().__init__(N_("Enter a full postcode, like SW1A 1AA, or leave it blank"))


class PostcodeElsewhere(Invalid):
    """The postcode is not of England or Wales: another service has the young person."""

    title = N_("The postcode is outside England and Wales")

    def __init__(self) -> None:
        super().__init__(
            N_(
                "This postcode is outside England and Wales. Leave it blank if the young person is staying here,"
                " or refer to children’s social work where they live"
            )
        )


def postcode(text: str) -> str:
    """The postcode as Royal Mail writes it: `SW1A 1AA`. Raises NotAPostcode or PostcodeElsewhere."""
    compact = _SEPARATORS.sub("", plain_characters(text)).upper()
    if len(compact) > _MAX_LENGTH:
        raise NotAPostcode
    spaced = f"{compact[:-3]} {compact[-3:]}"
    if spaced in _OUTSIDE_THE_FORM:
        return spaced
    if compact.startswith("BFPO"):
        raise PostcodeElsewhere
    found = _FORM.fullmatch(spaced)
    if found is None or found[1] not in _ENGLAND_AND_WALES | _ELSEWHERE:
        raise NotAPostcode
    if found[1] in _ELSEWHERE:
        raise PostcodeElsewhere
    return spaced
