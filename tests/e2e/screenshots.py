"""Photographs one referral on its way for the README: `python -m tests.e2e.screenshots`, in a minute or two.

A demonstration of its own is made, the people of the journey go through it in a real browser, and each page is taken
as it is shown. Nothing is drawn or put in.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from devtools import chromium
from services.cli.run import prepare
from services.embedded.folder import Folder
from tests.e2e import journey
from tests.e2e.conftest import Somebody, serving
from tests.waiting import wait_until

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WIDTH = 1200
_ABOVE = 20  # left free above the first element
MAX_BYTES = 150_000


@dataclass(frozen=True)
class Cut:
    """What is kept of a page: from an element down, so many CSS pixels."""

    top: str
    height: int


_PAGE = "body"
CUTS = {
    "form": Cut(_PAGE, 915),
    "sent": Cut(_PAGE, 945),
    "own-view": Cut("form:has([name='why']) h2", 950),
    "estimate": Cut("main .govuk-caption-l, main h1", 930),
    "decision": Cut("fieldset:has([name='pathway'])", 1000),
    "queue": Cut(_PAGE, 800),
    "case": Cut(_PAGE, 970),
    "steps": Cut("main h2", 345),
}

_OWN_VIEW = "Hurt by somebody he knows, and the debt is still there. Wants help, and has an aunt to plan it with."
_REASONS = "Not urgent: he is safe at his aunt’s. Early help this week, with her, before he is asked for money again."


def main() -> None:
    with TemporaryDirectory() as temporary:
        folder = Folder(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(temporary))
        prepare(folder)
        with serving(folder) as site, chromium.running() as browser:
            somebody = Somebody(browser, site)
            _walk(somebody)
            somebody.leave()


def _walk(somebody: Somebody) -> None:
    navigator = somebody.signed_in("navigator", width=WIDTH)
    reviewer = somebody.signed_in("reviewer", width=WIDTH)
    caseworker = somebody.signed_in("early-intervention-caseworker", width=WIDTH)

    referral = journey.refer(navigator, name="Sorrel Sample", look=_look)
    take("sent", navigator.page)
    journey.read_and_decide(reviewer, referral, look=_look)
    journey.wait_for_one(caseworker, "/casework/api/v1/cases?list=unassigned", reference=referral.reference)
    caseworker.open("/casework/queue").get_by_role("link", name="Unassigned").click()
    take("queue", caseworker.page)
    journey.work(caseworker, referral, look=_look)
    status = f"/intake/referrals/{referral.id}"
    wait_until(lambda: "Closed" in navigator.open(status).inner_text("main"), what="the last step")
    take("steps", navigator.page)


def _look(name: str, page: Page) -> None:
    """Say a little more than the journey does, as people would, and take the picture."""
    if name == "form":
        _add_more(page)
    if name == "own-view":
        page.locator("[name='why']").fill(_OWN_VIEW)
    if name == "decision":
        page.locator("[name='reasons']").fill(_REASONS)
    if name in CUTS:
        take(name, page)


def _add_more(page: Page) -> None:
    page.locator("[name='contact.note']").fill("After school, on his own phone")
    for group in ("involvement", "incident", "worries", "life"):
        journey.open_part(page, group)
    journey.tick(page, "involvement", "victim")
    page.locator("[name='concern.concern']").fill("Cut to the hand. Says that it was about money owed.")
    page.locator("[name='concern.own_words']").fill("I just want it to stop.")
    page.locator("[name='concern.strengths']").fill("Close to an aunt who visits every week.")
    journey.tick(page, "facts.strengths", "trusted_adult")
    journey.tick(page, "facts.injury", "needs_treatment")
    journey.tick(page, "facts.retaliation_feared", "yes")
    journey.tick(page, "facts.exploitation_signs", "debt")
    journey.tick(page, "facts.education_status", "in_education")


def take(name: str, page: Page) -> None:
    """Keep the part of the page that CUTS says. Raises AssertionError for a picture too large to put in a README."""
    cut = CUTS[name]
    page.evaluate("document.activeElement.blur()")
    box = page.locator(cut.top).first.bounding_box()
    whole = page.evaluate("document.documentElement.scrollHeight")
    scrolled = page.evaluate("window.scrollY")
    assert box is not None
    top = max(0.0, box["y"] + scrolled - _ABOVE) if cut.top != _PAGE else 0.0
    clip = {"x": 0.0, "y": top, "width": float(WIDTH), "height": min(float(cut.height), whole - top)}
    picture = page.screenshot(full_page=True, clip=clip, animations="disabled")  # type: ignore[arg-type]
    assert len(picture) < MAX_BYTES, f"{name} has {len(picture)} bytes"
    (IMAGES / f"{name}.png").write_bytes(picture)


if __name__ == "__main__":
    main()
