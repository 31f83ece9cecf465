"""An administrator's own pages: adding, a reset password, and choosing one's own, at every width."""

import re

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import Somebody
from tests.e2e.test_every_page import faults_of, faults_when_sent_empty

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHOSEN = "three unlikely words"  # pragma: allowlist secret


def looked_at(page: Page, name: str) -> list[str]:
    return [f"{name}: {fault}" for fault in faults_of(page)]


class TestAPersonWhoIsAdded:
    def test_is_added_and_chooses_a_password_with_the_keyboard(self, somebody: Somebody) -> None:
        administrator = somebody.signed_in("administrator")
        page, url = administrator.page, administrator.site.url
        faults = []
        for path in ("/accounts/staff/new", "/accounts/teams/new"):
            page.goto(url + path)
            faults += looked_at(page, path)
            faults += faults_when_sent_empty(page, 0)
        page.goto(url + "/accounts/staff/new")
        page.get_by_label("Name", exact=True).fill("Nia New")
        page.get_by_label("Sign-in name").fill("nia-new")
        page.get_by_label("Organisation").select_option(index=1)
        page.get_by_label("Team manager").focus()
        page.keyboard.press("Space")
        page.get_by_label("Breakwater early help").focus()
        page.keyboard.press("Space")
        page.get_by_role("button", name="Add").press("Enter")
        page.locator(".app-secret").wait_for()
        faults += looked_at(page, "the one-time password")
        once = page.locator(".app-secret").inner_text()

        newcomer = somebody.at_the_door()
        page = newcomer.page
        page.goto(newcomer.site.url + "/accounts/sign-in")
        page.get_by_label("Sign-in name").fill("nia-new")
        page.get_by_label("Password", exact=True).fill(once)
        page.keyboard.press("Enter")
        page.get_by_label("New password again").wait_for()
        faults += looked_at(page, "a new password")
        faults += faults_when_sent_empty(page, 0)
        page.get_by_label("New password", exact=True).fill(CHOSEN)
        page.get_by_label("New password again").fill(CHOSEN)
        page.keyboard.press("Enter")

        page.wait_for_url(re.compile("/casework/queue"))
        assert faults == []
