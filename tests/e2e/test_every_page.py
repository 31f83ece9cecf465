"""What holds for every page of every role: accessible, quiet, and as wide as the screen."""

import pytest
from playwright.sync_api import Locator, Page

from devtools import chromium
from tests.e2e import crawl
from tests.e2e.conftest import Person, Somebody

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Of two roles with the same pages, one.
ROLES = (
    "navigator",
    "referrer",
    "reviewer",
    "early-intervention-caseworker",
    "team-manager",
    "data-scientist",
    "board-member",
    "data-protection-officer",
    "administrator",
)

WIDTHS = (1200, 375)
NARROWEST = 320


class TestEveryPage:
    """A page has other parts for another role, so each role walks anew; what is for everybody is looked at once."""

    for_everybody: set[str] = set()  # noqa: RUF012 (shared by the roles on purpose)

    def test_is_right_before_signing_in(self, somebody: Somebody) -> None:
        person = somebody.at_the_door()

        assert faults_of_pages(person, person.site.url + "/accounts/sign-in", self.for_everybody) == []

    @pytest.mark.parametrize("role", ROLES)
    def test_is_right_for_every_role(self, somebody: Somebody, role: str) -> None:
        person = somebody.signed_in(role)
        seen = set(self.for_everybody)

        assert faults_of_pages(person, person.site.url + "/", seen) == []
        assert len(seen) > len(self.for_everybody)
        self.for_everybody.update(kind for kind in seen if kind.startswith("/accounts/sessions"))


class TestTheLook:
    """What these tests call right: a page broken on purpose is not."""

    def test_sees_what_is_wrong(self, somebody: Somebody) -> None:
        page = somebody.at_the_door().page
        page.set_content(
            "<title>Broken</title><main><img src='data:,'><div style='width:900px'>wide</div>"
            "<div class='govuk-error-summary'><ul class='govuk-error-summary__list'>"
            "<li><a href='#nowhere'>Enter a name</a></li></ul></div></main>"
        )

        faults = " ".join(faults_of(page) + _dead_links(page))

        assert "image-alt" in faults
        assert "scrolls sideways" in faults
        assert "#nowhere" in faults
        assert "does not begin with Error" in faults


def faults_of_pages(person: Person, start: str, seen: set[str]) -> list[str]:
    faults = []
    for kind in crawl.pages(person.page, start, seen=seen):
        address = person.page.url
        faults += [f"{kind}: {fault}" for fault in faults_of(person.page)]
        for place in range(_forms(person.page).count()):
            person.page.goto(address)
            faults += [f"{kind}, sent empty: {fault}" for fault in faults_when_sent_empty(person.page, place)]
        faults += [f"{kind}: the console says {line}" for line in _complaints(person)]
    return faults


def faults_of(page: Page) -> list[str]:
    """What is wrong with the page as it stands, at every width."""
    faults = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        faults += [f"at {width} px {fault}" for fault in chromium.accessibility_faults(page)]
    page.set_viewport_size({"width": NARROWEST, "height": 900})
    if chromium.overflows(page):
        faults.append(f"scrolls sideways at {NARROWEST} px")
    return faults


def faults_when_sent_empty(page: Page, place: int) -> list[str]:
    """Send one form with nothing filled in. If it is refused, each error must lead to its field."""
    _forms(page).nth(place).locator("button[type=submit], button:not([type])").first.click()
    if page.locator(".govuk-error-summary").count() == 0:
        return []
    return faults_of(page) + _dead_links(page)


def _forms(page: Page) -> Locator:
    """The forms that ask something, not those that are one button."""
    asks = "input:not([type=hidden]), textarea, select"
    return page.locator("main form[method=post]").filter(has=page.locator(asks))


def _dead_links(page: Page) -> list[str]:
    faults = [] if page.title().startswith("Error") else ["its title does not begin with Error"]
    links = page.locator(".govuk-error-summary__list a")
    for place in range(links.count()):
        link = links.nth(place)
        target = (link.get_attribute("href") or "#").removeprefix("#")
        link.click()
        if page.evaluate("document.activeElement.id") != target or not page.evaluate(
            "['INPUT', 'TEXTAREA', 'SELECT'].includes(document.activeElement.tagName)"
        ):
            faults.append(f"the link to #{target} does not move focus to a field")
    return faults


def _complaints(person: Person) -> list[str]:
    """What the console said. A refused form is a 422, which the browser notes as a failed load: that is meant."""
    lines = [line for line in person.said if "status of 422" not in line]
    person.said.clear()
    return lines
