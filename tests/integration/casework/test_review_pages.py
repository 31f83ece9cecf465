"""The list of reviews and the first step of one, through HTTP, on both databases."""

import re

import pytest

from services.casework.adapters.review_tables import own_views, reviews
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.review_form_steps import decide, text_of, view
from tests.integration.casework.review_world import ReviewWorld

SUPPORT = RecipientClass.SUPPORT_SERVICE


class TestTheList:
    def test_shows_initials_due_first_and_who_has_it_open(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        later, sooner = review_world.referral(), review_world.referral(danger=True)
        client.post(f"{sooner.page}/claim")

        page = text_of(client.get("/casework/reviews"))

        assert page.index(sooner.event["reference"]) < page.index(later.event["reference"])
        assert "May be in danger now" in page
        assert "You" in page
        assert "Unassigned" in page
        assert "Fern Fiction" not in page

    def test_says_so_when_nothing_waits(self, review_world: ReviewWorld) -> None:
        assert "No referrals in your areas are waiting for review" in text_of(
            review_world.reviewer().get("/casework/reviews")
        )

    def test_is_empty_for_a_police_organisation_whatever_the_role(self, review_world: ReviewWorld) -> None:
        referred = review_world.referral()
        police = review_world.reviewer(make.COLLEAGUE, organisation=OrganisationClass.POLICE)

        assert referred.event["reference"] not in text_of(police.get("/casework/reviews"))
        assert police.get(referred.page).status_code == 404

    def test_leaves_out_other_areas_own_referrals_and_what_no_basis_covers_for_triage(
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
        decide(client, referred, level="none", pathway="no_further_action")

        referred.amended()
        page = client.get("/casework/reviews")
        address = re.search(r'action="([^"]*changes[^"]*)"', page.get_data(as_text=True))
        assert address is not None
        client.post(address[1])

        assert "The referrer updated the referral" in text_of(page)
        assert "Changes to read" not in text_of(client.get("/casework/reviews"))


class TestTheFirstStep:
    def test_shows_the_facts_and_claims_nothing(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)

        page = text_of(client.get(referred.page))

        assert "What do you think?" in page
        assert "Fern Fiction" in page
        assert "I want it to stop." in page
        assert "An adult they trust" in page
        assert review_world.rows(reviews)[0]["claimed_by"] is None

    @pytest.mark.parametrize(
        ("area", "called"),
        [("northside", "Northside and the Quays"), ("old-town", "Old town")],
        ids=["told", "not told"],
    )
    def test_names_the_area_as_its_teams_call_it(self, review_world: ReviewWorld, area: str, called: str) -> None:
        referral = review_world.referral(area=area)

        page = text_of(review_world.reviewer(make.REVIEWER, area).get(referral.page))

        assert f"Area {called}" in page

    def test_works_before_the_details_have_come(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT, details=False)

        assert "Details not received yet" in text_of(client.get(referred.page))
        assert view(client, referred).status_code == 303
        assert decide(client, referred).status_code == 303

    @pytest.mark.parametrize(("needed", "shown"), [(True, True), (False, False), (None, False)])
    def test_shows_that_an_interpreter_is_needed_also_when_the_language_is_unknown(
        self, review_world: ReviewWorld, needed: bool | None, shown: bool
    ) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(interpreter_needed=needed)

        assert ("Interpreter needed" in text_of(client.get(referred.page))) is shown

    def test_says_who_else_has_it_and_lets_it_be_taken_over(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE, name="Rae Reviewer")
        referred = review_world.referral()
        client.post(f"{referred.page}/claim")

        assert "Remi Reviewer is reviewing this referral" in text_of(other.get(referred.page))
        other.post(f"{referred.page}/claim")
        stored = review_world.rows(reviews)[0]["claimed_by"]
        other.post(f"{referred.page}/claim", {"take_over": "yes"})

        assert (stored, review_world.rows(reviews)[0]["claimed_by"]) == (make.REVIEWER, make.COLLEAGUE)

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
        stale = view(client, referred, key="again", revision="1", why="Typed already.")
        again = view(client, referred, key="again")

        assert "The referrer updated this referral after you recorded your view" in page
        assert stale.status_code == 422
        assert "This review has changed since you opened it" in text_of(stale)
        assert "Typed already." in text_of(stale)
        assert again.status_code == 303

    def test_closes_a_withdrawn_referral_only_when_a_person_confirms(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()

        referred.withdrawn()
        page = text_of(client.get(referred.page))
        still_open = review_world.rows(reviews)[0]["state"]
        client.post(f"{referred.page}/withdrawal", {"revision": str(referred.revision)})

        assert "The referrer has asked to withdraw this referral" in page
        assert still_open == "waiting"
        assert review_world.rows(reviews)[0]["state"] == "closed"

    def test_closes_a_withdrawn_referral_that_a_question_waited_on(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        view(client, referred, level="not_enough_information")
        client.post(
            f"{referred.page}/question", {"key": "q", "question": "safe_contact", "revision": str(referred.revision)}
        )
        referred.withdrawn()

        client.post(f"{referred.page}/withdrawal", {"revision": str(referred.revision)})

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
