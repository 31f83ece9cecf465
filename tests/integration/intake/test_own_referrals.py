"""What a referrer's own pages say is true, tells referrals and drafts apart, and changes one section at a time."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.contracts.codes import ProgressStep, Question
from services.intake.adapters.tables import drafts, referral_versions
from services.intake.entrypoints import examples
from services.intake.entrypoints.labels import FIELD_LABELS
from services.intake.entrypoints.sections import SECTIONS, section_of
from tests.integration.intake.form_fields import fields_of
from tests.integration.intake.test_form_pages import AT_TWO_IN_THE_MORNING, EVERYTHING, NEW, check_page
from tests.integration.intake.test_status_pages import progress
from tests.integration.intake.world import Browser, World, a_referral

MINE = "/intake/referrals"


@pytest.fixture
def referral_id(world: World) -> UUID:
    return UUID(world.api("navigator").post(examples.REFERRAL).headers["Location"].rsplit("/", 1)[-1])


@pytest.fixture
def navigator(world: World) -> Browser:
    return world.browser("navigator")


def withdraw(navigator: Browser, referral_id: UUID, reason: str = "moved_away") -> Any:
    where = f"{MINE}/{referral_id}/withdraw"
    navigator.open(where)
    return navigator.send({"reason": reason}, path=where)


def change(navigator: Browser, referral_id: UUID, section: str, **typed: Any) -> Any:
    """Open the section's page and send it as it stands, but for what is typed."""
    where = f"{MINE}/{referral_id}/change/{section}".rstrip("/")
    page = navigator.open(where)
    return navigator.send(fields_of(page.text) | typed, path=where)


