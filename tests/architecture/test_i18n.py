"""Everything a person reads goes through gettext: no template holds a bare word."""

import re
from pathlib import Path

import jinja2
import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted(ROOT.glob("services/*/templates/**/*.html")) + sorted(ROOT.glob("services/*/*/templates/**/*.html"))

_TAG = re.compile(r"<[^<>]*>?|[^<>]*>", re.DOTALL)
_READ_ALOUD = re.compile(r"""\b(?:title|alt|placeholder|aria-label|data-label)\s*=\s*["']([^"']*[A-Za-z][^"']*)["']""")
_ENTITY = re.compile(r"&[a-z]+;|&#[0-9]+;")
_NAME_OF_THE_PRODUCT = "Waymark"


def bare_words(source: str) -> list[str]:
    """The words of a template that stand in its markup, outside every expression."""
    environment = jinja2.Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    markup = "".join(
        value if kind == "data" else "\x00" if kind in ("variable_end", "block_end") else ""
        for _, kind, value in environment.lex(source)
    )
    attributes = _READ_ALOUD.findall(markup)
    visible = _ENTITY.sub(" ", _TAG.sub(" ", markup)).replace(_NAME_OF_THE_PRODUCT, " ")
    return [*attributes, *re.findall(r"[A-Za-z][A-Za-z'’]+", visible)]


class TestATemplate:
    @pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
    def test_holds_no_word_outside_gettext(self, path: Path) -> None:
        assert bare_words(path.read_text(encoding="utf-8")) == []


class TestTheSearch:
    @pytest.mark.parametrize(
        ("source", "found"),
        [
            ("<h1>{{ _('Referrals') }}</h1>", []),
            ("<h1>Referrals</h1>", ["Referrals"]),
            ('<p class="govuk-body">{{ name }} was seen</p>', ["was", "seen"]),
            ('<img alt="A chart">', ["A chart"]),
            ('<td data-label="{{ _("Due") }}">&nbsp;{{ due }}</td>', []),
            ('{% if a %}<a href="{{ x }}" class="{{ y }} b">{{ _("Go") }}</a>{% endif %}', []),
        ],
    )
    def test_finds_bare_words_and_no_others(self, source: str, found: list[str]) -> None:
        assert bare_words(source) == found
