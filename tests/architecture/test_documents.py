"""Links, pictures, headings, topics and demonstration users in the documents exist."""

import re
import struct
from pathlib import Path

import pytest

from services.accounts.demonstration import accounts
from services.contracts.topics import TOPICS
from tests import documents
from tests.documents import README, ROOT

_ELSEWHERE = ("http://", "https://", "mailto:")
_IMAGES = ROOT / "docs" / "images"
_WIDTH, _MAX_BYTES = 1200, 150_000


@pytest.mark.parametrize("document", documents.documents(), ids=lambda path: str(path.relative_to(ROOT)))
class TestADocument:
    def test_links_only_to_what_is_there(self, document: Path) -> None:
        assert [link for link in documents.links(document) if not _leads_somewhere(document, link)] == []


class TestTheReadme:
    def test_shows_every_picture_and_no_picture_is_left_over(self) -> None:
        shown = {Path(link).name for link in documents.links(README) if link.startswith("docs/images/")}

        assert shown == {path.name for path in _IMAGES.iterdir()}

    def test_shows_who_can_sign_in_as_make_run_prints_it(self) -> None:
        printed = next(block for block in documents.blocks(README) if block.language == "text")

        staff = [f"  {account.sign_in_name:<32}{account.display_name}" for account in accounts()]
        assert [line for line in printed.lines if line.startswith("  ")] == staff


@pytest.mark.parametrize("service", ["accounts", "intake", "scoring", "casework", "oversight"])
class TestTheReadmeOfAService:
    """Who subscribes to what is held to the topics' readers elsewhere (`tests/contracts`)."""

    def test_says_which_topics_it_publishes_on(self, service: str) -> None:
        assert _topics_said(service, "publishes") == {topic.name for topic in TOPICS if topic.owner == service}

    def test_says_which_topics_it_consumes(self, service: str) -> None:
        assert _topics_said(service, "consumes") == {topic.name for topic in TOPICS if service in topic.readers}


def _topics_said(service: str, does: str) -> set[str]:
    """The topics named in the paragraph, or the row of a table, that begins with this word."""
    text = (ROOT / "services" / service / "README.md").read_text(encoding="utf-8")
    (said,) = re.findall(rf"^(?:\*\*|\| ){does}\b.*?(?=^\*\*|^\| |^$)", text, re.MULTILINE | re.DOTALL | re.IGNORECASE)
    return set(re.findall(r"`([a-z.-]+)`", said)) & {topic.name for topic in TOPICS}


@pytest.mark.parametrize("picture", sorted(_IMAGES.glob("*.png")), ids=lambda path: path.name)
def test_a_picture_is_fit_for_a_readme(picture: Path) -> None:
    content = picture.read_bytes()

    assert struct.unpack(">I", content[16:20]) == (_WIDTH,)  # the header of PNG has the width there
    assert len(content) < _MAX_BYTES


def _leads_somewhere(document: Path, link: str) -> bool:
    if link.startswith(_ELSEWHERE):
        return True
    path, _, anchor = link.partition("#")
    target = (document.parent / path).resolve() if path else document
    return target.exists() and (not anchor or anchor in documents.anchors(target))
