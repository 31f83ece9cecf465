"""One referral all the way, at the browsers of the people through whose hands it goes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from playwright.sync_api import Page

from tests.e2e.conftest import Person
from tests.waiting import wait_until

LONDON = ZoneInfo("Europe/London")
WHY = "An invented reason that nobody had."

Look = Callable[[str, Page], None]
"""Called as `look(name, page)` at what somebody has filled in, before they send it, and at what it led to."""


def unseen(_name: str, _page: Page) -> None:
    """Nobody looks."""


@dataclass(frozen=True, kw_only=True)
class Referral:
    id: str
    reference: str


_MORE = {
    "worries": {"retaliation_feared": "yes", "weapon_believed_present": "no", "siblings_at_risk": "no"},
    "health": {"self_harm_12m": "no", "mental_health_need": "no", "alcohol_or_drugs_involved": "no"},
}


def refer(navigator: Person, *, name: str, look: Look = unseen) -> Referral:
    """The five required answers at 2 a.m., and what an estimate needs beside them; then the check page, then sent."""
    page = navigator.open("/intake/referrals/new")
    page.locator("[name='young_person.name']").fill(name)
    page.locator("[name='young_person.age_about']").fill("15")
    tick(page, "what_happened", "knife_or_sharp_object")
    tick(page, "immediate_danger", "no")
    tick(page, "contact.safe", "phone")
    page.locator("[name='young_person.phone']").fill("07700 900982")
    for recipient, basis in (("triage", "safeguarding"), ("support_service", "consent_young_person")):
        recipient_box = page.locator(f"input[name$='.recipient_class'][value='{recipient}']")
        recipient_box.check()
        row = str(recipient_box.get_attribute("name")).removesuffix(".recipient_class")
        tick(page, f"{row}.basis", basis)
    look("form", page)
    for part, answers in _MORE.items():
        open_part(page, part)
        for name, value in answers.items():
            tick(page, f"facts.{name}", value)
    page.get_by_role("button", name="Continue").click()
    look("check", page)
    page.get_by_role("button", name="Send referral").click()
    return sent(page)


def open_part(page: Page, part: str) -> None:
    """One of the parts of “Add more”, unless it is open already."""
    if page.locator(f"#more-{part}").get_attribute("open") is None:
        page.locator(f"#more-{part} > summary").click()


def sent(page: Page) -> Referral:
    """The referral whose status page is open."""
    page.wait_for_url("**/intake/referrals/*-*")
    heading = page.locator("h1, .govuk-panel__body").all_inner_texts()
    reference = next(word for text in heading for word in text.split() if word.startswith("R-"))
    return Referral(id=page.url.partition("?")[0].rpartition("/")[2], reference=reference)


def read_and_decide(reviewer: Person, referral: Referral, *, look: Look = unseen) -> None:
    """An own view, then the estimate beside it, then the decision: early help."""
    review = wait_for_one(reviewer, f"/casework/api/v1/reviews?referral_id={referral.id}")
    wait_until(lambda: _estimate_is_held(reviewer, referral), what="the estimate in casework")
    page = reviewer.open(f"/casework/reviews/{review['id']}")
    assert not _shows_an_estimate(page)
    early = reviewer.context.request.get(f"{reviewer.site.url}/casework/api/v1/reviews/{review['id']}/estimate")
    assert early.status == 409
    tick(page, "level", "planned")
    tick(page, "sureness", "fairly")
    page.locator("[name='why']").fill(WHY)
    look("own-view", page)
    page.get_by_role("button", name="Save my view and see the estimate").click()
    page.wait_for_url("**/estimate")
    assert _shows_an_estimate(page)
    look("estimate", page)
    tick(page, "level", "planned")
    page.locator("input[name='pathway'][value^='early_intervention']").check()
    page.locator("[name='reasons']").fill(WHY)
    differs = page.locator("input[name='difference_reasons'][value='information_model_lacks']")
    if differs.count():
        differs.check()
    look("decision", page)
    page.get_by_role("button", name="Record decision").click()
    page.wait_for_load_state()
    assert page.locator(".govuk-error-summary").count() == 0, page.locator(".govuk-error-summary").inner_text()


def work(caseworker: Person, referral: Referral, *, look: Look = unseen) -> None:
    """Taken up, reached by telephone, first contact, an outcome, closed."""
    case = wait_for_one(caseworker, "/casework/api/v1/cases?list=unassigned&limit=100", reference=referral.reference)
    address = f"/casework/cases/{case['id']}"
    page = caseworker.open(address)
    page.get_by_role("button", name="Assign to me").click()
    page.wait_for_load_state()
    _record_contact(caseworker, address)
    page = caseworker.open(f"{address}/first-contact")
    page.locator("input[name='attempt_id']").first.check()
    tick(page, "answer", "accepts")
    page.get_by_role("button", name="Record first contact").click()
    page.wait_for_load_state()
    look("case", page)
    page = caseworker.open(f"{address}/outcome")
    tick(page, "outcome", "support_completed")
    page.get_by_role("button", name="Save outcome").click()
    page = caseworker.open(f"{address}/closure")
    tick(page, "reason", "plan_finished")
    page.get_by_role("button", name="Close the case").click()
    page.wait_for_load_state()
    assert "/closure" not in page.url, page.locator("main").inner_text()


def _record_contact(caseworker: Person, address: str) -> None:
    page = caseworker.open(f"{address}/contact-attempts/new")
    page.locator("[name='attempted_at-time']").fill(f"{datetime.now(LONDON):%H:%M}")
    tick(page, "mode", "phone")
    tick(page, "reached", "yes")
    page.get_by_role("button", name="Save contact attempt").click()
    page.wait_for_load_state()
    assert "/contact-attempts" not in page.url, page.locator("main").inner_text()


def tick(page: Page, name: str, value: str) -> None:
    page.locator(f"input[name='{name}'][value='{value}']").check()


def wait_for_one(person: Person, path: str, **like: Any) -> dict[str, Any]:
    """The one item of an API's list that has these values, once it is there."""

    def found() -> list[dict[str, Any]]:
        items = person.context.request.get(person.site.url + path).json()["items"]
        return [item for item in items if all(item[name] == value for name, value in like.items())]

    wait_until(lambda: bool(found()), what=path)
    return found()[0]


def _estimate_is_held(person: Person, referral: Referral) -> bool:
    casework = person.site.system.services["casework"]
    estimates = casework.metadata.tables["estimates"]
    with casework.database.read() as connection:
        held = sa.select(sa.exists().where(estimates.c.referral_id == UUID(referral.id)))
        return bool(connection.execute(held).scalar_one())


def _shows_an_estimate(page: Page) -> bool:
    shown = page.inner_text("main").lower()
    return any(words in shown for words in ("of 100", "in 100", "invented data"))
