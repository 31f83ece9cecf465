"""What a referrer typed is never lost without a word: an older tab, a form sent already, a session that ended."""

from services.intake.adapters.tables import drafts, referrals
from services.platform.db import housekeeping
from tests.integration.intake.test_form_pages import AT_TWO_IN_THE_MORNING, NEW, check_page
from tests.integration.intake.world import Browser, World


def two_tabs(world: World) -> tuple[Browser, Browser, str]:
    """Two tabs of one person, both of which show the same draft."""
    first, second = world.browser("navigator"), world.browser("navigator")
    draft_id = check_page(first, AT_TWO_IN_THE_MORNING | {"concern.own_words": "I want it to stop"})
    for tab in (first, second):
        tab.open(f"{NEW}?draft={draft_id}")
    return first, second, draft_id


def a_sent_referral(browser: Browser) -> str:
    """Gives the address of its page."""
    draft_id = check_page(browser, AT_TWO_IN_THE_MORNING)
    return str(browser.send({}, path=f"{NEW}/{draft_id}/send").request.path)


class TestAnOlderTab:
    def test_does_not_overwrite_what_another_tab_saved(self, world: World) -> None:
        newer, older, _ = two_tabs(world)
        newer.send(AT_TWO_IN_THE_MORNING | {"concern.own_words": "They know where I live"}, path=NEW)

        answer = older.send(AT_TWO_IN_THE_MORNING | {"concern.own_words": "I want it to end"}, path=NEW)

        assert answer.status_code == 409
        assert world.rows(drafts)[0].answers["concern.own_words"] == ["They know where I live"]

    def test_shows_what_was_typed_in_it_and_names_the_answers_that_differ(self, world: World) -> None:
        newer, older, draft_id = two_tabs(world)
        newer.send(AT_TWO_IN_THE_MORNING | {"concern.own_words": "They know where I live"}, path=NEW)

        page = older.send(AT_TWO_IN_THE_MORNING | {"concern.own_words": "I want it to end"}, path=NEW).text

        assert "This draft was changed in another tab or window" in page
        assert "I want it to end" in page
        assert "Nothing was overwritten" in page
        assert f"{NEW}?draft={draft_id}" in page

    def test_replaces_the_other_answers_when_its_writer_says_so(self, world: World) -> None:
        newer, older, _ = two_tabs(world)
        newer.send(AT_TWO_IN_THE_MORNING | {"concern.own_words": "They know where I live"}, path=NEW)
        typed = AT_TWO_IN_THE_MORNING | {"concern.own_words": "I want it to end"}
        older.send(typed, path=NEW)

        assert "Check your answers" in older.send(typed, path=NEW).text
        assert world.rows(drafts)[0].answers["concern.own_words"] == ["I want it to end"]

    def test_becomes_a_draft_of_its_own_when_the_session_has_ended(self, world: World) -> None:
        newer, older, _ = two_tabs(world)
        newer.send(AT_TWO_IN_THE_MORNING | {"concern.own_words": "They know where I live"}, path=NEW)
        older.sign_out()

        assert older.send({"concern.own_words": "I want it to end"}, path=NEW).status_code == 401

        stored = {row.answers["concern.own_words"][0] for row in world.rows(drafts)}
        assert stored == {"They know where I live", "I want it to end"}

    def test_that_says_the_same_is_no_conflict(self, world: World) -> None:
        newer, older, _ = two_tabs(world)
        typed = AT_TWO_IN_THE_MORNING | {"concern.own_words": "They know where I live"}
        newer.send(typed, path=NEW)

        assert "Check your answers" in older.send(typed, path=NEW).text


class TestAFormThatWasSentAlready:
    def test_offers_what_was_typed_since_on_the_page_that_changes_the_referral(self, world: World) -> None:
        first, older, draft_id = two_tabs(world)
        first.send({}, path=f"{NEW}/{draft_id}/send")

        page = older.send(AT_TWO_IN_THE_MORNING | {"concern.own_words": "There is more to it"}, path=NEW)

        assert page.request.path.endswith("/change")
        assert "This referral was already sent" in page.text
        assert ">There is more to it</textarea>" in page.text
        assert len(world.rows(referrals)) == 1

    def test_says_nothing_when_it_holds_what_was_sent(self, world: World) -> None:
        first, older, draft_id = two_tabs(world)
        first.send({}, path=f"{NEW}/{draft_id}/send")

        page = older.send({"concern.own_words": "I want it to stop"} | AT_TWO_IN_THE_MORNING, path=NEW)

        assert page.request.path == f"/intake/referrals/{world.rows(referrals)[0].id}"


class TestChangingAReferral:
    def test_survives_the_end_of_the_session(self, world: World) -> None:
        navigator = world.browser("navigator")
        change = f"{a_sent_referral(navigator)}/change"
        navigator.open(change)
        navigator.sign_out()

        answer = navigator.send({"concern.own_words": "There is more to it"}, path=change)

        assert answer.status_code == 401
        assert "and only you can see it" in answer.text
        assert "There is more to it" not in answer.text
        navigator.sign_in("navigator")
        assert ">There is more to it</textarea>" in navigator.open(change).text

    def test_is_offered_to_nobody_else(self, world: World) -> None:
        navigator = world.browser("navigator")
        change = f"{a_sent_referral(navigator)}/change"
        navigator.open(change)
        navigator.sign_out()
        navigator.send({"concern.own_words": "There is more to it"}, path=change)

        assert "There is more to it" not in world.browser("colleague").open(change).text

    def test_is_offered_until_it_expires(self, world: World) -> None:
        navigator = world.browser("navigator")
        change = f"{a_sent_referral(navigator)}/change"
        navigator.open(change)
        navigator.send({"concern.own_words": "There is more to it", "unsent_leave": "/intake/referrals"}, path=change)
        assert len(world.rows(world.service.tables.unsent_texts)) == 1
        world.clock.go_on(hours=49)

        housekeeping.purge(world.service)

        assert not world.rows(world.service.tables.unsent_texts)