class TestTheList:
    def test_shows_initials_age_and_state(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        progress(world, referral_id, 1, ProgressStep.CLOSED)

        page = navigator.open(MINE).text

        assert "A.E., age 15" in page
        assert "Aspen" not in page
        assert "Closed" in page

    def test_has_a_short_status_of_a_withdrawal(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        withdraw(navigator, referral_id)
        for step in ("Received", "Closed"):
            page = navigator.open(MINE).text
            assert f"{step} <strong" in page
            assert "Withdrawal requested" in page
            assert "You asked" not in page
            progress(world, referral_id, 1, ProgressStep.CLOSED)

    def test_tells_drafts_apart(self, world: World, navigator: Browser) -> None:
        for name in ("Kofi Antwi", "–", ""):
            world.clock.go_on(minutes=7)
            navigator.open(NEW)
            navigator.send({"young_person.name": name, "concern.concern": "worried", "act": "later"}, path=NEW)

        page = navigator.open(MINE).text

        assert "Finish the referral of K.A." in page
        assert page.count("Finish the referral") == 3
        assert len({part.split("</")[0] for part in page.split("Started on ")[1:]}) == 3

    def test_keeps_when_a_draft_was_started(self, world: World, navigator: Browser) -> None:
        navigator.open(NEW)
        navigator.send({"concern.concern": "worried", "act": "later"}, path=NEW)
        [before] = world.rows(drafts)
        world.clock.go_on(minutes=7)
        navigator.open(f"{NEW}?draft={before.id}")
        navigator.send({"concern.concern": "more worried", "act": "later"}, path=NEW)

        [after] = world.rows(drafts)
        assert after.started_at == before.started_at == before.saved_at < after.saved_at

    @pytest.mark.parametrize("act", ["later", "autosave"])
    def test_keeps_no_empty_draft(self, world: World, navigator: Browser, act: str) -> None:
        navigator.open(NEW)
        answer = navigator.send({"young_person.name": " ", "told.young_person": "", "act": act}, path=NEW)

        assert world.rows(drafts) == []
        assert answer.json == {"version": 0} if act == "autosave" else "no draft was saved" in answer.text

    def test_drops_a_draft_that_was_emptied_and_stores_it_again_when_it_is_filled(
        self, world: World, navigator: Browser
    ) -> None:
        navigator.open(NEW)
        hidden = navigator.hidden()
        for typed, rows, version in (("x", 1, 1), ("", 0, 0), ("y", 1, 1)):
            answer = navigator.client.post(NEW, data=hidden | {"concern.concern": typed, "act": "autosave"})
            hidden["draft_version"] = str(answer.json["version"])
            assert answer.json == {"version": version}
            assert len(world.rows(drafts)) == rows


class TestAWithdrawal:
    @pytest.fixture
    def waiting(self, world: World, navigator: Browser, referral_id: UUID) -> str:
        progress(world, referral_id, 1, ProgressStep.BEING_READ)
        world.clock.go_on(hours=3)
        page: str = withdraw(navigator, referral_id).text
        return page

    def test_that_waits_says_what_happens_next(self, waiting: str) -> None:
        assert "A reviewer has not confirmed it yet" in waiting
        assert "will confirm what happens to the referral" in waiting
        assert "read every referral and decide" not in waiting

    def test_stands_in_the_timeline_when_it_was_requested(self, waiting: str) -> None:
        places = [waiting.index(f'timeline__title">{step}') for step in ("Withdrawal requested", "Under review")]
        assert places == sorted(places)
        assert "They moved away" in waiting

    def test_that_was_decided_does_not_wait(
        self, world: World, navigator: Browser, referral_id: UUID, waiting: str
    ) -> None:
        progress(world, referral_id, 2, ProgressStep.CLOSED)

        page = navigator.open(f"{MINE}/{referral_id}").text

        assert "has not confirmed" not in page
        assert "will confirm what happens" not in page
        assert "Closed. You asked to withdraw this referral on" in page

    def test_is_not_a_change_of_the_answers(self, navigator: Browser, referral_id: UUID, waiting: str) -> None:
        assert "Last changed on" not in navigator.open(f"{MINE}/{referral_id}/answers").text


class TestAClosedReferral:
    @pytest.fixture(autouse=True)
    def closed(self, world: World, referral_id: UUID) -> None:
        progress(world, referral_id, 1, ProgressStep.ACCEPTED)
        progress(world, referral_id, 2, ProgressStep.CLOSED)

    def test_shows_that_it_is_closed_and_offers_what_can_be_done(self, navigator: Browser, referral_id: UUID) -> None:
        page = navigator.open(f"{MINE}/{referral_id}").text

        assert "Referral sent" not in page
        assert "govuk-panel" not in page
        assert "Withdraw this referral" not in page
        assert "What happens next" not in page
        assert "Report that consent was withdrawn" in page

    def test_takes_only_that_consent_was_withdrawn(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        refused = withdraw(navigator, referral_id, "moved_away")
        assert "only that consent was withdrawn can be reported" in refused.text
        assert world.events("intake.referral.withdrawn") == []

        withdraw(navigator, referral_id, "consent_withdrawn")
        assert world.events("intake.referral.withdrawn")[0]["reason"] == "consent_withdrawn"


@pytest.mark.parametrize("step", [ProgressStep.BEING_READ, ProgressStep.ACCEPTED, ProgressStep.NOT_ACCEPTED])
def test_only_a_receipt_says_that_it_was_sent(
    world: World, navigator: Browser, referral_id: UUID, step: ProgressStep
) -> None:
    assert "Referral sent" in navigator.open(f"{MINE}/{referral_id}").text

    progress(world, referral_id, 1, step)

    assert "Referral sent" not in navigator.open(f"{MINE}/{referral_id}").text


class TestASection:
    def test_has_every_field_of_the_form_in_one_of_them(self) -> None:
        for name in set(FIELD_LABELS) - {"answer"}:
            assert [key for key, section in SECTIONS.items() if section.has(name)] == [section_of(name)]

    def test_has_its_questions_in_the_order_of_the_summary(self, navigator: Browser, referral_id: UUID) -> None:
        page = navigator.open(f"{MINE}/{referral_id}/change").text
        inputs = [(name, re.search(rf'name="{re.escape(name)}[".-]', page)) for name in FIELD_LABELS]
        places = {name: found.start() for name, found in inputs if found}

        assert set(FIELD_LABELS) - set(places) == {"answer", "site", "facts.weapon_found_by_police_on"}
        assert list(places) == sorted(places, key=places.__getitem__)

    def test_shows_the_phone_number_as_it_is_dialled(self, navigator: Browser, referral_id: UUID) -> None:
        change(navigator, referral_id, "contact", **{"young_person.phone": "+44 7700 900983"})

        assert 'value="07700 900983"' in navigator.open(f"{MINE}/{referral_id}/change/contact").text
        assert "<bdi>07700 900983</bdi>" in navigator.open(f"{MINE}/{referral_id}/answers").text

    def test_says_when_it_was_last_changed(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        assert "Last changed on" not in navigator.open(f"{MINE}/{referral_id}/answers").text
        world.clock.go_on(hours=3)

        page = change(navigator, referral_id, "contact", **{"young_person.phone": "07700 900983"}).text

        assert "Last changed on" in page

    def test_changes_one_phone_number_and_nothing_else(
        self, world: World, navigator: Browser, referral_id: UUID
    ) -> None:
        page = navigator.open(f"{MINE}/{referral_id}/change/contact").text
        assert 'name="young_person.phone"' in page
        assert 'name="young_person.name"' not in page

        saved = change(navigator, referral_id, "contact", **{"young_person.phone": "07700 900983"})

        assert "Your changes were sent" in saved.text
        before, after = world.events("intake.identity.recorded")
        assert after == before | {"version": 2, "phone": "+447700900983"}
        [first], [second] = (
            [event["facts"] for event in world.events(f"intake.referral.{kind}")] for kind in ("received", "amended")
        )
        assert first == second

    @pytest.mark.parametrize("section", ["", *SECTIONS])
    def test_sent_as_it_stands_changes_nothing(
        self, world: World, navigator: Browser, referral_id: UUID, section: str
    ) -> None:
        """The whole form is sent at the address without a section."""
        published = len(world.events())

        saved = change(navigator, referral_id, section)

        assert "No changes were made" in saved.text
        assert "Your changes were sent" not in saved.text
        assert len(world.events()) == published
        assert len(world.rows(referral_versions)) == 1
        assert "referral.amended" not in [row.what for row in world.rows(world.service.tables.audit_rows)]

    def test_of_an_older_version_is_refused(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        where = f"{MINE}/{referral_id}/change/contact"
        fields = fields_of(navigator.open(where).text)
        world.api("navigator").put(f"/intake/api/v1/referrals/{referral_id}", a_referral(), version=1)

        assert navigator.send(fields, path=where).status_code == 412
        assert len(world.rows(referral_versions)) == 2

    @pytest.mark.parametrize("version", ["9" * 5_000, "9" * 30, "-1", "1.0", "٣", "²", ""])
    @pytest.mark.parametrize("where", ["/change/contact", "/change"])
    def test_of_a_version_that_is_none_is_refused(
        self, world: World, navigator: Browser, referral_id: UUID, where: str, version: str
    ) -> None:
        fields = fields_of(navigator.open(f"{MINE}/{referral_id}{where}").text)

        assert navigator.send(fields | {"version": version}, path=f"{MINE}/{referral_id}{where}").status_code == 412
        assert len(world.rows(referral_versions)) == 1

    def test_keeps_what_was_typed_when_it_is_wrong(self, navigator: Browser, referral_id: UUID) -> None:
        page = change(navigator, referral_id, "contact", **{"young_person.phone": "call mum"})

        assert page.status_code == 422
        assert 'value="call mum"' in page.text
        assert 'href="#young-person-phone"' in page.text

    def test_that_contradicts_another_one_is_shown_with_it(
        self, world: World, navigator: Browser, referral_id: UUID
    ) -> None:
        where = f"{MINE}/{referral_id}/change/incident"
        born = {
            f"young_person.date_of_birth-{part}": text
            for part, text in zip(("day", "month", "year"), "abc", strict=True)
        }
        fields = fields_of(navigator.open(where).text)
        page = navigator.send(fields | born | {"section": ["incident", "person"]}, path=where)

        assert page.status_code == 422
        for href in ("#young-person-date-of-birth-day",):
            assert f'href="{href}"' in page.text
            assert f'id="{href[1:]}"' in page.text

    def test_about_contact_answers_the_question_about_it(
        self, world: World, navigator: Browser, referral_id: UUID
    ) -> None:
        question_id = uuid4()
        asked = {"question": Question.SAFE_CONTACT, "question_id": question_id}
        progress(world, referral_id, 1, ProgressStep.BEING_READ, **asked)

        change(navigator, referral_id, "contact")

        assert world.events("intake.referral.amended")[0]["answers_question"] == str(question_id)

    def test_that_does_not_exist_is_not_found(self, navigator: Browser, referral_id: UUID) -> None:
        assert navigator.open(f"{MINE}/{referral_id}/change/secrets").status_code == 404

    def test_is_its_writer_s_alone(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        assert world.browser("colleague").open(f"{MINE}/{referral_id}/change/contact").status_code == 404

    def test_reading_it_is_audited(self, world: World, navigator: Browser, referral_id: UUID) -> None:
        navigator.open(f"{MINE}/{referral_id}/change/contact")

        assert [row.what for row in world.rows(world.service.tables.audit_rows)].count("referral.read") == 1


class TestTheEstimate:
    def test_is_said_to_need_answers_while_answers_can_be_added(
        self, world: World, navigator: Browser, referral_id: UUID
    ) -> None:
        needed = "an estimate only if enough questions are answered"
        assert needed in navigator.open(NEW).text
        check_page(navigator, AT_TWO_IN_THE_MORNING)
        assert needed in navigator.page.text
        assert needed in navigator.open(f"{MINE}/{referral_id}/answers").text

        progress(world, referral_id, 1, ProgressStep.CLOSED)

        assert needed not in navigator.open(f"{MINE}/{referral_id}/answers").text


class TestASectionOfADraft:
    def test_is_changed_from_the_page_that_shows_all_answers(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, EVERYTHING)
        assert f"{NEW}/{draft_id}/change/contact" in navigator.page.text
        before = navigator.page.text

        where = f"{NEW}/{draft_id}/change/contact"
        page = navigator.open(where)
        changed = navigator.send(fields_of(page.text) | {"young_person.phone": "07700 900983"}, path=where)

        assert "Check your answers" in changed.text
        assert "<bdi>07700 900983</bdi>" in changed.text
        assert changed.text.count("bdi>") == before.count("bdi>")

    def test_keeps_what_is_wrong_and_leads_to_it(self, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)
        where = f"{NEW}/{draft_id}/change/person"
        page = navigator.open(where)

        wrong = navigator.send(fields_of(page.text) | {"young_person.age_about": "300"}, path=where)

        assert wrong.status_code == 422
        assert "must be between 0 and 120" in wrong.text
        assert 'value="300"' in wrong.text

    def test_changed_in_another_tab_is_not_overwritten_silently(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)
        where = f"{NEW}/{draft_id}/change/person"
        fields = fields_of(navigator.open(where).text)
        navigator.send(fields | {"young_person.name": "First"}, path=where)

        refused = navigator.send(fields | {"young_person.name": "Second"}, path=where)

        assert "was changed in another tab" in refused.text
        [row] = world.rows(drafts)
        assert row.answers["young_person.name"] == ["First"]


def test_what_was_sent_can_be_printed_without_a_script(navigator: Browser, referral_id: UUID) -> None:
    page = navigator.open(f"{MINE}/{referral_id}/answers").text

    assert "use “Print” in your browser’s menu" in page
    assert "<details" not in page
    assert "Received" in page
