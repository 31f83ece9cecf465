"""The referral form, without JavaScript: what is typed is kept, what is sent is one referral."""

from typing import Any

import pytest

from services.intake.adapters.tables import drafts, identities, narratives, referral_versions, referrals
from services.intake.application.drafts import DRAFT_LIFETIME
from services.platform.db import housekeeping
from services.platform.i18n import field_name
from tests.integration.intake.world import Browser, World

NEW = "/intake/referrals/new"
AT_TWO_IN_THE_MORNING = {
    "young_person.name": "Jay",
    "young_person.age_about": "15",
    "what_happened": ["knife_or_sharp_object", "exploitation_concern"],
    "immediate_danger": "no",
    "contact.safe": "not_known",
    "bases.0.recipient_class": "triage",
    "bases.0.basis": "consent_young_person",
}
EVERYTHING = AT_TWO_IN_THE_MORNING | {
    "young_person.age_about": "",
    "young_person.date_of_birth-day": "27",
    "young_person.date_of_birth-month": "3",
    "young_person.date_of_birth-year": "2011",
    "contact.safe": ["phone", "through_trusted_adult"],
    "contact.note": "Her aunt answers after school",
    "young_person.phone": "07700 900982",
    "contact.do_not": ["at_home"],
    "involvement": ["victim", "suspected"],
    "concern.own_words": "I want it to stop",
    "bases.0.basis": "safeguarding",
    "told.young_person": "no",
    "told.reason": "Asleep",
    "police.told": "decided_not",
    "police.reason": "They would not come back to us",
    "incident.happened_at-day": "21",
    "incident.happened_at-month": "11",
    "incident.happened_at-year": "2026",
    "incident.happened_at-time": "10.40pm",
    "facts.retaliation_feared": "yes",
    "facts.missing_episodes_12m": "2",
    "young_person.nhs_number": "999 000 0018",
    "bases.1.recipient_class": "support_service",
    "bases.1.basis": "consent_parent_or_carer",
    "bases.1.given_by": "Mother",
    "equality.sex": "male",
    "area": "riverside",
}


@pytest.fixture
def navigator(world: World) -> Browser:
    return world.browser("navigator")


def happened(day: str, month: str, year: str, clock: str) -> dict[str, str]:
    """When it happened, as it is typed."""
    name = "incident.happened_at"
    return {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year, f"{name}-time": clock}


def until(day: str, month: str, year: str, *, row: int = 1) -> dict[str, str]:
    """A last day as it is typed: of a support service that is told, unless another row is named."""
    parts = (("day", day), ("month", month), ("year", year))
    told = {"bases.1.recipient_class": "support_service", "bases.1.basis": "safeguarding"}
    return told | {f"bases.{row}.expires_on-{part}": text for part, text in parts}


def check_page(browser: Browser, fields: dict[str, Any]) -> str:
    """Fill the form and go on. Gives the draft's id."""
    browser.open(NEW)
    draft_id = browser.hidden()["draft"]
    browser.send(fields, path=NEW)
    return draft_id


