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
        path
        for pattern in ("*.md", "docs/**/*.md", "services/*/README.md", "*/README.md")
        for path in ROOT.glob(pattern)
    )


def blocks(document: Path) -> list[Block]:
    return [Block(found["language"], found["body"]) for found in _FENCED.finditer(text(document))]


def code_words(document: Path) -> list[str]:
    """The text between backticks, outside fenced blocks."""
    return _CODE.findall(_FENCED.sub("", text(document)))


def commands(document: Path) -> list[str]:
    """The lines of code in running text and in fenced shell blocks."""
    shell = [line for block in blocks(document) if block.language in {"sh", "bash"} for line in block.lines]
    return [*code_words(document), *(line.strip() for line in shell)]


def links(document: Path) -> list[str]:
    return _LINK.findall(_CODE.sub("", _FENCED.sub("", text(document))))


def anchors(document: Path) -> set[str]:
    """The anchors of the headings, as GitHub generates them."""
    headings = _HEADING.findall(_FENCED.sub("", text(document)))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def text(document: Path) -> str:
    return document.read_text(encoding="utf-8")
