"""Pairs of descriptions of a young person: one person written in two ways, and two persons who look like one."""

from datetime import date
from typing import Any

Who = dict[str, Any]
Pair = tuple[str, Who, Who]

BORN = date(2010, 3, 4)
_PLACE = {"postcode": "M1 1AE"}
_PHONE = {"phone": "+447700900982"}


def _names(label: str, one: str, other: str, **beside: Any) -> Pair:
    """Two forms of a name, with the same date of birth unless something else is given beside it."""
    same = beside or {"date_of_birth": BORN}
    return label, {"name": one, **same}, {"name": other, **same}


def _dates(label: str, one: date, other: date, name: str = "Aspen Example") -> Pair:
    return label, {"name": name, "date_of_birth": one}, {"name": name, "date_of_birth": other}


ONE_PERSON: list[Pair] = [
    _names("accent left out", "Zoë Brontë", "Zoe Bronte"),
    _names("accent, another way round", "Jose Garcia", "José García"),
    _names("accent beside a phone", "Renée Dubois", "Renee Dubois", **_PHONE),
    _names("accent beside a postcode", "Renée Dubois", "Renee Dubois", **_PLACE),
    _names("decomposed accent", "Zoe\u0308 Bronte\u0308", "Zoë Brontë"),
    _names("stroke through a letter", "Łukasz Wójcik", "Lukasz Wojcik"),
    _names("Scandinavian letters", "Søren Åkesson", "Soren Akesson"),
    _names("sharp s", "Jan Groß", "Jan Gross"),
    _names("umlaut written out", "Jan Müller", "Jan Mueller"),
    _names("Turkish dotless i", "Işıl Yılmaz", "Isil Yilmaz"),
    _names("Vietnamese", "Nguyễn Thị Hà", "Nguyen Thi Ha"),
    _names("Romanian comma below", "Ștefan Țurcanu", "Stefan Turcanu"),
    _names("Arabic vowel marks", "مُحَمَّد علي", "محمد علي"),
    _names("apostrophe left out", "Sean O'Neill", "Sean ONeill"),
    _names("curly apostrophe", "Sean O’Neill", "Sean O'Neill"),
    _names("apostrophe as a space", "Sean O'Neill", "Sean O Neill"),
    _names("okina", "Leilani Kaʻana", "Leilani Kaana"),
    _names("hyphen as a space", "Anne-Marie Smith", "Anne Marie Smith"),
    _names("hyphen left out", "Anne-Marie Smith", "Annemarie Smith"),
    _names("hyphen left out, and written by ear", "Lee-Ann Brown", "Leanne Brown"),
    _names("double surname cut", "Ella Smith-Jones", "Ella Jones"),
    _names("non-breaking hyphen", "Ella Smith‑Jones", "Ella Smith-Jones"),
    _names("space inside", "Mohamed El Hassan", "Mohamed Elhassan"),
    _names("space inside a name of one word", "Anne Marie", "Annemarie"),
    _names("two spaces", "Ella  Jones", "Ella Jones"),
    _names("no-break space", "Ella\u00a0Jones", "Ella Jones"),
    _names("capital letters", "ELLA JONES", "ella jones"),
    _names("full-width letters", "Ｅｌｌａ Jones", "Ella Jones"),
    _names("surname first", "Jones Ella", "Ella Jones"),
    _names("surname first with a comma", "Jones, Ella", "Ella Jones"),
    _names("order of three", "Ali Hassan Omar", "Omar Ali Hassan"),
    _names("middle name left out", "Adam James Carter", "Adam Carter"),
    _names("middle name added", "Adam Carter", "Adam James Carter"),
    _names("middle name beside a phone", "Adam James Carter", "Adam Carter", **_PHONE),
    _names("two middle names", "Adam James Lee Carter", "Adam Carter"),
    _names("middle initial", "Adam J. Carter", "Adam James Carter"),
    _names("initial of the first name", "A. Carter", "Adam Carter"),
    _names("title", "Mr Adam Carter", "Adam Carter"),
    _names("first name only", "Adam", "Adam Carter"),
    _names("surname only", "Carter", "Adam Carter"),
    _names("short form", "Mo Ali", "Mohammed Ali"),
    _names("another spelling", "Muhammad Ali", "Mohamed Ali"),
    _names("English short form", "Charlie Brown", "Charles Brown"),
    _names("short form beside a postcode", "Dan Okoro", "Daniel Okoro", **_PLACE),
    _names("written by ear", "Jon Smyth", "John Smith"),
    _names("written by ear beside a phone", "Katharine Philips", "Catherine Phillips", **_PHONE),
    _names("one letter wrong in the first name", "Jayden Reid", "Jaydan Reid"),
    _names("one letter wrong in the surname", "Jayden Reid", "Jayden Raid"),
    _names("one letter wrong in the only name", "Kofi", "Kopi"),
    _names("one letter missing", "Jayden Reid", "Jaden Reid"),
    _names("two letters swapped", "Jayden Reid", "Jayedn Reid"),
    _names("one letter wrong in a short name", "Ali Bux", "Ala Bux"),
    _names("Cyrillic letter that looks the same", "\u0410dam Carter", "Adam Carter"),
    _names("joiner inside", "نرگس‌ بانو", "نرگس بانو"),
    _names("nickname in brackets", "Mohammed (Mo) Ali", "Mohammed Ali"),
    _names("nickname in quotation marks", "Adam “Ads” Carter", "Adam Carter"),
    _names("also known as", "Adam Carter aka Adam Lewis", "Adam Lewis"),
    ("alias in other names", {"name": "Adam Carter", "other_names": "Tiny", "date_of_birth": BORN},
     {"name": "Tiny", "date_of_birth": BORN}),
    ("one of several aliases", {"name": "Adam Carter", "other_names": "Tiny, also known as Adam Lewis", **_PHONE},
     {"name": "Adam Lewis", **_PHONE}),
    _dates("day and month swapped", date(2010, 3, 4), date(2010, 4, 3)),
    _dates("day and month swapped, and the accent left out", date(2010, 3, 4), date(2010, 4, 3), "Zoë Brontë"),
    _dates("one digit of the day", date(2010, 3, 14), date(2010, 3, 15)),
    _dates("one digit of the month", date(2010, 3, 14), date(2010, 8, 14)),
    _dates("one digit of the year", date(2010, 3, 14), date(2011, 3, 14)),
    ("short form and swapped date", {"name": "Mo Ali", "date_of_birth": date(2010, 3, 4)},
     {"name": "Mohammed Ali", "date_of_birth": date(2010, 4, 3)}),
    ("NHS number beside a name changed altogether", {"name": "Adam Carter", "nhs_number": "9990000018"},
     {"name": "Jo Lewis", "nhs_number": "9990000018"}),
]  # fmt: skip
"""At least a possible match, each of them."""

