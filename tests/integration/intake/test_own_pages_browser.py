"""A referrer's own pages in a real browser: as wide as the screen, readable by everybody, and whole on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from devtools import chromium
from services.contracts.codes import ProgressStep
from services.platform.ui import static_files
from services.platform.web import cookies
from tests.http_server import serving
from tests.integration.intake.test_form_pages import EVERYTHING, NEW, check_page
from tests.integration.intake.test_status_pages import progress
from tests.integration.intake.world import World, a_referral, a_world

pytestmark = pytest.mark.browser

LONG = "W" * 100
"""As wide as a name can be, with no place to break it."""


@dataclass
class Served:
    origin: str
    browser: Browser
    own: list[str]
    """Addresses of pages that show the long name, or change what it stands in."""
    closed: str

    def page(self, *, width: int = 1200, scripts: bool = True) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        session = {"name": cookies.session_name(https=False), "value": "navigator", "url": self.origin}
        context.add_cookies([session])  # type: ignore[list-item]
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Served]:
    path: Path = tmp_path_factory.mktemp("intake") / "intake.sqlite"
    world: World = a_world(f"sqlite:///{path}")
    world.service.app.register_blueprint(static_files.blueprint)
    sent = [
        world.api("navigator").post(a_referral(young_person={"age_about": 15, "name": LONG})).headers["Location"]
        for _ in range(2)
    ]
    one, closed = (f"/intake/referrals/{where.rpartition('/')[2]}" for where in sent)
    events = world.events("intake.referral.received")
    progress(world, events[1]["referral_id"], 1, ProgressStep.CLOSED)
    draft_id = check_page(world.browser("navigator"), EVERYTHING | {"young_person.name": LONG})
    own = [
        "/intake/referrals", one, f"{one}/answers", f"{one}/change/person", f"{one}/change/contact",
        f"{one}/change/incident", f"{one}/withdraw", closed, f"{closed}/withdraw", f"{NEW}/{draft_id}/check",
        f"{NEW}/{draft_id}/change/person",
    ]  # fmt: skip
    with serving(world.service.app) as origin:
        yield Served(origin=origin, browser=browser, own=own, closed=closed)


@pytest.mark.parametrize("width", [1200, 375, 320])
def test_pages_with_a_long_name_are_as_wide_as_the_screen_and_readable(served: Served, width: int) -> None:
    page = served.page(width=width)
    for path in served.own:
        response = page.goto(served.origin + path)
        assert response is not None
        assert response.status == 200, path
        assert not chromium.overflows(page), path
        assert chromium.accessibility_faults(page) == [], path


def test_one_phone_number_is_changed_on_a_short_page_without_a_script(served: Served) -> None:
    page = served.page(width=375, scripts=False)
    page.goto(served.origin + served.own[1])
    page.get_by_role("link", name="See, change or print what you sent").click()
    page.get_by_role("link", name="Change Safe contact").click()
    box = page.locator("body").bounding_box()
    assert box is not None
    assert box["height"] < 2_500

    page.locator("[name='young_person.phone']").fill("07700\u00a0900\u2013983")
    page.get_by_role("button", name="Save changes").click()

    assert "Your changes were sent" in page.locator("main").inner_text()
    assert "07700 900983" in page.locator("main").inner_text()
    assert page.locator("[data-print]").is_hidden()


def test_paper_has_the_whole_page_and_nothing_to_click(served: Served) -> None:
    page = served.page()
    page.goto(served.origin + served.own[2])
    page.emulate_media(media="print")

    for name in (
        ".govuk-service-navigation",
        ".app-header__account",
        ".app-footer",
        ".govuk-back-link",
        "[data-print]",
    ):
        assert page.locator(name).first.is_hidden(), name
    assert page.locator(".govuk-phase-banner").is_visible()
    printed = page.evaluate(
        "[...document.querySelectorAll('a')].map(link => getComputedStyle(link, '::after').content).filter(text => text.includes('/'))"
    )
    assert printed == []
    assert "/intake/" not in page.locator("body").inner_text()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_what_is_folded_away_is_printed(served: Served) -> None:
    page = served.page()
    page.goto(served.origin + NEW)
    folded = page.locator("#more-health .govuk-details__text")
    assert folded.is_hidden()

    page.emulate_media(media="print")

    assert folded.is_visible()
