"""A referral in plain words, question by question: for checking it before it is sent, and for reading it again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape

from services.contracts.codes import Question
from services.intake.entrypoints import labels
from services.intake.entrypoints.fields import NOT_KNOWN, PHONES
from services.intake.entrypoints.sections import SECTIONS, fields_of
from services.platform.ui import dates
from services.platform.ui.phones import dialled

_ALWAYS = ("young_person.name", "what_happened", "immediate_danger", "contact.safe", "bases")
"""Shown even when not answered."""
_NOT_KNOWN_IS_EMPTY = ("what_happened", "contact.safe")


def parts(
    values: Mapping[str, Any], *, change: Callable[..., str] | None, places: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Each section with its answers. `values` are the schema's; `change(key=…)` is the address to change a section at."""
    return [
        {
            "key": key,
            "title": _(section.title),
            "rows": list(_rows(values, fields_of([key]), places)),
            "href": change(key=key) if change else None,
        }
        for key, section in SECTIONS.items()
    ]


def _rows(values: Mapping[str, Any], names: Iterable[str], places: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    for name in names:
        value = _value(values, name)
        if value not in (None, "", [], {}) or name in _ALWAYS:
            yield {"key": _(labels.FIELD_LABELS[name]), "html": _lines(_words(name, value, places))}


def answered(answers: Mapping[Question, str]) -> Iterator[dict[str, Any]]:
    """What a reviewer asked, and what was answered."""
    for question, text in answers.items():
        yield {"key": labels.label(question), "html": _lines(text)}


def different(answers: Mapping[str, Sequence[str]], others: Mapping[str, Sequence[str]]) -> list[str]:
    """The questions that two fillings of the form answer differently, in the form's order."""
    names = [name for name in {*answers, *others} if _written(answers, name) != _written(others, name)]
    return [
        str(_(question))
        for field, question in labels.FIELD_LABELS.items()
        if any(_is_of(name, field) for name in names)
    ]


def _written(answers: Mapping[str, Sequence[str]], name: str) -> list[str]:
    return [text.strip() for text in answers.get(name, ()) if text.strip()]


def _is_of(name: str, field: str) -> bool:
    """A date or time is several inputs of a page, and a list has numbers: `bases.0.basis`, `…born-day`."""
    return name == field or name.startswith((f"{field}.", f"{field}-"))


def _lines(text: str) -> Markup:
    """Returns each line separately, escaped and with its own writing direction."""
    if not text:
        return escape(_("Not provided"))
    return Markup("<br>").join(Markup("<bdi>{}</bdi>").format(line) for line in text.splitlines())


def _words(name: str, value: Any, places: Mapping[str, str]) -> str:
    if name in _NOT_KNOWN_IS_EMPTY and value in ([], [NOT_KNOWN]):
        return str(_("Not known"))
    if name == "bases":
        return "\n".join(_basis(basis) for basis in value or ())
    if name in ("area", "site"):
        return places.get(str(value), str(value))
    if name in PHONES and value:
        return dialled(value)
    return _plain(value)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if isinstance(value, StrEnum):
        return labels.label(value)
    if isinstance(value, datetime):
        return dates.timestamp(value)
    if isinstance(value, date):
        return dates.day(value)
    if isinstance(value, list | tuple):
        return "\n".join(_plain(item) for item in value)
    return str(value)


def _basis(basis: Mapping[str, Any]) -> str:
    words = f"{labels.recipient_label(basis['recipient_class'])}: {labels.label(basis['basis'])}"
    if basis.get("given_by"):
        words += f" ({basis['given_by']})"
    if basis.get("gateway"):
        words += f", {labels.label(basis['gateway'])}"
    if basis.get("expires_on"):
        words += ", " + _("until %(day)s", day=dates.day(basis["expires_on"]))
    return words


def _value(values: Mapping[str, Any], name: str) -> Any:
    found: Any = values
    for step in name.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found
