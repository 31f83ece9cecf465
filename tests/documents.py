"""Reads the project's documents: fenced blocks, code, links, headings."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
API = ROOT / "docs" / "api.md"

_FENCED = re.compile(r"^```(?P<language>[a-z]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    language: str
    body: str

    @property
    def lines(self) -> list[str]:
        return [line for line in self.body.splitlines() if line.strip()]


def documents() -> list[Path]:
    """Every Markdown document of the project."""
    return sorted(
        [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("services/*/README.md"), ROOT / "models/README.md"]
    )


def blocks(document: Path) -> list[Block]:
    return [Block(found["language"], found["body"]) for found in _FENCED.finditer(_text(document))]


def code_words(document: Path) -> list[str]:
    """The text between backticks, outside fenced blocks."""
    return _CODE.findall(_FENCED.sub("", _text(document)))


def links(document: Path) -> list[str]:
    return _LINK.findall(_CODE.sub("", _FENCED.sub("", _text(document))))


def anchors(document: Path) -> set[str]:
    """The anchors of the headings, as GitHub generates them."""
    headings = _HEADING.findall(_FENCED.sub("", _text(document)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _text(document: Path) -> str:
    return document.read_text(encoding="utf-8")
