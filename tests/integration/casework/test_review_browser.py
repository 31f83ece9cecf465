"""The pages of reviews in a real browser: readable by everybody, at every width, with and without JavaScript."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from devtools import chromium
from services.casework.adapters.review_tables import decisions
from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, RecipientClass
from services.platform.ui import static_files
from services.platform.web import cookies
from tests.factories import reviews as make
from tests.http_server import serving
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_world import Referred, ReviewWorld, an_own_view

pytestmark = pytest.mark.browser
SUPPORT = RecipientClass.SUPPORT_SERVICE


@dataclass
class Served:
    """Casework on a port of its own, with a reviewer signed in by their id."""

    world: ReviewWorld
    origin: str
    browser: Browser
    reviewer: Client
    addresses: list[str]

    def page(self, *, width: int = 1200, scripts: bool = True) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        session: Any = {"name": cookies.session_name(https=False), "value": self.reviewer.token, "url": self.origin}
        context.add_cookies([session])
        page = context.new_page()
        page.set_default_timeout(20_000)
        return page


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Served]:
    world = ReviewWorld(f"sqlite:///{tmp_path_factory.mktemp('casework') / 'casework.sqlite'}")
    world.service.app.register_blueprint(static_files.blueprint)
    reviewer, other = world.reviewer(), world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
    with serving(world.service.app) as origin:
        yield Served(
            world=world,
            origin=origin,
            browser=browser,
            reviewer=reviewer,
            addresses=_pages(world, reviewer, other),
        )
    world.close()


def _pages(world: ReviewWorld, reviewer: Client, other: Client) -> list[str]:
    """One address of each page, in each of its states."""
    urgent, seen, unseen, asked, decided, replaced = (
        world.referral(SUPPORT, danger=True),
        world.referral(SUPPORT),
        world.referral(details=False),
        world.referral(SUPPORT),
        world.referral(SUPPORT),
        world.referral(SUPPORT),
    )
    other.post(f"{urgent.page}/claim")
    reviewer.post(f"{seen.page}/claim")
    urgent.withdrawn()
    urgent.looks_like(seen)
    seen.estimated(few_seen=8)
    _views(reviewer, seen)
    _views(reviewer, asked, level="not_enough_information")
    reviewer.post_json(f"{asked.api}/question", {"question": "age"}, **asked.as_read)
    _views(reviewer, decided)
    ending = {"level": "none", "pathway": "no_further_action", "reasons": "Support is there already."}
    reviewer.post_json(f"{decided.api}/decision", ending, **decided.as_read)
    decided.amended()
    proposed = world.referral(SUPPORT, danger=True)
    _views(other, proposed)
    ending |= {"level": "light", "pathway": "universal_support"}
    other.post_json(f"{proposed.api}/decision", ending, **proposed.as_read)
    _views(reviewer, proposed)
    replaced.estimated_from(seen, urgent, probability=0.131, band=Band.HIGH)
    _views(reviewer, replaced)
    reviewer.get(f"{replaced.api}/estimate")
    replaced.estimated_from(seen, sequence=2, band=Band.USUAL, cause=EstimateCause.PERSONS_UNLINKED)
    sparse = world.referral()
    sparse.estimated(known_answers=10)
    _views(reviewer, sparse)
    refused = world.referral()
    counted = {"known_answers": 7, "all_answers": 25, "min_answers": 8, "model_version": "3"}
    counted["missing"] = [f"feature_{index}" for index in range(20)]
    refused.not_estimated(NotEstimatedReason.TOO_LITTLE_INFORMATION, body=counted)
    _views(reviewer, refused)
    return [
        "/casework/reviews",
        urgent.page,
        unseen.page,
        seen.page,
        f"{seen.page}/estimate",
        f"{seen.page}/bases",
        f"{asked.page}/question",
        f"{asked.page}/decision",
        f"{asked.page}/later",
        asked.page,
        decided.page,
        proposed.page,
        f"{proposed.page}/agreement",
        f"{proposed.page}/decision",
        replaced.page,
        f"{replaced.page}/estimate",
        f"{sparse.page}/estimate",
        f"{refused.page}/estimate",
    ]


def _views(client: Client, referred: Referred, **values: str) -> None:
    client.post_json(f"{referred.api}/own-view", an_own_view(**values), **referred.as_read)


class TestEveryPage:
    @pytest.mark.parametrize("width", [1200, 375, 320])
    def test_is_accessible_and_fits(self, served: Served, width: int) -> None:
        page = served.page(width=width)
        # Intake's word on what is still in_transit, which the list asks for; casework stands alone here.
        page.route("**/intake/in-transit/any", lambda route: route.fulfill(json={"waiting": True}))
        values: list[str] = []
        page.on("console", lambda message: values.append(message.text) if message.type == "error" else None)
        faults = []
        for address in served.addresses:
            page.goto(served.origin + address)
            faults += [f"{address}: {fault}" for fault in chromium.accessibility_faults(page)]
            if chromium.overflows(page):
                faults.append(f"{address} scrolls sideways")

        assert faults == []
        assert values == []

    def test_does_not_scroll_sideways_on_the_smallest_phone(self, served: Served) -> None:
        page = served.page(width=320)

        def overflows(address: str) -> bool:
            page.goto(served.origin + address)
            return chromium.overflows(page)

        assert [address for address in served.addresses if overflows(address)] == []


class TestAnErrorSummary:
    def test_leads_to_each_question_of_the_own_view(self, served: Served) -> None:
        page = served.page()
        page.goto(served.origin + served.world.referral().page)
        page.get_by_role("button", name="Save my view and see the estimate").click()

        assert _focused_by_links(page) == ["level", "sureness", "why"]

    def test_leads_to_each_question_of_the_decision(self, served: Served) -> None:
        referred = served.world.referral(SUPPORT)
        _views(served.reviewer, referred)
        page = served.page()
        page.goto(f"{served.origin}{referred.page}/decision")
        page.get_by_role("button", name="Record decision").click()

        assert _focused_by_links(page) == ["level", "pathway", "reasons"]


def _focused_by_links(page: Page) -> list[str]:
    """The names of the inputs that the links of the error summary move the focus to."""
    names = []
    for link in page.locator(".govuk-error-summary__list a").all():
        link.click()
        names.append(str(page.evaluate("document.activeElement.name")))
    return names


class TestWithoutJavaScript:
    def test_a_referral_is_reviewed_and_decided(self, served: Served) -> None:
        referred = served.world.referral(SUPPORT)
        referred.estimated()
        page = served.page(scripts=False)

        page.goto(served.origin + referred.page)
        page.get_by_label("Planned support").check()
        page.get_by_label("Fairly sure").check()
        page.get_by_label("Why?").fill("Wants help.")
        page.get_by_role("button", name="Save my view and see the estimate").click()
        assert page.get_by_role("heading", name="Higher than usual chance of being harmed by violence").is_visible()
        page.get_by_label("Planned support").check()
        page.get_by_label("Early intervention: Early help").check()
        page.get_by_label("Your reasons").fill("Close to an aunt.")
        page.get_by_role("button", name="Record decision").click()

        assert page.get_by_role("heading", name="Decided", exact=True).is_visible()
        assert len(served.world.rows(decisions, review_id=referred.review_id)) == 1


class TestAClaim:
    def test_lasts_while_the_reviewer_works_on_the_page_which_shows_when_it_ended(self, served: Served) -> None:
        referred = served.world.referral(SUPPORT)
        served.reviewer.post(f"{referred.page}/claim")
        page = served.page()
        page.clock.install()
        page.goto(served.origin + referred.page)
        page.wait_for_load_state("networkidle")
        sent: list[str] = []
        page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/keep-alive") else None)

        page.clock.run_for(301_000)
        idle = len(sent)
        page.locator("[name='why']").fill("Wants help.")
        with page.expect_response("**/keep-alive") as stored:
            page.clock.run_for(301_000)
        hidden = page.locator("[data-keep-alive-ended]").is_hidden()
        served.reviewer.post(f"{referred.page}/release")
        page.locator("[name='why']").fill("Wants help, and soon.")
        with page.expect_response("**/keep-alive") as refused:
            page.clock.run_for(301_000)
        page.locator("[data-keep-alive-ended]").wait_for(state="visible")

        assert (idle, stored.value.status, hidden, refused.value.status) == (0, 204, True, 409)
        page.context.close()
