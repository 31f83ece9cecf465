"""A case that a decision opened tells its worker why, but neither the reviewer's own view nor the estimate."""

from services.contracts.codes import RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_world import ReviewWorld

API = "/casework/api/v1/cases"


class TestACaseThatADecisionOpened:
    def test_shows_its_worker_the_facts_and_why_and_not_the_own_view_or_the_estimate(
        self, review_world: ReviewWorld
    ) -> None:
        referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        assert worker.post("/casework/queue/next").headers["Location"].startswith(f"/casework/cases/{case_id}")

        values = worker.get(f"/casework/cases/{case_id}").text + worker.get(f"{API}/{case_id}").text

        assert referral.event["reference"] in values
        assert "Fern Fiction" in values
        assert values.count("Decisionmark") == len(["the page", "the API"])
        for mark in ("Ownviewmark", "0.12", "12 in 100", "estimate", "Thing number", "raised"):
            assert mark not in values

    def test_shows_the_review_and_its_estimate_to_no_caseworker(self, review_world: ReviewWorld) -> None:
        referral, _ = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)

        for address in (referral.page, referral.api, f"{referral.api}/estimate", f"{referral.page}/estimate"):
            assert worker.get(address).status_code == 403

    def test_is_due_by_its_level_and_not_moved_by_an_amendment_which_its_worker_reads(
        self, review_world: ReviewWorld
    ) -> None:
        referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")
        due_before = worker.get(f"{API}/{case_id}").json["due_at"]

        basis = make.a_basis(RecipientClass.SUPPORT_SERVICE)
        referral.amended(bases=[make.a_basis(RecipientClass.TRIAGE), basis], facts={"injury": "admitted"})

        answer = worker.get(f"{API}/{case_id}").json
        assert answer["due_at"] == due_before
        assert [change["kind"] for change in answer["whole"]["changes"]] == ["amended"]
        assert answer["whole"]["facts"]["injury"] == "admitted"

    def test_is_hidden_from_its_team_when_an_amendment_takes_its_basis_away(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")

        referral.amended(bases=[make.a_basis(RecipientClass.TRIAGE)])

        assert worker.get(f"{API}/{case_id}").status_code == 404
        assert worker.get(f"{API}?list=mine").json["items"] == []