class TestTheForm:
    def test_makes_a_referral_of_a_nickname_about_15_and_a_knife_injury(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)
        assert "Check your answers" in navigator.page.text

        receipt = navigator.send({}, path=f"{NEW}/{draft_id}/send")

        assert world.rows(referrals)[0].reference in receipt.text
        assert "Referral sent" in receipt.text

    @pytest.mark.parametrize("typed", ["about 15", " About 15 ", "around 15", "~15"])
    def test_takes_an_age_as_people_say_it(self, world: World, navigator: Browser, typed: str) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING | {"young_person.age_about": typed})
        assert "Check your answers" in navigator.page.text

        navigator.send({}, path=f"{NEW}/{draft_id}/send")

        assert [row.age for row in world.rows(referral_versions)] == [15]

    def test_sends_all_that_was_said(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, EVERYTHING)
        navigator.send({}, path=f"{NEW}/{draft_id}/send")

        told = world.events("intake.referral.received")[0]

        assert (told["age"], told["area"]) == (15, "riverside")
        assert told["facts"]["involvement"] == ["victim", "suspected"]
        assert told["facts"]["missing_episodes_12m"] == 2
        assert [one["recipient_class"] for one in told["bases"]] == ["triage", "support_service"]
        assert world.rows(narratives)[0].texts["police"] == {"reason": "They would not come back to us"}
        texts = world.events("intake.narrative.recorded")[0]["texts"]
        assert (texts["happened_at"], texts["consent_given_by"]) == ("2026-11-21T22:40+00:00", "Mother")

    def test_ticks_nothing_for_anybody(self, navigator: Browser) -> None:
        assert " checked" not in navigator.open(NEW).text

    def test_asks_for_all_five_at_once_and_keeps_what_was_typed(self, navigator: Browser) -> None:
        check_page(navigator, {"young_person.name": "Jay <b>", "concern.own_words": "Kept words"})

        page = navigator.page
        assert page.status_code == 422
        assert page.text.count('<li><a href="#') + page.text.count('<a href="#young') >= 1
        for field in (
            "young-person-date-of-birth-day",
            "what-happened",
            "immediate-danger",
            "contact-safe",
            "bases-0-recipient-class",
        ):
            assert f'href="#{field}"' in page.text
            assert f'id="{field}"' in page.text
        assert "Jay &lt;b&gt;" in page.text
        assert "Kept words" in page.text
        assert "<title>Error:" in " ".join(page.text.split())

    def test_shows_a_rule_s_refusal_at_its_field(self, navigator: Browser) -> None:
        check_page(navigator, AT_TWO_IN_THE_MORNING | {"young_person.age_about": "9"})

        assert navigator.page.status_code == 422
        assert "refer to children’s services" in navigator.page.text
        assert 'href="#young-person-age-about"' in navigator.page.text

    @pytest.mark.parametrize(
        ("field", "label"),
        [("young_person.name", "Name or nickname"), ("concern.concern", "What are you worried about?")],
    )
    @pytest.mark.parametrize("character", ["\U000e0041", "\ue000", "\u0378", "\u3164", "\u2800"])
    def test_names_the_field_with_characters_that_nobody_can_read(
        self, navigator: Browser, field: str, label: str, character: str
    ) -> None:
        check_page(navigator, EVERYTHING | {field: f"Row{character}an"})

        assert navigator.page.status_code == 422
        assert navigator.page.text.count(f"{field_name(label)} includes characters that cannot be read") == 2
        assert f'href="#{field.replace(".", "-").replace("_", "-")}"' in navigator.page.text

    def test_asks_which_of_two_times_is_meant_when_the_clocks_go_back(self, navigator: Browser) -> None:
        back = happened("25", "Oct", "2026", "1:30am")
        check_page(navigator, EVERYTHING | back)

        assert navigator.page.status_code == 422
        assert "Select whether it is before or after the clocks go back" in navigator.page.text
        assert 'href="#incident-happened-at-clocks"' in navigator.page.text
        assert 'id="incident-happened-at-clocks"' in navigator.page.text
        for clocks in ("before", "after"):
            check_page(navigator, EVERYTHING | back | {"incident.happened_at-clocks": clocks})
            assert f"25 October 2026 at 1:30am ({clocks} the clocks go back)" in navigator.page.text

    def test_refuses_an_hour_that_the_clocks_skip(self, navigator: Browser) -> None:
        check_page(navigator, EVERYTHING | happened("29", "March", "2026", "1.30"))

        assert navigator.page.status_code == 422
        assert "the clocks go forward past that time" in navigator.page.text

    def test_takes_a_month_by_its_name_and_cleans_what_is_pasted_with_a_number(self, navigator: Browser) -> None:
        typed = {
            "young_person.date_of_birth-day": "3 March", "young_person.date_of_birth-month": "",
            "young_person.date_of_birth-year": "\u00a02011", "young_person.age_about": "",
            "young_person.nhs_number": "\u202a999\u00a0000\u20130018\u202c",
            "young_person.postcode": "DN55\u00a01PT\u200b", "young_person.phone": "07700\u00a0900\u2013982",
        }  # fmt: skip
        check_page(navigator, EVERYTHING | typed)

        assert "3 March 2011" in navigator.page.text
        for number in ("9990000018", "DN55 1PT", "07700 900982"):
            assert number in navigator.page.text

    @pytest.mark.parametrize("time", ["25:00", "late", "", "14:30am", "9"])
    def test_refuses_a_time_that_is_none(self, navigator: Browser, time: str) -> None:
        check_page(navigator, EVERYTHING | {"incident.happened_at-time": time})

        assert navigator.page.status_code == 422
        assert 'href="#incident-happened-at-day"' in navigator.page.text
        assert "“When did it happen?” must have a time, for example 14:30 or 2:30pm" in navigator.page.text

    def test_names_each_field_that_is_too_long_with_its_limit(self, navigator: Browser) -> None:
        check_page(navigator, EVERYTHING | {"concern.concern": "x" * 1001, "young_person.name": "y" * 101})

        assert "“What are you worried about?” must be 1,000 characters or fewer" in navigator.page.text
        assert "Name or nickname must be 100 characters or fewer" in navigator.page.text

    def test_does_not_tell_a_recipient_that_is_not_ticked(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING | {"bases.5.basis": "public_interest"})
        navigator.send({}, path=f"{NEW}/{draft_id}/send")

        assert len(world.events("intake.referral.received")[0]["bases"]) == 1

    def test_tells_until_when_a_recipient_may_be_told(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING | until("24", "12", "2026"))
        assert "until 24 December 2026" in navigator.page.text
        navigator.send({}, path=f"{NEW}/{draft_id}/send")

        assert world.events("intake.referral.received")[0]["bases"][1]["expires_on"] == "2026-12-24"

    def test_refuses_a_last_day_that_is_past(self, navigator: Browser) -> None:
        check_page(navigator, AT_TWO_IN_THE_MORNING | until("21", "11", "2026"))

        assert navigator.page.status_code == 422
        assert 'href="#bases-1-expires-on-day"' in navigator.page.text
        assert 'id="bases-1-expires-on-day"' in navigator.page.text

    def test_offers_no_last_day_for_triage_and_refuses_one_at_its_field(self, navigator: Browser) -> None:
        page = navigator.open(NEW)
        assert "bases.1.expires_on-day" in page.text
        assert "bases.0.expires_on-day" not in page.text

        check_page(navigator, AT_TWO_IN_THE_MORNING | until("24", "12", "2026", row=0))

        assert navigator.page.status_code == 422
        assert "Leave the triage team’s last day blank." in navigator.page.text
        assert 'href="#bases-0-expires-on-day"' in navigator.page.text
        assert 'id="bases-0-expires-on-day"' in navigator.page.text

    def test_lets_an_optional_answer_be_taken_back(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, EVERYTHING)
        page = navigator.open(f"{NEW}?draft={draft_id}")
        assert 'name="equality.sex" type="radio" value=""' in " ".join(page.text.split())
        navigator.send(EVERYTHING | {"equality.sex": "", "facts.retaliation_feared": ""}, path=NEW)
        navigator.send({}, path=f"{NEW}/{draft_id}/send")

        assert not world.events("intake.equality.recorded")
        assert "retaliation_feared" not in world.events("intake.referral.received")[0]["facts"]

    def test_offers_a_hospital_no_gateway_and_a_school_one(self, world: World, navigator: Browser) -> None:
        assert "bases.3.gateway" not in navigator.open(NEW).text
        assert "bases.3.gateway" in world.browser("school").open(NEW).text

    def test_is_for_those_who_refer(self, world: World) -> None:
        assert world.browser("reviewer").open(NEW).status_code == 403


