"""Before a session ends the page asks; what was typed is saved, whatever ends the page."""

import pytest

from devtools import chromium
from tests.e2e import journey
from tests.e2e.conftest import Person, Somebody

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TYPED = "They say that it will happen on Friday, outside school."
QUESTION = "In their words"


@pytest.fixture
def navigator(somebody: Somebody) -> Person:
    """Changing a referral of theirs, at a browser whose clock the test turns on."""
    navigator = somebody.signed_in("navigator")
    referral = journey.refer(navigator, name="Tansy Pretend")
    navigator.page.clock.install()
    navigator.open(f"/intake/referrals/{referral.id}/change")
    return navigator


def words(navigator: Person) -> str:
    return str(navigator.page.locator("#concern-own-words").input_value())


def type_words(navigator: Person) -> None:
    navigator.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    navigator.page.locator("#concern-own-words").fill(TYPED)


class TestTwoMinutesBeforeTheEnd:
    @pytest.mark.parametrize("width", [1200, 375, 320])
    def test_the_page_asks_and_can_be_answered_by_keyboard(self, navigator: Person, width: int) -> None:
        page = navigator.page
        page.set_viewport_size({"width": width, "height": 700})
        dialogue = page.get_by_role("dialog", name="You will be signed out soon")
        page.clock.run_for("17:00")
        assert not dialogue.is_visible()

        page.clock.run_for("01:10")

        assert dialogue.is_visible()
        assert chromium.accessibility_faults(page) == []
        assert not chromium.overflows(page)
        assert "2 minutes left" in dialogue.inner_text()
        page.keyboard.press("Enter")
        dialogue.wait_for(state="hidden")
        page.clock.run_for("10:00")
        assert not dialogue.is_visible()

    def test_another_tab_that_was_used_keeps_this_one_quiet(self, navigator: Person) -> None:
        page = navigator.page
        page.clock.run_for("17:00")
        page.evaluate("localStorage.setItem('waymark-session-ends', String(Date.now() + 1200000))")

        page.clock.run_for("01:30")

        assert not page.get_by_role("dialog").is_visible()


class TestTypedText:
    def test_is_saved_when_the_session_ends(self, navigator: Person) -> None:
        type_words(navigator)

        navigator.page.clock.run_for("20:05")

        navigator.page.wait_for_url("**/change")
        assert words(navigator) == TYPED
        assert navigator.said == []

    def test_is_saved_when_a_link_leads_away(self, navigator: Person) -> None:
        address = navigator.page.url
        type_words(navigator)

        navigator.page.get_by_role("link", name="Back", exact=True).click()

        navigator.page.wait_for_url(address.removesuffix("/change"))
        navigator.page.get_by_role("link", name="Continue with this text").click()
        assert words(navigator) == TYPED
        assert chromium.accessibility_faults(navigator.page) == []

    def test_of_a_new_referral_is_saved_as_a_draft(self, navigator: Person) -> None:
        page = navigator.open("/intake/referrals/new")
        page.get_by_label("Name", exact=False).first.fill("Yarrow Sample")
        page.get_by_role("link", name="My referrals").first.click()

        page.get_by_role("link", name="Finish the referral").first.click()
        assert page.get_by_label("Name", exact=False).first.input_value() == "Yarrow Sample"