_BIRTHDAY = {"date_of_birth": date(2010, 1, 1)}
_ALL = {**_PLACE, **_PHONE, "date_of_birth": BORN}


def _placeholder(name: str) -> Pair:
    whole = {"name": name, **_ALL}
    return f"placeholder {name!r}", whole, dict(whole)


TWO_PERSONS: list[Pair] = [
    *map(_placeholder, [
        "Unknown", "UNKNOWN", "unknown male", "Not known", "Not given", "N/A", "n.a.", "None", "Null", "nil", "TBC", "?",
        "Baby", "Baby Smith", "Baby boy", "Twin", "Twin 1", "J Twin", "Twin Smith", "Smith twin B", "Male", "Female", "Child",
        "Test", "Test Test", "Test Patient", "Patient 7", "Person 12", "AKA", "A", "J", "J.", "JS", "J S", "J. S.", "J K L", "xxx", "XX XX", "aaaa",
        "asdf", "Refused", "Anonymous", "John Doe", "Jane Doe", "No name", "Name withheld", "Young person", "Brother of Adam",
        "Mr", "Smith", "J Smith", "Unk Unk", "123", "---",
    ]),
    ("no name at all", {**_ALL}, {**_ALL}),
    ("default date", {"name": "Adam Carter", **_PLACE, **_PHONE, **_BIRTHDAY}, {"name": "Adam Carter", **_PLACE, **_PHONE, **_BIRTHDAY}),
    ("disputed date", {"name": "Adam Carter", **_ALL, "age_disputed": True}, {"name": "Adam Carter", **_ALL}),
    ("both dates disputed", {"name": "Adam Carter", **_ALL, "age_disputed": True}, {"name": "Adam Carter", **_ALL, "age_disputed": True}),
    ("the case reported", {"name": "J Twin", **_BIRTHDAY, **_PLACE}, {"name": "J Twin", **_BIRTHDAY, "age_disputed": True, **_PLACE}),
    ("twins", {"name": "Adam Carter", **_ALL}, {"name": "Amir Carter", **_ALL}),
    ("twins whose names differ by a letter", {"name": "Jayden Carter", **_ALL}, {"name": "Hayden Carter", **_ALL}),
    ("twins whose names sound alike", {"name": "Jon Carter", **_ALL}, {"name": "Jan Carter", **_ALL}),
    ("twins with one NHS number", {"name": "Adam Carter", "nhs_number": "9990000018", **_ALL},
     {"name": "Amir Carter", "nhs_number": "9990000018", **_ALL}),
    ("twins named as such with one NHS number", {"name": "Twin one Carter", "nhs_number": "9990000018", **_ALL},
     {"name": "Twin two Carter", "nhs_number": "9990000018", **_ALL}),
    ("brothers who share a first name", {"name": "Mohammed Amir Khan", **_ALL}, {"name": "Mohammed Omar Khan", **_ALL}),
    ("brothers, one by first and family name only", {"name": "Mohammed Khan", **_ALL}, {"name": "Mohammed Omar Khan", **_ALL}),
    ("sisters of two ages", {"name": "Ella Carter", **_ALL}, {"name": "Ada Carter", **_ALL, "date_of_birth": date(2012, 7, 9)}),
    ("surname and first name the other way round", {"name": "Ali Omar", **_ALL}, {"name": "Omar Ali", **_ALL}),
    ("alias only", {"name": "Adam Carter", "other_names": "Adam Lewis", **_ALL}, {"name": "Adam Lewis", **_ALL}),
    ("first name only", {"name": "Adam", **_ALL}, {"name": "Adam", **_ALL}),
    ("two NHS numbers", {"name": "Adam Carter", "nhs_number": "9990000018", **_ALL},
     {"name": "Adam Carter", "nhs_number": "9990000026", **_ALL}),
    ("date swapped", {"name": "Adam Carter", **_ALL}, {"name": "Adam Carter", **_ALL, "date_of_birth": date(2010, 4, 3)}),
    ("at a hospital", {"name": "Adam Carter", "date_of_birth": BORN, **_PLACE, "address": "Ward 4, Anytown General Hospital"},
     {"name": "Adam Carter", "date_of_birth": BORN, **_PLACE, "address": "Anytown General Hospital"}),
    ("at a police station", {"name": "Adam Carter", "date_of_birth": BORN, **_PLACE, "address": "Anytown Police Station"},
     {"name": "Adam Carter", "date_of_birth": BORN, **_PLACE}),
    ("at a children's home", {"name": "Adam Carter", "date_of_birth": BORN, **_PLACE, "address": "The Elms Children’s Home"},
     {"name": "Adam Carter", "date_of_birth": BORN, **_PLACE}),
    ("at a hostel", {"name": "Adam Carter", "date_of_birth": BORN, **_PLACE, "address": "Room 3, YMCA hostel"},
     {"name": "Adam Carter", "date_of_birth": BORN, **_PLACE}),
]  # fmt: skip
"""Never linked by the rule: a possible match at most."""
