"""The second step of a review: the estimate, the decision, the routing and the question, through HTTP."""

import pytest

from services.casework.adapters.review_tables import decisions, reviews
from services.casework.adapters.tables import bases, platform
from services.contracts import envelope
from services.contracts.casework import ProgressMadeV1
from services.contracts.codes import Question, RecipientClass
from tests.factories import reviews as make
from tests.integration.casework.review_form_steps import decide, text_of, view
from tests.integration.casework.review_world import ReviewWorld

SUPPORT = RecipientClass.SUPPORT_SERVICE


class TestTheSecondStep:
    def test_is_reached_after_the_first_alone(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        referred.estimated()

        for step in ("estimate", "decision", "question"):
            answer = client.get(f"{referred.page}/{step}")
            assert (answer.status_code, answer.location) == (303, referred.page)
        refused = decide(client, referred, reasons="Typed already.")
        assert refused.status_code == 422
        assert "Record your own view first" in text_of(refused)
        assert "Typed already." in text_of(refused)
        assert review_world.rows(decisions) == []

    def test_another_reviewers_view_opens_it_for_nobody_else(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral()
        referred.estimated()
        view(client, referred)

        assert other.get(f"{referred.page}/estimate").location == referred.page

    def test_states_the_chance_both_ways_and_in_whole_persons(self, review_world: ReviewWorld) -> None:
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

    def test_names_the_values_that_the_model_has_seen_too_few_of(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        referred.estimated(features=9, few_seen=8)
        view(client, referred)

        page = text_of(client.get(f"{referred.page}/estimate"))
        body = client.get(f"{referred.api}/estimate").get_json()["estimate"]["contributions"]

        listed = "The model has seen too few young people with these answers to be sure what they mean. Use your own judgement on these:"
        assert page.count(listed) == 1
        assert page.count("too few young people with this answer") == 1
        [marked] = [part for part in body if part["few_seen"]]
        assert f"{listed} {marked['wording']}" in page
        assert marked["caution"] in page
        assert [part["caution"] for part in body if not part["few_seen"]] == [None] * 8

    def test_shows_six_and_the_others_together(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        referred.estimated(features=9)
        view(client, referred)

        page = text_of(client.get(f"{referred.page}/estimate"))
        bars = page[: page.index("Show as table")]

        assert "Thing number 5" in bars
        assert "Thing number 6" not in bars
        assert "3 other values that are known, together" in bars
        assert "Raises it most" in bars
        assert "about contact with the police" in bars
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

        assert ("Estimates are turned off." if comes else "There is no estimate to show you.") in page
        assert "Make your decision without an estimate." in page
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

        bare = decide(client, referred, beside="estimate", level="none", pathway="universal_support")
        given = decide(
            client,
            referred,
            beside="estimate",
            level="none",
            pathway="universal_support",
            difference_reasons="information_wrong",
        )

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

    def test_a_second_decision_shows_who_decided_what(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral(SUPPORT)
        for one in (client, other):
            view(one, referred)
        decide(client, referred)

        answer = decide(other, referred, level="none", pathway="no_further_action")

        assert answer.status_code == 409
        assert "A decision has already been recorded" in text_of(answer)
        assert "by Remi Reviewer" in text_of(answer)
        assert len(review_world.rows(decisions)) == 1


class TestRouting:
    def test_says_that_a_hand_over_waits_to_be_confirmed(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(RecipientClass.CHILDRENS_SERVICES)
        view(client, referred)
        decide(client, referred, pathway="safeguarding:childrens-services")

        assert "The hand-over stays open until the team has confirmed it." in text_of(client.get(referred.page))

    def test_is_blocked_until_a_lawful_basis_covers_the_team(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        view(client, referred, next="decision")
        page = text_of(client.get(f"{referred.page}/decision"))

        blocked = decide(client, referred, pathway="youth_justice:youth-justice")
        basis = {"key": "b", "recipient": "youth_justice", "basis": "safeguarding", "reason": "He is carrying a knife."}
        client.post(f"{referred.page}/bases", basis | {"revision": str(referred.revision)})
        taken = decide(client, referred, pathway="youth_justice:youth-justice")

        assert "Not available: no lawful basis recorded for this team." in page
        assert blocked.status_code == 422
        assert "This referral cannot be shared with the team yet" in text_of(blocked)
        assert taken.status_code == 303

    def test_takes_no_consent_from_a_reviewer(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()

        basis = {"key": "b", "recipient": "youth_justice", "basis": "consent_young_person", "reason": "He nodded."}
        answer = client.post(f"{referred.page}/bases", basis | {"revision": str(referred.revision)})

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
    def test_pauses_the_due_time_and_is_published(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        view(client, referred, level="not_enough_information")

        answer = client.post(
            f"{referred.page}/question", {"key": "q", "question": "safe_contact", "revision": str(referred.revision)}
        )
        page = text_of(client.get(referred.page))

        assert answer.status_code == 303
        assert "Paused until 24 November 2026 at 2:30am" in page
        assert "What is a safe way to contact the young person?" in page

    def test_is_refused_in_plain_words_where_there_may_be_danger(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(danger=True)
        view(client, referred, level="not_enough_information")

        page = text_of(client.get(f"{referred.page}/question"))
        answer = client.post(
            f"{referred.page}/question", {"key": "q", "question": "safe_contact", "revision": str(referred.revision)}
        )

        assert "this cannot wait for an answer" in page
        assert answer.status_code == 422
        assert review_world.rows(reviews)[0]["paused_at"] is None

    @pytest.mark.parametrize("through", ["the page", "the API"])
    def test_still_waits_for_the_referrer_when_the_review_is_taken_over(
        self, review_world: ReviewWorld, through: str
    ) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral()
        client.post(f"{referred.page}/claim")
        view(client, referred, level="not_enough_information")
        client.post(
            f"{referred.page}/question", {"key": "q", "question": "safe_contact", "revision": str(referred.revision)}
        )

        if through == "the page":
            other.post(f"{referred.page}/claim", {"take_over": "yes"})
        else:
            other.post_json(f"{referred.api}/claim", {"take_over": True})

        [review] = review_world.rows(reviews)
        body = [envelope.read(row["value"]) for row in review_world.rows(platform.outbox)]
        steps = [ProgressMadeV1.decode(event.data) for event in body if event.type == ProgressMadeV1.type]
        newest = max(steps, key=lambda step: step["version"])
        assert review["claimed_by"] == make.COLLEAGUE
        assert (newest["question"], newest["question_id"]) == (Question.SAFE_CONTACT, review["question_id"])
