"""Who saw this referral: the audit page finds the lists that showed it as well as who opened it."""

from uuid import uuid4

from services.contracts.codes import RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import ReviewWorld


class TestWhoSawAReferral:
    def test_is_found_by_its_id_in_lists_and_in_what_was_opened(self, review_world: ReviewWorld) -> None:
        referral, reviewer = review_world.referral(), review_world.reviewer()
        reviewer.get("/casework/reviews")
        reviewer.get(referral.page)
        auditor = review_world.reviewer(uuid4(), role=Role.DATA_PROTECTION_OFFICER)

        page = text_of(auditor.get(f"/casework/audit?subject={referral.id}"))

        assert "reviews.listed" in page
        assert "review.read" in page
        assert str(make.REVIEWER) in page
        assert "reviews.listed" in text_of(auditor.get(f"/casework/audit?subject={referral.review_id}"))
        assert "No rows." in text_of(auditor.get(f"/casework/audit?subject={uuid4()}"))

    def test_is_found_where_a_team_saw_it_as_a_case(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.get("/casework/queue?tab=team")
        worker.post("/casework/queue/next")
        worker.get(f"/casework/cases/{case_id}")
        auditor = review_world.reviewer(uuid4(), role=Role.DATA_PROTECTION_OFFICER)

        page = text_of(auditor.get(f"/casework/audit?subject={referral.id}&actor={worker.token}"))

        assert "cases.listed" in page
        assert "case.read" in page
