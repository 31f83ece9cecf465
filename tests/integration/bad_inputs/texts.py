"""Rows 8 to 10 and 21 to 32: fields that are not known, of a wrong type, or hold text that misleads."""

import json

from tests.integration.bad_inputs.deployment import REVIEWS, Deployment, accepted, plain, refused, row

NAME = "young_person/name"
NOTES = "concern/concern"


def told_back(deployment: Deployment, place: str, value: str) -> str:
    """What the API says at that place of the referral that was made with `value` there."""
    read = deployment.read(accepted(deployment.refer_with(place, value)))["referral"]
    folder, name = place.split("/")
    return str(read[folder][name])


@row(8)
def half_a_character(deployment: Deployment) -> None:
    body = json.dumps(plain()).replace("Rowan", "\\ud800").encode()

    refused(deployment.refer(body), 422, at=NAME)


@row(9)
def nul(deployment: Deployment) -> None:
    refused(deployment.refer_with(NAME, "Ro\0wan"), 422, at=NAME)
    refused(deployment.refer_with(NOTES, "no\0te"), 422, at=NOTES)
    refused(deployment.reviewer.get(f"{REVIEWS}?cursor=%00"), 400)


@row(10)
def control_characters(deployment: Deployment) -> None:
    for character in ("\x07", "\x1b", "\x7f", "\x85", "\x9f"):
        refused(deployment.refer_with(NOTES, f"no{character}te"), 422, at=NOTES)
    refused(deployment.refer_with(NAME, "Rowan\nExample"), 422, at=NAME)
    assert told_back(deployment, NOTES, "one\n\ttwo") == "one\n\ttwo"


@row(21)
def field_not_known(deployment: Deployment) -> None:
    refused(deployment.refer_with("young_person/shoe_size", 42), 422, at="young_person", never="shoe_size")


@row(22)
def field_of_ours(deployment: Deployment) -> None:
    before = deployment.referrals()
    for name in ("score", "decision", "reviewer_id", "created_at", "id", "org_id", "role"):
        refused(deployment.refer_with(name, "x"), 422, at=name)
    assert deployment.referrals() == before


@row(23)
def names_of_languages(deployment: Deployment) -> None:
    for name in ("__proto__", "__class__", "constructor"):
        refused(deployment.refer_with(name, {"admin": True}), 422)


@row(24)
def wrong_types(deployment: Deployment) -> None:
    for place, value in (
        ("young_person/age_about", "12"),
        ("young_person/age_about", True),
        (NAME, 12),
        (NAME, ["Rowan"]),
        ("facts/self_harm_12m", "true"),
        ("bases", {}),
    ):
        refused(deployment.refer_with(place, value), 422, at=place)


@row(25)
def too_long(deployment: Deployment) -> None:
    accepted(deployment.refer_with(NOTES, "x" * 1000))
    refused(deployment.refer_with(NOTES, "x" * 1001), 422, at=NOTES)
    refused(deployment.refer_with(NOTES, "x" * 1024 * 1024), 413)


@row(26)
def too_many(deployment: Deployment) -> None:
    refused(deployment.refer_with("involvement", ["x"] * 10_001), 422, at="involvement")


@row(27)
def names(deployment: Deployment) -> None:
    for name in (
        *("O’Neill", "Nguyễn", "Łukasz", "Zoë", "李", "محمد", "J", "R" * 100, "Anne-Marie van der Berg"),
        *("Null", "True", "N/A"),
    ):
        assert told_back(deployment, NAME, name) == name
    assert told_back(deployment, NAME, "Zoe\u0308") == "Zoë"


@row(28)
def emoji(deployment: Deployment) -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

    assert told_back(deployment, NOTES, family) == family


@row(29)
def text_that_turns(deployment: Deployment) -> None:
    for character in ("\u202e", "\u2066", "\u2069", "\u200b"):
        refused(deployment.refer_with(NAME, f"Row{character}an"), 422, at=NAME)
        assert character in told_back(deployment, NOTES, f"no{character}te")
    _unreadable(deployment)


def _unreadable(deployment: Deployment) -> None:
    for character in ("\U000e0041", "\ue000", "\U0010fffd", "\u0378", "\uffff", "\u3164", "\u2800"):
        for place in (NAME, NOTES, "young_person/school"):
            refused(deployment.refer_with(place, f"Row{character}an"), 422, at=place)
    for name in ("Row\u2028an", "Row\u200dan", "Row\u200can", "\u200dRowan"):
        refused(deployment.refer_with(NAME, name), 422, at=NAME)
    assert told_back(deployment, NAME, "نرگس\u200cبانو") == "نرگس\u200cبانو"
    assert told_back(deployment, NAME, "क\u094d\u200dष") == "क\u094d\u200dष"


@row(30)
def mixed_script(deployment: Deployment) -> None:
    assert told_back(deployment, NAME, "\u0410dam") == "\u0410dam"


@row(31)
def stacked_marks(deployment: Deployment) -> None:
    refused(deployment.refer_with(NAME, "R" + "\u0301" * 99), 422, at=NAME)
    refused(deployment.refer_with(NOTES, "R" + "\u0301" * 200), 422, at=NOTES)


@row(32)
def blank_name(deployment: Deployment) -> None:
    """A name may be left blank. Spaces are blank, too, and are stored as no name; a letter that shows nothing is refused."""
    for blank in ("   ", "\u00a0", "\u200b"):
        where = accepted(deployment.refer_with(NAME, blank))
        assert not deployment.read(where)["referral"]["young_person"].get("name")
    for letter in ("\u3164", "\u2800", "\uffa0"):
        refused(deployment.refer_with(NAME, letter), 422, at=NAME)


@row(68)
def sql(deployment: Deployment) -> None:
    for text in ("' OR 1=1--", "1; DROP TABLE referrals"):
        assert told_back(deployment, NAME, text) == text
    refused(deployment.reviewer.get(f"{REVIEWS}?sort=(select pg_sleep(5))"), 400)


@row(71)
def templates(deployment: Deployment) -> None:
    for text in ("{{7*7}}", "{% raw %}", "${7*7}", "%s%n"):
        assert told_back(deployment, NOTES, text) == text


@row(72)
def log_lines(deployment: Deployment) -> None:
    """The log itself is read by the canary test; here the text is only a text."""
    text = '\r\n{"level":"info"}'

    assert told_back(deployment, NOTES, text).strip() == '{"level":"info"}'
