"""One referral, all the way through, in a real browser: with scripts, and without any."""

import json

import pytest
from click.testing import CliRunner

from services.cli.main import waymark
from services.embedded.folder import Folder
from tests.e2e import journey
from tests.e2e.conftest import Somebody
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class TestAReferral:
    @pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
    def test_goes_from_the_navigator_to_a_closed_case_and_the_audit_proves_it(
        self, somebody: Somebody, folder: Folder, scripts: bool
    ) -> None:
        navigator = somebody.signed_in("navigator", width=375, scripts=scripts)
        reviewer = somebody.signed_in("reviewer", scripts=scripts)
        caseworker = somebody.signed_in("early-intervention-caseworker", scripts=scripts)

        referral = journey.refer(navigator, name="Tansy Pretend")
        journey.read_and_decide(reviewer, referral)
        journey.work(caseworker, referral)

        page = navigator.page
        wait_until(lambda: "Closed" in navigator.open(f"/intake/referrals/{referral.id}").inner_text("main"))
        shown = page.inner_text("main")
        assert "First contact" in shown
        assert not any(word in shown.lower() for word in ("estimate", "youth justice", "early help"))
        assert _verified(folder)

    def test_is_made_once_by_a_form_sent_twice(self, somebody: Somebody) -> None:
        navigator = somebody.signed_in("navigator")
        first = journey.refer(navigator, name="Yarrow Sample")

        navigator.page.go_back()
        button = navigator.page.get_by_role("button", name="Send referral")
        if button.count():
            button.click()
        again = journey.sent(navigator.page)

        assert again == first


class TestSigningOut:
    def test_ends_the_session_in_every_service_though_somebody_kept_the_cookie(self, somebody: Somebody) -> None:
        reviewer = somebody.signed_in("reviewer")
        kept = reviewer.context.cookies()
        paths = ("/accounts/home", "/casework/reviews", "/casework/api/v1/reviews")
        assert [reviewer.status(path) for path in paths] == [200, 200, 200]

        reviewer.page.get_by_role("button", name="Sign out").click()
        reviewer.page.wait_for_url("**/accounts/signed-out")
        reviewer.context.add_cookies(kept)  # type: ignore[arg-type]

        assert [reviewer.status(path) for path in ("/casework/api/v1/reviews", "/casework/api/v1/cases")] == [401, 401]
        for path in ("/accounts/home", "/casework/reviews", "/intake/referrals", "/oversight/", "/scoring/models"):
            assert "/accounts/sign-in" in reviewer.open(path).url


def _verified(folder: Folder) -> bool:
    """Whether `waymark audit verify` finds every chain sound."""
    said = CliRunner().invoke(waymark, ["audit", "verify", "--json", "--folder", str(folder.root)])
    assert said.exit_code == 0, said.output
    sealed = {chain["service"]: chain["sealed"] for chain in json.loads(said.output) if chain["sound"]}
    return len(sealed) == 5 and all(sealed[service] for service in ("accounts", "intake", "scoring", "casework"))
