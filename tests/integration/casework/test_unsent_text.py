"""Long text typed in a form that cannot be taken is stored for who typed it, and offered on the same page again."""

import re
from uuid import UUID, uuid4

import pytest

from tests.factories import reviews as make
from tests.integration.casework.review_world import ReviewWorld
from tests.integration.intake.world import Browser

WHY = "The retaliation they describe is planned for this weekend, and nobody at home can keep them in."


@pytest.fixture
def world(review_world: ReviewWorld) -> ReviewWorld:
    return review_world


@pytest.fixture
def remi(world: ReviewWorld) -> Browser:
    return at_a_browser(world, make.REVIEWER)


def at_a_browser(world: ReviewWorld, staff_id: UUID) -> Browser:
    return Browser(world.service.app.test_client(), world.reviewer(staff_id).token)


def page_of_a_review(world: ReviewWorld) -> str:
    return f"/casework/reviews/{world.referral().review_id}"


def textarea(page: str) -> str:
    found = re.search(r"<textarea[^>]*>([^<]*)</textarea>", page)
    return found[1] if found else ""


def stored(world: ReviewWorld) -> list[dict[str, list[str]]]:
    return [row["answers"] for row in world.rows(world.service.tables.unsent_texts)]


class TestTextOfAFormThatCannotBeTaken:
    def test_survives_the_end_of_the_session(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(page)
        remi.sign_out()

        answer = remi.send({"level": "urgent", "why": WHY}, path=f"{page}/own-view")

        assert answer.status_code == 401
        assert WHY not in answer.text
        assert "and only you can see it" in answer.text
        remi.sign_in(str(make.REVIEWER))
        again = remi.open(page).text
        assert textarea(again) == WHY
        assert re.search(r'value="urgent" checked', again)

    def test_survives_a_token_of_an_earlier_session(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(page)

        answer = remi.send({"why": WHY, "csrf_token": "of an earlier session"}, path=f"{page}/own-view")

        assert answer.status_code == 403
        assert f'href="{page}"' in answer.text
        assert textarea(remi.open(page).text) == WHY

    def test_is_stored_under_no_name_but_the_one_that_the_form_was_given_to(
        self, world: ReviewWorld, remi: Browser
    ) -> None:
        page = page_of_a_review(world)
        another = at_a_browser(world, uuid4())
        remi.open(page)
        ticket = remi.hidden()["unsent"]
        another.open(page)

        another.send({"why": WHY, "csrf_token": "", "unsent": ticket}, path=f"{page}/own-view")
        remi.sign_out()
        remi.send({"why": WHY, "unsent": ticket[:-2] + "xx"}, path=f"{page}/own-view")

        assert stored(world) == []

    def test_is_shown_where_its_form_is_no_longer(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(page)
        remi.sign_out()
        remi.send({"why": WHY}, path=f"{page}/own-view")
        remi.sign_in(str(make.REVIEWER))
        remi.send({"level": "planned", "sureness": "very", "why": "Another view"}, path=f"{page}/own-view")

        assert WHY in remi.open(page).text


class TestSaveForLater:
    def test_stores_what_was_typed_and_leaves_the_page(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(page)

        left = remi.send({"why": WHY, "unsent_leave": "/casework/reviews"}, path=f"{page}/own-view")

        assert left.request.path == "/casework/reviews"
        assert textarea(remi.open(page).text) == WHY

    def test_leads_to_no_other_site(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(page)

        answer = remi.client.post(f"{page}/own-view", data=remi.hidden() | {"unsent_leave": "https://example.org/"})

        assert answer.headers["Location"] == "/"

    def test_is_known_on_the_page_above(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(f"{page}/bases")

        remi.send({"reason": WHY, "unsent_leave": page}, path=f"{page}/bases")

        assert WHY in remi.page.text
        assert f'href="{page}/bases?unsent=' in remi.page.text


class TestStoredText:
    def test_goes_when_the_form_is_taken(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(page)
        remi.send({"why": WHY, "unsent_leave": "/casework/reviews"}, path=f"{page}/own-view")
        remi.open(page)

        remi.send({"level": "planned", "sureness": "very", "why": WHY}, path=f"{page}/own-view")

        assert stored(world) == []

    def test_can_be_deleted(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(page)
        remi.send({"why": WHY, "unsent_leave": page}, path=f"{page}/own-view")
        action = re.search(r'action="(/casework/unsent/[^"]+)"', remi.page.text)
        assert action

        remi.send({}, path=action[1])

        assert remi.page.request.path == page
        assert stored(world) == []

    def test_of_one_tab_does_not_replace_that_of_another(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        another_tab = Browser(remi.client, None)
        another_tab.open(page)
        remi.open(page)

        remi.send({"why": WHY, "unsent_leave": page}, path=f"{page}/own-view")
        another_tab.send({"why": "Another thought", "unsent_leave": page}, path=f"{page}/own-view")

        assert {answers["why"][0] for answers in stored(world)} == {WHY, "Another thought"}
        assert WHY in remi.open(page).text

    def test_is_deleted_by_nobody_else(self, world: ReviewWorld, remi: Browser) -> None:
        page = page_of_a_review(world)
        remi.open(page)
        remi.send({"why": WHY, "unsent_leave": page}, path=f"{page}/own-view")
        action = re.search(r'action="(/casework/unsent/[^"]+)"', remi.page.text)
        assert action
        another = at_a_browser(world, uuid4())
        another.open(page)

        another.send({}, path=action[1])

        assert len(stored(world)) == 1