class TestDanger:
    fields = AT_TWO_IN_THE_MORNING | {"immediate_danger": "yes"}

    def test_interrupts_with_the_local_procedure_and_keeps_the_referral(self, world: World, navigator: Browser) -> None:
        check_page(navigator, self.fields)

        assert "call 999" in navigator.page.text
        assert len(world.rows(drafts)) == 1

    def test_sends_from_there(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, self.fields)

        receipt = navigator.send({}, path=f"{NEW}/{draft_id}/send")

        assert len(world.rows(referrals)) == 1
        assert "This referral does not call anyone" in receipt.text


class TestSending:
    def test_twice_is_one_referral(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)

        hidden = navigator.hidden()
        answers = [navigator.client.post(f"{NEW}/{draft_id}/send", data=hidden).headers["Location"] for _ in range(3)]

        assert len(world.rows(referrals)) == 1
        assert len(set(answers)) == 1

    def test_leaves_nothing_of_what_was_typed_in_the_draft(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)
        navigator.send({}, path=f"{NEW}/{draft_id}/send")

        assert [(row.answers, row.referral_id is None) for row in world.rows(drafts)] == [(None, False)]
        assert "Referral sent" in navigator.open(f"{NEW}?draft={draft_id}").text
        assert "Referral sent" in navigator.open(f"{NEW}/{draft_id}/check").text

    def test_from_another_site_is_refused(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)

        assert navigator.client.post(f"{NEW}/{draft_id}/send", data={}).status_code == 403
        assert not world.rows(referrals)


