"""The pages of a review, through HTTP, on both databases."""

import re
from typing import Any

import pytest

from services.casework.adapters.review_tables import decisions, own_views, reviews
from services.casework.adapters.tables import bases
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_world import Referred, ReviewWorld, an_own_view

SUPPORT = RecipientClass.SUPPORT_SERVICE


def text_of(response: Any) -> str:
    """What a person reads on the page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True)))


def view(client: Client, referred: Referred, **said: str) -> Any:
    form = {"key": "view", "next": "estimate", "facts_version": "1", **an_own_view(), **said}
    return client.post(f"{referred.page}/own-view", form)


def decide(client: Client, referred: Referred, **said: str) -> Any:
    form = {
        "key": "decision",
        "facts_version": "1",
        "level": "planned",
        "pathway": "early_intervention:early-help",
        "reasons": "Wants help.",
        **said,
    }
    return client.post(f"{referred.page}/decision", form)


class TestTheList:
    def test_shows_initials_due_first_and_who_has_it_open(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        later, sooner = review_world.referral(), review_world.referral(danger=True)
        client.get(sooner.page)

        page = text_of(client.get("/casework/reviews"))

        assert page.index(sooner.event["reference"]) < page.index(later.event["reference"])
        assert "May be in danger now" in page
        assert "You" in page
        assert "Nobody yet" in page
        assert "Fern Fiction" not in page

    def test_says_so_when_nothing_waits(self, review_world: ReviewWorld) -> None:
        assert "No referral waits for a review in your areas" in text_of(
            review_world.reviewer().get("/casework/reviews")
        )

    def test_is_empty_for_a_police_organisation_whatever_the_role(self, review_world: ReviewWorld) -> None:
        referred = review_world.referral()
        police = review_world.reviewer(make.COLLEAGUE, organisation=OrganisationClass.POLICE)

        assert referred.event["reference"] not in text_of(police.get("/casework/reviews"))
        assert police.get(referred.page).status_code == 404

    def test_leaves_out_other_areas_own_referrals_and_what_triage_may_not_be_told(
        self, review_world: ReviewWorld
    ) -> None:
        client = review_world.reviewer()
        hidden = [
            review_world.referral(area="westborough"),
            review_world.referral(referred_by={"staff_id": str(make.REVIEWER)}),
            review_world.referral(triage=False),
        ]

        page = text_of(client.get("/casework/reviews"))

        for referred in hidden:
            assert referred.event["reference"] not in page
            assert client.get(referred.page).status_code == 404

    def test_is_for_reviewers_alone(self, review_world: ReviewWorld) -> None:
        scientist = review_world.reviewer(make.COLLEAGUE, role=Role.DATA_SCIENTIST)

        assert scientist.get("/casework/reviews").status_code == 403

    def test_gives_the_next_referral_to_one_reviewer_at_a_time(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral()

        first, second = client.post("/casework/reviews/next"), other.post("/casework/reviews/next")

        assert referred.page in first.location
        assert second.location.endswith("done=none")

    def test_has_a_next_page(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        references = {review_world.referral().event["reference"] for _ in range(3)}

        first = client.get("/casework/reviews?limit=2")
        cursor = re.search(r'href="([^"]*cursor=[^"]*)"', first.get_data(as_text=True))
        assert cursor is not None
        second = client.get(cursor[1].replace("&amp;", "&"))

        seen = [reference for reference in references if reference in text_of(first)]
        assert len(seen) == 2
        assert all(reference in text_of(second) for reference in references - set(seen))

    def test_what_changed_after_the_decision_is_shown_to_the_decider_until_read(
        self, review_world: ReviewWorld
    ) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        view(client, referred)
        decide(client, referred, pathway="no_further_action")

        referred.amended()
        page = client.get("/casework/reviews")
        address = re.search(r'action="([^"]*changes[^"]*)"', page.get_data(as_text=True))
        assert address is not None
        client.post(address[1])

        assert "The referrer changed the referral" in text_of(page)
        assert "Changes to read" not in text_of(client.get("/casework/reviews"))


class TestTheFirstStep:
    def test_tells_the_facts_and_claims_the_review(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)

        page = text_of(client.get(referred.page))

        assert "What do you think?" in page
        assert "Fern Fiction" in page
        assert "I want it to stop." in page
        assert "An adult they trust" in page
        assert review_world.rows(reviews)[0]["claimed_by"] == make.REVIEWER

    def test_works_before_the_details_have_come(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT, details=False)

        assert "Details arriving" in text_of(client.get(referred.page))
        assert view(client, referred).status_code == 303
        assert decide(client, referred).status_code == 303

    def test_says_who_else_has_it_and_lets_it_be_taken_over(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral()
        client.get(referred.page)

        assert "Remi Reviewer has this referral open" in text_of(other.get(referred.page))
        other.post(f"{referred.page}/claim")

        assert review_world.rows(reviews)[0]["claimed_by"] == make.COLLEAGUE

    def test_leads_to_the_estimate_or_past_it(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        one, two, three = (review_world.referral() for _ in range(3))

        assert view(client, one).location == f"{one.page}/estimate"
        assert view(client, two, next="decision").location == f"{two.page}/decision"
        assert view(client, three, level="not_enough_information").location == f"{three.page}/question"

    def test_sent_twice_is_one_view(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()

        answers = [view(client, referred), view(client, referred), view(client, referred, key="other")]

        assert [answer.status_code for answer in answers] == [303, 303, 303]
        assert len(review_world.rows(own_views)) == 1

    def test_keeps_what_was_typed_and_names_each_fault(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()

        page = client.post(f"{referred.page}/own-view", {"key": "view", "why": "Typed already."})

        assert page.status_code == 422
        assert "Select how much support you think they need" in text_of(page)
        assert "Select how sure you are" in text_of(page)
        assert "Typed already." in text_of(page)

    def test_of_changed_facts_is_asked_for_again(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        view(client, referred)

        referred.amended()
        page = text_of(client.get(referred.page))
        stale = view(client, referred, key="again")
        again = view(client, referred, key="again", facts_version="2")

        assert "The referrer changed the facts after your view" in page
        assert stale.status_code == 422
        assert "This review has changed since you opened it" in text_of(stale)
        assert again.status_code == 303

    def test_closes_a_withdrawn_referral_only_when_a_person_confirms(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()

        referred.withdrawn()
        page = text_of(client.get(referred.page))
        still_open = review_world.rows(reviews)[0]["state"]
        client.post(f"{referred.page}/withdrawal")

        assert "The referrer asks to withdraw this referral" in page
        assert still_open == "being_read"
        assert review_world.rows(reviews)[0]["state"] == "closed"

    def test_shows_a_match_only_where_both_referrals_may_be_known(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred, known, unknown = (
            review_world.referral(),
            review_world.referral(),
            review_world.referral(area="westborough"),
        )
        referred.looks_like(known)
        referred.looks_like(unknown)

        page = text_of(client.get(referred.page))

        assert known.event["reference"] in page
        assert "Agrees: name, postcode" in page
        assert unknown.event["reference"] not in page


class TestTheSecondStep:
    def test_is_reached_after_the_first_alone(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        referred.estimated()

        for step in ("estimate", "decision", "question"):
            answer = client.get(f"{referred.page}/{step}")
            assert (answer.status_code, answer.location) == (303, referred.page)
        assert decide(client, referred).location == referred.page
        assert review_world.rows(decisions) == []

    def test_another_reviewers_view_opens_it_for_nobody_else(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral()
        referred.estimated()
        view(client, referred)

        assert other.get(f"{referred.page}/estimate").location == referred.page

    def test_tells_the_chance_both_ways_and_in_whole_persons(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        referred.estimated(probability=0.1234)
        view(client, referred)

        page = text_of(client.get(f"{referred.page}/estimate"))

        assert "Higher than usual chance of being harmed by violence" in page
        assert page.index("it happens to about 5") < page.index("it happened to about 12") < page.index("about 88")
        assert "Invented data: not for decisions" in page
        assert "0.1" not in page
        assert "12.3" not in page

    def test_shows_six_and_the_others_together(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        referred.estimated(features=9)
        view(client, referred)

        page = text_of(client.get(f"{referred.page}/estimate"))
        bars = page[: page.index("Show as table")]

        assert "Thing number 5" in bars
        assert "Thing number 6" not in bars
        assert "All 3 others together" in bars
        assert "moved the estimate up most" in bars
        assert "recorded by the police" in bars
        assert "Thing number 8" in page
        for heading in ("Rationale", "Responsibility", "Data", "Fairness", "Safety and performance", "Impact"):
            assert heading in page

    @pytest.mark.parametrize("comes", [True, False])
    def test_is_no_obstacle_without_an_estimate(self, review_world: ReviewWorld, comes: bool) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        if comes:
            referred.not_estimated()
        view(client, referred)

        page = text_of(client.get(f"{referred.page}/estimate"))

        assert ("Estimates are turned off." if comes else "No estimate has come.") in page
        assert "Decide without it." in page
        assert decide(client, referred, beside="estimate").status_code == 303

    def test_a_decision_without_looking_leaves_no_showing(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        referred.estimated()
        view(client, referred, next="decision")

        page = text_of(client.get(f"{referred.page}/decision"))
        decide(client, referred)

        assert "chance of" not in page
        assert "What moved" not in page
        assert review_world.rows(decisions)[0]["shown_at"] is None

    def test_what_was_seen_cannot_be_left_out(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        referred.estimated()
        view(client, referred)
        client.get(f"{referred.page}/estimate")

        assert client.get(f"{referred.page}/decision").location == f"{referred.page}/estimate"
        answer = decide(client, referred, level="none")

        assert answer.status_code == 422
        assert "Say why your decision differs from the estimate" in text_of(answer)

    def test_asks_why_a_decision_differs_from_what_was_shown(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        referred.estimated()
        view(client, referred)
        client.get(f"{referred.page}/estimate")

        bare = decide(client, referred, beside="estimate", level="none")
        given = decide(client, referred, beside="estimate", level="none", difference_reasons="information_wrong")

        assert bare.status_code == 422
        assert given.status_code == 303
        assert review_world.rows(decisions)[0]["agrees"] is False

    def test_ends_with_a_record_that_cannot_be_changed(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        view(client, referred)
        decide(client, referred)

        page = text_of(client.get(referred.page))

        assert "Decided" in page
        assert "by Remi Reviewer" in page
        assert "Early help" in page
        assert "Wants help." in page
        assert "Save my view" not in page
        assert "Record decision" not in page

    def test_a_second_decision_is_told_who_decided_what(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral(SUPPORT)
        for one in (client, other):
            view(one, referred)
        decide(client, referred)

        answer = decide(other, referred, pathway="no_further_action")

        assert answer.status_code == 409
        assert "Somebody has already decided this referral" in text_of(answer)
        assert "by Remi Reviewer" in text_of(answer)
        assert len(review_world.rows(decisions)) == 1


class TestRouting:
    def test_says_that_a_hand_over_waits_to_be_confirmed(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(RecipientClass.CHILDRENS_SERVICES)
        view(client, referred)
        decide(client, referred, pathway="safeguarding:childrens-services")

        assert "The hand-over stays open until the team has confirmed it." in text_of(client.get(referred.page))

    def test_is_blocked_until_a_basis_says_that_the_team_may_be_told(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        view(client, referred, next="decision")
        page = text_of(client.get(f"{referred.page}/decision"))

        blocked = decide(client, referred, pathway="youth_justice:youth-justice")
        basis = {"key": "b", "recipient": "youth_justice", "basis": "safeguarding", "reason": "He is carrying a knife."}
        client.post(f"{referred.page}/bases", basis)
        taken = decide(client, referred, pathway="youth_justice:youth-justice")

        assert "Not possible yet: no lawful basis says that they may be told." in page
        assert blocked.status_code == 422
        assert "There is no lawful basis for telling this team" in text_of(blocked)
        assert taken.status_code == 303

    def test_takes_no_consent_from_a_reviewer(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()

        basis = {"key": "b", "recipient": "youth_justice", "basis": "consent_young_person", "reason": "He nodded."}
        answer = client.post(f"{referred.page}/bases", basis)

        assert answer.status_code == 422
        assert len(review_world.rows(bases)) == 1

    @pytest.mark.parametrize(("age", "proposed"), [(16, "Youth justice"), (19, "Adult services")])
    def test_says_what_a_weapon_found_by_police_proposes(
        self, review_world: ReviewWorld, age: int, proposed: str
    ) -> None:
        client = review_world.reviewer()
        found = {"weapon_found_by_police_on": "2026-11-19"}
        by_police = review_world.referral(age=age, facts=found, referred_by={"organisation_class": "police"})
        by_navigator = review_world.referral(age=age, facts=found)
        pages = []
        for referred in (by_police, by_navigator):
            view(client, referred, next="decision")
            pages.append(text_of(client.get(f"{referred.page}/decision")))

        assert f"proposes: {proposed}." in pages[0]
        assert "Operation Deter" not in pages[1]

    def test_refuses_a_team_that_serves_another_age(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(RecipientClass.ADULT_SERVICES)
        view(client, referred)

        answer = decide(client, referred, pathway="adult_services:adult-services")

        assert answer.status_code == 422
        assert "No team for this pathway serves this area and age" in text_of(answer)

    @pytest.mark.parametrize("sent", ["nowhere", "early_intervention:no-such-team", "early_intervention", "🙂" * 60])
    def test_refuses_what_was_not_offered(self, review_world: ReviewWorld, sent: str) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        view(client, referred)

        assert decide(client, referred, pathway=sent).status_code == 422
        assert review_world.rows(decisions) == []


class TestAQuestion:
    def test_stops_the_clock_and_is_told(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        view(client, referred, level="not_enough_information")

        answer = client.post(f"{referred.page}/question", {"key": "q", "question": "safe_contact"})
        page = text_of(client.get(referred.page))

        assert answer.status_code == 303
        assert "Clock stopped since" in page
        assert "What is a safe way to contact the young person?" in page

    def test_is_refused_in_plain_words_where_there_may_be_danger(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(danger=True)
        view(client, referred, level="not_enough_information")

        page = text_of(client.get(f"{referred.page}/question"))
        answer = client.post(f"{referred.page}/question", {"key": "q", "question": "safe_contact"})

        assert "this cannot wait for an answer" in page
        assert answer.status_code == 422
        assert review_world.rows(reviews)[0]["paused_at"] is None
