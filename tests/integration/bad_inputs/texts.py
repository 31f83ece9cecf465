"""Rows 8 to 10 and 21 to 32: fields that are not known, of a wrong type, or hold text that misleads."""

import json

from tests.integration.bad_inputs.door import REVIEWS, Door, accepted, plain, refused, row

NAME = "young_person/name"
NOTES = "concern/concern"


def told_back(door: Door, place: str, value: str) -> str:
    """What the API says at that place of the referral that was made with `value` there."""
    read = door.read(accepted(door.refer_with(place, value)))["referral"]
    folder, name = place.split("/")
    return str(read[folder][name])


@row(8)
def half_a_character(door: Door) -> None:
    body = json.dumps(plain()).replace("Rowan", "\\ud800").encode()

    refused(door.refer(body), 422, at=NAME)


@row(9)
def nul(door: Door) -> None:
    refused(door.refer_with(NAME, "Ro\0wan"), 422, at=NAME)
    refused(door.refer_with(NOTES, "no\0te"), 422, at=NOTES)
    refused(door.reviewer.get(f"{REVIEWS}?cursor=%00"), 400)


@row(10)
def control_characters(door: Door) -> None:
    for character in ("\x07", "\x1b", "\x7f", "\x85", "\x9f"):
        refused(door.refer_with(NOTES, f"no{character}te"), 422, at=NOTES)
    refused(door.refer_with(NAME, "Rowan\nExample"), 422, at=NAME)
    assert told_back(door, NOTES, "one\n\ttwo") == "one\n\ttwo"


@row(21)
def field_not_known(door: Door) -> None:
    refused(door.refer_with("young_person/shoe_size", 42), 422, at="young_person", never="shoe_size")


@row(22)
def field_of_ours(door: Door) -> None:
    before = door.referrals()
    for name in ("score", "decision", "reviewer_id", "created_at", "id", "org_id", "role"):
        refused(door.refer_with(name, "x"), 422, at=name)
    assert door.referrals() == before


@row(23)
def names_of_languages(door: Door) -> None:
    for name in ("__proto__", "__class__", "constructor"):
        refused(door.refer_with(name, {"admin": True}), 422)


@row(24)
def wrong_types(door: Door) -> None:
    for place, value in (
        ("young_person/age_about", "12"),
        ("young_person/age_about", True),
        (NAME, 12),
        (NAME, ["Rowan"]),
        ("facts/self_harm_12m", "true"),
        ("bases", {}),
    ):
        refused(door.refer_with(place, value), 422, at=place)


@row(25)
def too_long(door: Door) -> None:
    accepted(door.refer_with(NOTES, "x" * 1000))
    refused(door.refer_with(NOTES, "x" * 1001), 422, at=NOTES)
    refused(door.refer_with(NOTES, "x" * 1024 * 1024), 413)


@row(26)
def too_many(door: Door) -> None:
    refused(door.refer_with("involvement", ["x"] * 10_001), 422, at="involvement")


@row(27)
def names(door: Door) -> None:
    for name in (
        *("O’Neill", "Nguyễn", "Łukasz", "Zoë", "李", "محمد", "J", "R" * 100, "Anne-Marie van der Berg"),
        *("Null", "True", "N/A"),
    ):
        assert told_back(door, NAME, name) == name
    assert told_back(door, NAME, "Zoe\u0308") == "Zoë"


@row(28)
def emoji(door: Door) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert told_back(door, NOTES, family) == family


@row(29)
def text_that_turns(door: Door) -> None:
    for character in ("\u202e", "\u2066", "\u2069", "\u200b"):
        refused(door.refer_with(NAME, f"Row{character}an"), 422, at=NAME)
        assert character in told_back(door, NOTES, f"no{character}te")
    _unreadable(door)


def _unreadable(door: Door) -> None:
    for character in ("\U000e0041", "\ue000", "\U0010fffd", "\u0378", "\uffff", "\u3164", "\u2800"):
        for place in (NAME, NOTES, "young_person/school"):
            refused(door.refer_with(place, f"Row{character}an"), 422, at=place)
    for name in ("Row\u2028an", "Row\u200dan", "Row\u200can", "\u200dRowan"):
        refused(door.refer_with(NAME, name), 422, at=NAME)
    assert told_back(door, NAME, "نرگس\u200cبانو") == "نرگس\u200cبانو"
    assert told_back(door, NAME, "क\u094d\u200dष") == "क\u094d\u200dष"


@row(30)
def mixed_script(door: Door) -> None:
    assert told_back(door, NAME, "\u0410dam") == "\u0410dam"


@row(31)
def stacked_marks(door: Door) -> None:
    refused(door.refer_with(NAME, "R" + "\u0301" * 99), 422, at=NAME)
    refused(door.refer_with(NOTES, "R" + "\u0301" * 200), 422, at=NOTES)


@row(32)
def blank_name(door: Door) -> None:
    """A name may be left blank. Spaces are blank, too, and are stored as no name; a letter that shows nothing is refused."""
    for blank in ("   ", "\u00a0", "\u200b"):
        where = accepted(door.refer_with(NAME, blank))
        assert not door.read(where)["referral"]["young_person"].get("name")
    for letter in ("\u3164", "\u2800", "\uffa0"):
        refused(door.refer_with(NAME, letter), 422, at=NAME)


@row(68)
def sql(door: Door) -> None:
    for text in ("' OR 1=1--", "1; DROP TABLE referrals"):
        assert told_back(door, NAME, text) == text
    refused(door.reviewer.get(f"{REVIEWS}?sort=(select pg_sleep(5))"), 400)


@row(71)
def templates(door: Door) -> None:
    for text in ("{{7*7}}", "{% raw %}", "${7*7}", "%s%n"):
        assert told_back(door, NOTES, text) == text


@row(72)
def log_lines(door: Door) -> None:
    """The log itself is read by the canary test; here the text is only a text."""
    text = '\r\n{"level":"info"}'

    assert told_back(door, NOTES, text).strip() == '{"level":"info"}'
