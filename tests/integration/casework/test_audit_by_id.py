"""Who saw this referral: the audit page finds the lists that showed it as well as who opened it."""

from typing import Any
from uuid import uuid4

from services.contracts.codes import RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_world import ReviewWorld


def rows(auditor: Any, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = auditor.get(
        "/casework/api/v1/audit/rows", query_string={**query, "limit": "100"}
    ).get_json()["rows"]
    return found


class TestWhoSawAReferral:
    def test_is_found_by_its_id_in_lists_and_in_what_was_opened(self, review_world: ReviewWorld) -> None:
        referral, reviewer = review_world.referral(), review_world.reviewer()
        reviewer.get("/casework/reviews")
        reviewer.get(referral.page)
        auditor = review_world.reviewer(uuid4(), role=Role.DATA_PROTECTION_OFFICER)

        found = rows(auditor, id=str(referral.id))

        assert {"reviews.listed", "review.read", "review.opened"} <= {row["what"] for row in found}
        assert str(make.REVIEWER) in {row["actor"] for row in found}
        assert "reviews.listed" in {row["what"] for row in rows(auditor, id=str(referral.review_id))}
        assert rows(auditor, id=str(uuid4())) == []

    def test_is_found_where_a_team_saw_it_as_a_case(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.get("/casework/queue?tab=team")
        worker.post("/casework/queue/next")
        worker.get(f"/casework/cases/{case_id}")
        auditor = review_world.reviewer(uuid4(), role=Role.DATA_PROTECTION_OFFICER)

        found = {row["what"] for row in rows(auditor, id=str(referral.id), actor=worker.token)}

        assert {"cases.listed", "case.read"} <= found


class TestTheReferenceOfARecord:
    def test_is_that_of_its_referral(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        auditor = review_world.reviewer(uuid4(), role=Role.DATA_PROTECTION_OFFICER)
        asked = [str(referral.review_id), str(case_id), str(uuid4())]

        answer = auditor.get("/casework/api/v1/audit/references", query_string={"id": asked})

        reference = referral.event["reference"]
        assert answer.get_json()["references"] == {asked[0]: reference, asked[1]: reference}
