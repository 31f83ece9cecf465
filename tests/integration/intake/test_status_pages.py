"""The receipt that becomes the status page, and what a referrer can do from it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.contracts.casework import ProgressMadeV1
from services.contracts.codes import ProgressStep, Question
from services.intake.adapters.tables import referral_versions
from services.intake.entrypoints import examples
from tests.integration.intake.form_fields import fields_of
from tests.integration.intake.world import Browser, World, a_referral


@pytest.fixture
def referral_id(world: World) -> UUID:
    return UUID(world.api("navigator").post(examples.REFERRAL).headers["Location"].rsplit("/", 1)[-1])


@pytest.fixture
def navigator(world: World) -> Browser:
    return world.browser("navigator")


def progress(world: World, referral_id: UUID, version: int, step: ProgressStep, **asked: Any) -> None:
    told = {
        "referral_id": referral_id,
        "version": version,
        "step": step,
        "at": world.clock() + timedelta(hours=version),
    }
    world.deliver(ProgressMadeV1, told | asked)


class TestTheStatusPage:
    def test_says_how_far_it_has_come_and_nothing_more(
        self, world: World, navigator: Browser, referral_id: UUID
    ) -> None:
        progress(world, referral_id, 1, ProgressStep.BEING_READ)
        progress(world, referral_id, 2, ProgressStep.ACCEPTED)

        page = navigator.open(f"/intake/referrals/{referral_id}").text

        assert page.index("Accepted") < page.index("Under review") < page.index("Received")
        for word in ("youth justice", "score", "estimate", "pathway", "urgent", "aspen"):
            assert word not in page.lower()

    def test_promises_no_time_and_no_message(self, navigator: Browser, referral_id: UUID) -> None:
        page = navigator.open(f"/intake/referrals/{referral_id}").text.lower()

        for promise in ("email", "e-mail", "within", "by tomorrow", "you will get", "hours"):
            assert promise not in page

    def test_says_who_is_signed_in_and_how_to_sign_out(self, navigator: Browser, referral_id: UUID) -> None:
        page = navigator.open(f"/intake/referrals/{referral_id}").text

        assert "Signed in as Somebody navigator" in page
        assert "Sign out" in page

    @pytest.mark.parametrize("path", ["", "/answers", "/change", "/withdraw"])
    def test_is_its_writer_s_alone(self, world: World, referral_id: UUID, path: str) -> None:
        theirs = world.browser("colleague").open(f"/intake/referrals/{referral_id}{path}")
        absent = world.browser("colleague").open(f"/intake/referrals/{uuid4()}{path}")

        assert theirs.status_code == absent.status_code == 404

    def test_shows_what_was_sent_with_an_audit_row(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        page = navigator.open(f"/intake/referrals/{referral_id}/answers").text

        assert "Aspen Example" in page
        assert "Mother" in page
        assert any(row.what == "referral.read" for row in world.rows(world.service.tables.audit_rows))


class TestAQuestion:
    question_id = uuid4()

    def ask(self, world: World, referral_id: UUID) -> None:
        progress(world, referral_id, 1, ProgressStep.BEING_READ, question=Question.AGE, question_id=self.question_id)

    def test_is_answered_with_an_amendment(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        self.ask(world, referral_id)
        page = navigator.open(f"/intake/referrals/{referral_id}").text
        assert "How old is the young person?" in page

        answered = navigator.send({"answer": "He is 15"}, path=f"/intake/referrals/{referral_id}/answer")

        told = world.events("intake.referral.amended")[0]
        assert told["answers_question"] == str(self.question_id)
        assert told["facts"]["exploitation_signs"] == ["older_controlling_contacts", "debt"]
        assert world.events("intake.narrative.recorded")[1]["texts"]["answer_age"] == "He is 15"
        assert "How old is the young person?" not in answered.text

    def test_once_answered_stands_through_a_later_change(
        self, world: World, navigator: Browser, referral_id: UUID
    ) -> None:
        self.ask(world, referral_id)
        navigator.open(f"/intake/referrals/{referral_id}")
        navigator.send({"answer": "He is 15"}, path=f"/intake/referrals/{referral_id}/answer")

        navigator.open(f"/intake/referrals/{referral_id}/change")
        navigator.send(_fields_of(navigator) | {"concern.concern": "He is alone at night"})

        assert world.events("intake.narrative.recorded")[2]["texts"]["answer_age"] == "He is 15"
        page = navigator.open(f"/intake/referrals/{referral_id}/answers").text
        assert "How old is the young person?" in page
        assert "He is 15" in page

    def test_left_blank_is_asked_again(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        self.ask(world, referral_id)
        navigator.open(f"/intake/referrals/{referral_id}")

        page = navigator.send({"answer": " "}, path=f"/intake/referrals/{referral_id}/answer")

        assert page.status_code == 422
        assert 'href="#answer"' in page.text

    def test_can_be_answered_in_the_form_too(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        self.ask(world, referral_id)
        navigator.open(f"/intake/referrals/{referral_id}/change")

        navigator.send(_fields_of(navigator) | {"answer": "15"})

        assert world.events("intake.referral.amended")[0]["answers_question"] == str(self.question_id)


class TestAChange:
    def test_begins_with_what_was_sent(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        navigator.open(f"/intake/referrals/{referral_id}/change")

        navigator.send(_fields_of(navigator) | {"young_person.phone": "07700 900983"})

        first, second = (
            event["facts"]
            for event in [*world.events("intake.referral.received"), *world.events("intake.referral.amended")]
        )
        who = world.events("intake.identity.recorded")
        texts = [event["texts"] for event in world.events("intake.narrative.recorded")]
        assert first == second
        assert who[0] | {"version": 2, "phone": "+447700900983"} == who[1]
        assert texts[0] == texts[1]

    def test_of_an_older_version_is_refused(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        navigator.open(f"/intake/referrals/{referral_id}/change")
        fields = _fields_of(navigator)
        world.api("navigator").put(f"/intake/api/v1/referrals/{referral_id}", a_referral(), version=1)

        assert navigator.send(fields).status_code == 412
        assert len(world.rows(referral_versions)) == 2

    def test_that_is_wrong_keeps_what_was_typed(self, navigator: Browser, referral_id: UUID) -> None:
        navigator.open(f"/intake/referrals/{referral_id}/change")

        page = navigator.send(_fields_of(navigator) | {"young_person.nhs_number": "123"})

        assert page.status_code == 422
        assert 'value="123"' in page.text
        assert 'href="#young-person-nhs-number"' in page.text


class TestWithdrawing:
    def test_asks_why(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        where = f"/intake/referrals/{referral_id}/withdraw"
        navigator.open(where)

        assert navigator.send({}, path=where).status_code == 422
        page = navigator.send({"reason": "moved_away"}, path=where)

        assert "You asked to withdraw this referral" in page.text
        assert world.events("intake.referral.withdrawn")[0]["reason"] == "moved_away"

    def test_twice_is_once(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        where = f"/intake/referrals/{referral_id}/withdraw"
        navigator.open(where)
        for _ in range(2):
            navigator.client.post(where, data=navigator.hidden() | {"reason": "moved_away"})

        assert len(world.events("intake.referral.withdrawn")) == 1


class TestMyReferrals:
    def test_are_listed_newest_first_in_pages_and_nobody_else_s(self, world: World, navigator: Browser) -> None:
        for _ in range(5):
            world.clock.go_on(minutes=1)
            world.api("navigator").post(a_referral())
        world.api("colleague").post(a_referral())
        mine = [event["reference"] for event in world.events("intake.referral.received")][:5]

        first = navigator.open("/intake/referrals?limit=3").text
        found = next(part for part in first.split('"') if "cursor=" in part).replace("&amp;", "&")
        second = navigator.open(found).text

        assert [reference for reference in reversed(mine) if reference in first] == mine[:1:-1]
        assert [reference for reference in reversed(mine) if reference in second] == mine[1::-1]
        assert "cursor=" not in second

    def test_of_nobody_is_said(self, world: World) -> None:
        assert "You have not made a referral yet" in world.browser("school").open("/intake/referrals").text


def _fields_of(browser: Browser) -> dict[str, Any]:
    """What the open form would send as it stands: all that is typed, chosen and hidden in it."""
    return {name: values for name, values in fields_of(browser.page.text).items() if name != "csrf_token"}


class TestAQuestionAboutContact:
    question_id = uuid4()

    @pytest.fixture
    def page(self, world: World, navigator: Browser, referral_id: UUID) -> Any:
        asked = {"question": Question.SAFE_CONTACT, "question_id": self.question_id}
        progress(world, referral_id, 1, ProgressStep.BEING_READ, **asked)
        return navigator.open(f"/intake/referrals/{referral_id}")

    def answer(self, navigator: Browser, referral_id: UUID, **said: Any) -> Any:
        fields = {
            "contact.safe": ["text"],
            "contact.do_not": ["by_phone"],
            "contact.note": "",
            "young_person.phone": "07700 900983",
            "young_person.postcode": "",
        }
        return navigator.send(fields | said, path=f"/intake/referrals/{referral_id}/answer")

    def test_is_asked_by_the_form_s_own_fields_with_what_was_said(self, page: Any) -> None:
        for name in ("contact.safe", "contact.do_not", "contact.note", "contact.do_not_note", "young_person.phone"):
            assert f'name="{name}"' in page.text
        assert "An older cousin reads the post" in page.text
        assert 'name="answer"' not in page.text

    def test_is_answered_by_what_replaces_the_old_ways(
        self, world: World, navigator: Browser, referral_id: UUID, page: Any
    ) -> None:
        answered = self.answer(navigator, referral_id)

        told = world.events("intake.identity.recorded")[1]
        assert (told["safe_contact"], told["do_not_contact"]) == (["text"], ["by_phone"])
        assert (told["phone"], told["postcode"], told["safe_contact_note"]) == ("+447700900983", None, None)
        assert told["name"] == "Aspen Example"
        assert world.events("intake.referral.amended")[0]["answers_question"] == str(self.question_id)
        assert "answer_safe_contact" not in world.events("intake.narrative.recorded")[1]["texts"]
        assert "What is a safe way to contact the young person?" not in answered.text

    def test_names_both_fields_of_a_contradiction(
        self, world: World, navigator: Browser, referral_id: UUID, page: Any
    ) -> None:
        refused = self.answer(navigator, referral_id, **{"contact.safe": ["phone"]})

        assert refused.status_code == 422
        assert 'href="#contact-safe"' in refused.text
        assert 'href="#contact-do-not"' in refused.text
        assert world.events("intake.referral.amended") == []

    def test_may_be_answered_by_the_api_without_words(self, world: World, referral_id: UUID, page: Any) -> None:
        location = f"/intake/api/v1/referrals/{referral_id}"
        body = examples.REFERRAL | {
            "contact": {"safe": ["not_known"], "do_not": ["by_phone"]},
            "answers_question": str(self.question_id),
        }

        assert world.api("navigator").put(location, body, version=1).status_code == 200


def test_a_question_in_words_is_not_answered_without_any(world: World, referral_id: UUID) -> None:
    question_id = uuid4()
    progress(world, referral_id, 1, ProgressStep.BEING_READ, question=Question.AGE, question_id=question_id)
    location = f"/intake/api/v1/referrals/{referral_id}"

    answer = world.api("navigator").put(location, examples.REFERRAL | {"answers_question": str(question_id)}, version=1)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == ["/answer"]
