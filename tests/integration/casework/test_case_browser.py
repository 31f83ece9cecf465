"""The pages of cases in a real browser: readable by everybody, at every width, with and without JavaScript."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from devtools import chromium
from services.contracts.codes import Pathway, RecipientClass, Role
from services.platform.ui import static_files
from services.platform.web import cookies
from tests.factories.cases import DECIDED_AT
from tests.http_server import serving
from tests.integration.casework.case_world import CaseWorld, Member

pytestmark = pytest.mark.browser


@dataclass
class Served:
    """Casework on a port of its own, with people signed in by their id."""

    world: CaseWorld
    origin: str
    browser: Browser
    manager: Member
    reviewer: Member
    team_id: UUID
    case_id: UUID
    answering_id: UUID
    hand_over_id: UUID
    closed_id: UUID

    def page(self, member: Member, *, width: int = 1200, scripts: bool = True) -> Page:
        context = self.browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        session = {"name": cookies.session_name(https=False), "value": str(member.id), "url": self.origin}
        context.add_cookies([session])  # type: ignore[list-item]
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    def addresses(self) -> list[tuple[Member, str]]:
        case, hand_over, closed = (f"/casework/cases/{i}" for i in (self.case_id, self.hand_over_id, self.closed_id))
        acts = (
            "notes/new",
            "contact-attempts/new",
            "first-contact",
            "answer",
            "equality",
            "outcome",
            "closure",
            "unassignment",
        )
        return [
            (self.manager, "/casework/staff"),
            (self.manager, f"/casework/staff/{self.manager.id}"),
            (self.manager, "/casework/queue"),
            (self.manager, "/casework/queue?tab=team"),
            (self.manager, "/casework/queue?tab=closed"),
            (self.manager, case),
            (self.manager, closed),
            (self.manager, f"{closed}/reopening"),
            (self.manager, f"{case}/assignment"),
            *((self.manager, f"{case}/{act}") for act in acts),
            (self.reviewer, "/casework/hand-overs"),
            (self.reviewer, hand_over),
            (self.reviewer, f"{hand_over}/confirmation"),
        ]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Served]:
    world = CaseWorld(f"sqlite:///{tmp_path_factory.mktemp('casework') / 'casework.sqlite'}")
    world.service.app.register_blueprint(static_files.blueprint)
    team_id = world.team(RecipientClass.SUPPORT_SERVICE)
    receiving = world.team(RecipientClass.CHILDRENS_SERVICES, "Children’s services")
    manager = world.member(Role.TEAM_MANAGER, team_id=team_id, name="Mina Patel")
    worker = world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id)
    case_id, answering_id = world.case(team_id), world.case(team_id)
    closed_id = world.case(team_id, name="B" * 100)
    world.case(team_id, due_at=DECIDED_AT + timedelta(hours=1), name=None)
    client = world.client(manager)
    for own in (case_id, answering_id, closed_id):
        client.post(f"/casework/cases/{own}/taking")
    _reached(world, manager, case_id)
    _reached(world, manager, answering_id)
    contact = f"/casework/api/v1/cases/{answering_id}/first-contact"
    client.post_json(contact, {}, **{"If-Match": '"4"'})
    _closed(world, manager, closed_id)
    world.notice(case_id, worker)
    with serving(world.service.app) as origin:
        yield Served(
            world=world,
            origin=origin,
            browser=browser,
            manager=manager,
            reviewer=world.member(Role.REVIEWER),
            team_id=team_id,
            case_id=case_id,
            answering_id=answering_id,
            hand_over_id=world.case(receiving, pathway=Pathway.SAFEGUARDING),
            closed_id=closed_id,
        )
    world.close()


def _reached(world: CaseWorld, manager: Member, case_id: UUID) -> None:
    client, api = world.client(manager), f"/casework/api/v1/cases/{case_id}"
    long_word = "Long" * 60
    client.post_json(f"{api}/notes", {"text": long_word}, **{"Idempotency-Key": "note"})
    attempt = {"mode": "phone", "reached": True}
    client.post_json(f"{api}/contact-attempts", attempt, **{"Idempotency-Key": "attempt"})


def _closed(world: CaseWorld, manager: Member, case_id: UUID) -> None:
    client, api = world.client(manager), f"/casework/api/v1/cases/{case_id}"
    client.post_json(f"{api}/closure", {"reason": "opened_in_error"}, **{"If-Match": '"2"'})


def _each(served: Served, look: Callable[[Page], None], **options: bool | int) -> None:
    """Open every page and look at it."""
    pages: dict[UUID, Page] = {}
    for member, address in served.addresses():
        page = pages.setdefault(member.id, pages.get(member.id) or served.page(member, **options))  # type: ignore[arg-type]
        response = page.goto(served.origin + address)
        assert response is not None
        assert response.status == 200, address
        look(page)


class TestThePagesOfCases:
    @pytest.mark.parametrize("width", [1200, 375])
    def test_are_readable_by_everybody_and_raise_no_error(self, served: Served, width: int) -> None:
        faults: list[str] = []

        def look(page: Page) -> None:
            faults.extend(f"{page.url}: {fault}" for fault in chromium.accessibility_faults(page))

        _each(served, look, width=width)

        assert faults == []

    def test_do_not_scroll_sideways_at_320_pixels(self, served: Served) -> None:
        wide: list[str] = []

        def look(page: Page) -> None:
            if chromium.overflows(page):
                wide.append(page.url)

        _each(served, look, width=320)

        assert wide == []

    @pytest.mark.parametrize(
        "act",
        [
            "notes/new",
            "contact-attempts/new",
            "first-contact",
            "answer",
            "outcome",
            "closure",
            "assignment",
            "unassignment",
        ],
    )
    def test_lead_from_the_error_summary_to_the_field(self, served: Served, act: str) -> None:
        page = served.page(served.manager)
        case_id = served.answering_id if act == "answer" else served.case_id
        page.goto(f"{served.origin}/casework/cases/{case_id}/{act}")

        page.locator("main form button[type=submit]:not([name=unsent_leave])").click()

        assert page.title().startswith("Error:")
        links = page.locator(".govuk-error-summary a")
        assert links.count() > 0
        for index in range(links.count()):
            links.nth(index).click()
            assert page.evaluate("['INPUT', 'TEXTAREA', 'SELECT'].includes(document.activeElement.tagName)")

    def test_work_without_javascript(self, served: Served) -> None:
        page = served.page(served.manager, scripts=False)
        own = served.world.case(served.team_id)
        served.world.client(served.manager).post(f"/casework/cases/{own}/taking")
        _reached(served.world, served.manager, own)
        case = f"{served.origin}/casework/cases/{own}"

        page.goto(f"{case}/first-contact")
        page.get_by_label("Phone call").check()
        page.get_by_label("Not now: ask again later").check()
        for part, value in (("Day", "1"), ("Month", "12"), ("Year", "2026")):
            page.get_by_label(part).fill(value)
        page.get_by_role("button", name="Record first contact").click()

        assert page.url == f"{case}?done=first_contact"
        assert page.get_by_text("Not now: ask again later (1 December 2026)").count() > 0

    def test_give_the_next_case_from_the_queue(self, served: Served) -> None:
        page = served.page(served.manager)
        page.goto(f"{served.origin}/casework/queue")

        page.get_by_role("button", name="Assign the next case to me").click()

        assert page.get_by_text("The case is assigned to you.").is_visible()
        assert page.get_by_text("Assigned to: You").is_visible()
