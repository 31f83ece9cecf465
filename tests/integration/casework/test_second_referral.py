"""A second referral of somebody with an open case: its reviewer hears of the case, the case's worker of the referral."""

from typing import Any
from uuid import UUID, uuid4

from services.casework.application import on_events
from services.contracts.codes import RecipientClass
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld
from tests.integration.casework.test_alarm_reach import CHILDRENS, SUPPORT, close, take, the_team

LATER = make.after(20).isoformat()


def linked(world: ReviewWorld, *referrals: Referred, state: str = "linked", version: int = 1) -> UUID:
    """Somebody says that they are about one young person, or takes that back."""
    first, second = (referral.event["person_id"] for referral in referrals)
    match_id = uuid4()
    event = {
        "match_id": match_id,
        "version": version,
        "state": state,
        "referral_ids": [referral.id for referral in referrals],
        "person_ids": [first, first if state == "linked" else second],
        "agreeing": ["name"],
        "contradicting": [],
        "changed_at": world.now if version == 1 else make.after(60),
        "changed_by": None,
    }
    world.deliver(on_events.ApplyMatch(event))
    return match_id


def with_an_open_case(world: ReviewWorld, *body: RecipientClass, **values: Any) -> tuple[Referred, UUID, Referred]:
    """The first referral, its case, and a second one of the same young person."""
    first, case_id = decided(world, SUPPORT)
    second = world.referral(*body, received_at=LATER, **values)
    linked(world, first, second)
    return first, case_id, second


def of_case(client: Client, case_id: UUID) -> Any:
    return client.get(f"/casework/api/v1/cases/{case_id}").json["whole"]["other_referrals"]


class TestTheReviewerOfTheSecondReferral:
    def test_sees_which_team_has_a_case_and_since_when(self, review_world: ReviewWorld) -> None:
        _first, _case_id, second = with_an_open_case(review_world)
        reviewer = review_world.reviewer()

        assert reviewer.get(second.api).json["open_cases"] == [
            {"team_name": "Early help", "opened_at": make.after(30).isoformat()}
        ]
        page = text_of(reviewer.get(second.page))
        assert "A case is already open for this young person" in page
        assert "Early help, since 20 November 2026" in page

    def test_does_not_see_it_after_it_is_closed(self, review_world: ReviewWorld) -> None:
        _first, case_id, second = with_an_open_case(review_world)
        close(the_team(review_world)[0], case_id)

        assert review_world.reviewer().get(second.api).json["open_cases"] == []

    def test_does_not_see_a_case_in_another_area(self, review_world: ReviewWorld) -> None:
        _first, _case_id, second = with_an_open_case(review_world, area="westborough")

        there, both = (
            review_world.reviewer(make.COLLEAGUE, "westborough"),
            review_world.reviewer(uuid4(), "westborough", "northside"),
        )
        assert [len(client.get(second.api).json["open_cases"]) for client in (there, both)] == [0, 1]

    def test_does_not_see_the_case_of_a_referral_that_they_made(self, review_world: ReviewWorld) -> None:
        first, _case_id, second = with_an_open_case(review_world, referred_by={"staff_id": str(uuid4())})
        who_referred = review_world.reviewer(first.event["referred_by"]["staff_id"])

        assert who_referred.get(second.api).json["open_cases"] == []

    def test_is_not_shown_after_the_link_is_undone(self, review_world: ReviewWorld) -> None:
        first, _case_id, second = with_an_open_case(review_world)

        linked(review_world, first, second, state="undone", version=2)

        assert review_world.reviewer().get(second.api).json["open_cases"] == []


class TestTheWorkerOfTheCase:
    def test_sees_the_second_referral_that_a_basis_covers_for_their_class(self, review_world: ReviewWorld) -> None:
        _first, case_id, second = with_an_open_case(review_world, SUPPORT)
        worker, colleague, manager = the_team(review_world)
        take(worker, case_id)

        item = {"reference": second.event["reference"], "received_at": LATER, "source": "ae_navigator"}
        assert [of_case(client, case_id) for client in (worker, manager)] == [[item], [item]]
        assert second.event["reference"] in text_of(worker.get(f"/casework/cases/{case_id}"))
        assert "Another referral" in text_of(worker.get("/casework/queue"))
        assert "Another referral" not in text_of(colleague.get("/casework/queue?tab=team"))

    def test_does_not_see_one_whose_bases_do_not_cover_their_class(self, review_world: ReviewWorld) -> None:
        _first, case_id, second = with_an_open_case(review_world, CHILDRENS)
        worker, _, _ = the_team(review_world)
        take(worker, case_id)

        assert of_case(worker, case_id) == []
        assert second.event["reference"] not in text_of(worker.get(f"/casework/cases/{case_id}"))
        assert "Another referral" not in text_of(worker.get("/casework/queue"))

    def test_is_not_shown_after_the_link_is_undone(self, review_world: ReviewWorld) -> None:
        first, case_id, second = with_an_open_case(review_world, SUPPORT)
        worker, _, _ = the_team(review_world)
        take(worker, case_id)

        linked(review_world, first, second, state="undone", version=2)

        assert of_case(worker, case_id) == []
