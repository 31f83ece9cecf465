"""Marked values of one invented young person, and the search that knows them again however they were written down."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

import sqlalchemy as sa

from services.platform.db.engine import Database

BORN = ("2010", "8", "23")
_BORN_FORMS = ("2010-08-23", "23 august 2010", "23 aug 2010", "23/08/2010", "23/8/2010", "20100823")

PERSON = {
    "name": "Qorvane Zebbish",
    "other_names": "Vuxolid",
    "nhs_number": "9990004722",
    "phone": "07700 900917",
    "address": "7 Plimquoz Walk",
    "postcode": "DN55 9QJ",
    "school": "Drixbeln Academy",
    "interpreter_language": "Hwozzic",
}
TEXTS = {
    "concern": "jubblewick",
    "own_words": "klarvonex",
    "strengths": "ombrazzle",
    "told_reason": "fyxandrol",
    "capacity": "gwimbaldy",
    "police_reason": "throvexam",
    "safe_contact_note": "quillbozen",
    "do_not_contact_note": "yambrixel",
    "danger_note": "wexholmar",
    "place_note": "bruntivox",
    "given_by": "Zolquera",
    "social_worker": "Prexlaw",
    "answer": "dworbinal",
    "changed_concern": "snixvarple",
    "draft_never_sent": "umbrexit",
    "match_reason": "clavozin",
    "why": "hexumbrial",
    "reasons": "jolvandeep",
    "basis_reason": "mizzelquat",
    "note": "nexoblard",
    "corrected_note": "ovrizzamp",
    "attempt_note": "pwilkonda",
    "unassignment": "qubbernaxil",
    "reopening": "rhexavill",
    "confirmed_by": "Tazquimble",
    "sign_in_name": "vroxelhatch",
    "password": "xanthovulp",  # pragma: allowlist secret
    "stray": "Zyxwobble",
}


@dataclass(frozen=True)
class Mark:
    """One value to look for. `forms` are looked for in text without signs and in lower case."""

    name: str
    forms: tuple[str, ...]


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


MARKS = (
    *(Mark(name, (_squeezed(text),)) for name, text in TEXTS.items()),
    Mark("name", ("qorvane", "zebbish")),
    Mark("other_names", ("vuxolid",)),
    Mark("nhs_number", ("9990004722",)),
    Mark("phone", ("7700900917",)),
    Mark("address", ("plimquoz",)),
    Mark("postcode", ("dn559qj",)),
    Mark("school", ("drixbeln",)),
    Mark("interpreter_language", ("hwozzic",)),
)
DATE_OF_BIRTH = "date_of_birth"
ALL = frozenset({mark.name for mark in MARKS} | {DATE_OF_BIRTH})
_BORN_PATTERN = re.compile(
    "|".join(rf"(?<![0-9a-f]){re.escape(form)}(?![0-9a-f])" for form in _BORN_FORMS), re.IGNORECASE
)


def said(name: str) -> str:
    """A sentence with the mark of this name in it."""
    return f"It was said that {TEXTS[name]} mattered."


def marks_in(*texts: str | bytes) -> set[str]:
    """The names of the marks in any of the texts, as they are, percent-encoded or JSON-escaped."""
    plain = "\n".join(text if isinstance(text, str) else text.decode("latin-1") for text in texts)
    decoded = unquote_plus(plain)
    found = {DATE_OF_BIRTH} if _BORN_PATTERN.search(decoded) else set()
    squeezed = _squeezed(decoded)
    return found | {mark.name for mark in MARKS if any(form in squeezed for form in mark.forms)}


def marked_columns(database: Database) -> dict[str, set[str]]:
    """Every column of every table of a database that holds a mark, such as `narratives.texts`, with the marks' names.

    `outbox` and `dead_letters` say of which topic.
    """
    found: dict[str, set[str]] = {}
    for column, text in _cells(database):
        if names := marks_in(text):
            found.setdefault(column, set()).update(names)
    return found


def _cells(database: Database) -> Iterator[tuple[str, str]]:
    """Whatever tables there are, not only those that the code knows. One text for each column and topic."""
    reflected = sa.MetaData()
    with database.read() as connection:
        reflected.reflect(connection, resolve_fks=False)
        for table in reflected.tables.values():
            # As text, so that a value that is none of its column's kind can be read.
            columns = [sa.type_coerce(column, sa.types.NullType()).label(column.name) for column in table.columns]
            rows = connection.execute(sa.select(*columns)).mappings().all()
            for topic, name, values in _grouped(table, rows):
                yield f"{table.name}.{name}{topic}", "\n".join(_text(value) for value in values)


def _grouped(table: sa.Table, rows: Iterable[sa.RowMapping]) -> Iterator[tuple[str, str, list[object]]]:
    cells: dict[tuple[str, str], list[object]] = {}
    by_topic = {"topic", "value"} <= set(table.columns.keys())
    for row in rows:
        topic = f" of {row['topic']}" if by_topic else ""
        for name, value in row.items():
            cells.setdefault((topic, name), []).append(value)
    for (topic, name), values in cells.items():
        yield topic, name, values


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("latin-1")
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