class TestADraft:
    def test_can_be_left_and_finished_later(self, navigator: Browser) -> None:
        draft_id = check_page(navigator, {"young_person.name": "Jay", "act": "later"})
        assert f"{NEW}?draft={draft_id}" in navigator.page.text

        assert 'value="Jay"' in navigator.open(f"{NEW}?draft={draft_id}").text

    def test_is_its_writer_s_alone(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)
        colleague = world.browser("colleague")

        for path in (f"{NEW}?draft={draft_id}", f"{NEW}/{draft_id}/check", f"{NEW}/{draft_id}/danger"):
            assert colleague.open(path).status_code == 404
        colleague.open(NEW)
        assert colleague.send({}, path=f"{NEW}/{draft_id}/send").status_code == 404
        assert colleague.send({"draft": draft_id} | AT_TWO_IN_THE_MORNING, path=NEW).status_code == 404
        colleague.open(NEW)
        colleague.send({}, path=f"{NEW}/{draft_id}/drop")
        assert len(world.rows(drafts)) == 1

    def test_can_be_thrown_away(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)

        navigator.send({}, path=f"{NEW}/{draft_id}/drop")

        assert not world.rows(drafts)

    def test_can_be_thrown_away_before_it_is_whole(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, {"young_person.name": "Jay", "act": "later"})
        assert f'action="{NEW}/{draft_id}/drop"' in navigator.page.text

        navigator.send({}, path=f"{NEW}/{draft_id}/drop")

        assert "Draft deleted." in navigator.page.text
        assert not world.rows(drafts)

    def test_ends_when_it_was_left_alone_too_long(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, AT_TWO_IN_THE_MORNING)
        world.clock.at += DRAFT_LIFETIME

        assert navigator.open(f"{NEW}/{draft_id}/check").status_code == 404

    def test_goes_by_itself_then(self, world: World, navigator: Browser) -> None:
        check_page(navigator, AT_TWO_IN_THE_MORNING)
        world.clock.at += DRAFT_LIFETIME
        housekeeping.purge(world.service)
        assert len(world.rows(drafts)) == 1
        world.clock.go_on(hours=1)

        housekeeping.purge(world.service)

        assert not world.rows(drafts)

    def test_survives_the_end_of_the_session(self, world: World, navigator: Browser) -> None:
        navigator.open(NEW)
        draft_id = navigator.hidden()["draft"]
        navigator.sign_out()

        answer = navigator.send(AT_TWO_IN_THE_MORNING, path=NEW)

        assert answer.status_code == 401
        assert "Your draft is saved" in answer.text
        assert "Jay" not in answer.text
        navigator.sign_in("navigator")
        assert 'value="Jay"' in navigator.open(f"{NEW}?draft={draft_id}").text

    @pytest.mark.parametrize("forged", [{"form_key": "x"}, {"form_key": "é"}, {"form_key": ""}, {"staff": "not an id"}])
    def test_is_not_made_by_anybody_without_a_session(self, world: World, forged: dict[str, str]) -> None:
        navigator = world.browser("navigator")
        navigator.open(NEW)
        hidden = navigator.hidden() | forged
        navigator.sign_out()

        answer = navigator.client.post(NEW, data=hidden | {"young_person.name": "Forged"})

        assert answer.status_code == 401
        assert not world.rows(drafts)


class TestWhatIsKept:
    def test_is_apart_from_who_it_is(self, world: World, navigator: Browser) -> None:
        draft_id = check_page(navigator, EVERYTHING)
        navigator.send({}, path=f"{NEW}/{draft_id}/send")

        assert [row.name for row in world.rows(identities)] == ["Jay"]
        for table in world.service.metadata.sorted_tables:
            if table.name not in ("identities", "outbox", "drafts"):
                assert "Jay" not in str(world.rows(table)), table.name
