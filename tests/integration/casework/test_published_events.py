"""What other services tell of comes in any order, more than once, and the highest version wins."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.casework.adapters.review_tables import decisions, matches, reviews
from services.casework.adapters.tables import bases, identities, narratives, referrals, staff, staff_teams, teams
from services.casework.application import on_events
from services.casework.application.on_referral import ApplyReferral, ApplyWithdrawal
from services.casework.application.staff_changes import StaffChanged
from services.contracts import accounts, intake
from services.contracts.codes import RecipientClass
from tests.factories import reviews as make
from tests.integration.casework.review_world import ReviewWorld


@pytest.fixture
def world(new_database: Callable[[str], str]) -> Iterator[ReviewWorld]:
    world = ReviewWorld(new_database("casework"))
    yield world
    world.close()


def a_member(staff_id: UUID, *, version: int, name: str, team_ids: list[UUID]) -> StaffChanged:
    body = {
        "staff_id": staff_id,
        "version": version,
        "display_name": name,
        "organisation_id": uuid4(),
        "organisation_name": "Anytown Council",
        "organisation_class": "local_authority",
        "roles": ["reviewer"],
        "teams": team_ids,
        "areas": ["northside"],
        "active": True,
    }
    return StaffChanged(accounts.StaffChangedV1.decode(_plain(body)))


def a_match(first: UUID, second: UUID, *, version: int, state: str, persons: tuple[UUID, UUID]) -> on_events.ApplyMatch:
    body = {
        "match_id": UUID(int=7),
        "version": version,
        "person_id": persons[0],
        "state": state,
        "referral_ids": [first, second],
        "person_ids": list(persons),
        "agreeing": ["name"],
        "contradicting": [],
        "changed_at": make.after(40).isoformat(),
    }
    return on_events.ApplyMatch(intake.MatchChangedV1.decode(_plain(body)))


def _plain(body: dict[str, Any]) -> dict[str, Any]:
    return {name: [str(item) for item in value] if isinstance(value, list) else value for name, value in body.items()}


class TestProjections:
    def test_of_a_referral_may_come_after_its_name_and_words(self, world: ReviewWorld) -> None:
        event = make.a_referral_event()
        world.deliver(on_events.ApplyIdentity(make.an_identity_event(event["referral_id"])))
        world.deliver(on_events.ApplyNarrative(make.a_narrative_event(event["referral_id"])))

        world.deliver(ApplyReferral(event))

        client = world.reviewer()
        item = client.get(f"/casework/api/v1/reviews?referral_id={event['referral_id']}").json["items"][0]
        assert item["details_arrived"] is True

    def test_twice_is_stored_once(self, world: ReviewWorld) -> None:
        event = make.a_referral_event()

        for _ in range(2):
            world.deliver(ApplyReferral(event))

        assert len(world.rows(reviews)) == 1

    def test_of_an_nhs_number_is_not_stored_because_nobody_reads_it(self, world: ReviewWorld) -> None:
        referred = world.referral(details=False)
        event = make.an_identity_event(referred.id) | {"nhs_number": "9990000000", "postcode": "BN1 1AA"}

        world.deliver(on_events.ApplyIdentity(event))

        [row] = world.rows(identities, referral_id=referred.id)
        assert row["details"]["postcode"] == "BN1 1AA"
        assert "9990000000" not in str(row)

    def test_late_changes_nothing(self, world: ReviewWorld) -> None:
        referred = world.referral(RecipientClass.SUPPORT_SERVICE)
        world.deliver(on_events.ApplyIdentity(make.an_identity_event(referred.id, version=3, name="Newest Name")))
        world.deliver(on_events.ApplyNarrative(make.a_narrative_event(referred.id, version=3, concern="Newest")))
        referred.amended(version=3, area="westborough")

        world.deliver(on_events.ApplyIdentity(make.an_identity_event(referred.id, version=2, name="Older Name")))
        world.deliver(on_events.ApplyNarrative(make.a_narrative_event(referred.id, version=2, concern="Older")))
        referred.amended(version=2, area="northside")

        assert [row["name"] for row in world.rows(identities, referral_id=referred.id)] == ["Newest Name"]
        assert [row["texts"]["concern"] for row in world.rows(narratives, referral_id=referred.id)] == ["Newest"]
        assert [row["area"] for row in world.rows(referrals, id=referred.id)] == ["westborough"]
        assert [row["area"] for row in world.rows(reviews, referral_id=referred.id)] == ["westborough"]

    def test_of_bases_replaces_the_referrers_and_keeps_what_a_reviewer_added(self, world: ReviewWorld) -> None:
        referred = world.referral(RecipientClass.SUPPORT_SERVICE)
        client = world.reviewer()
        added = {"recipient": "adult_services", "basis": "public_task", "reason": "The Care Act asks for it."}
        client.post(f"{referred.page}/bases", {**added, "key": "added", "revision": str(referred.revision)})

        referred.amended()

        body = {row["recipient_class"] for row in world.rows(bases, referral_id=referred.id)}
        assert body == {RecipientClass.TRIAGE, RecipientClass.ADULT_SERVICES}

    def test_of_staff_and_teams_is_the_newest(self, world: ReviewWorld) -> None:
        member, team_id = uuid4(), uuid4()
        world.deliver(a_member(member, version=2, name="Now Named", team_ids=[team_id]))

        world.deliver(a_member(member, version=1, name="Once Named", team_ids=[]))

        assert [row["display_name"] for row in world.rows(staff, id=member)] == ["Now Named"]
        assert [row["team_id"] for row in world.rows(staff_teams, staff_id=member)] == [team_id]
        assert len(world.rows(teams)) == len(world.teams)

    def test_of_a_link_and_its_undoing_moves_the_referral_between_persons(self, world: ReviewWorld) -> None:
        first, second = world.referral(), world.referral()
        one, other = uuid4(), uuid4()
        world.deliver(a_match(first.id, second.id, version=2, state="undone", persons=(one, other)))

        world.deliver(a_match(first.id, second.id, version=1, state="linked", persons=(one, one)))

        assert [row["state"] for row in world.rows(matches)] == ["undone"]
        for table, key in ((referrals, "id"), (reviews, "referral_id")):
            assert [row["person_id"] for row in world.rows(table, **{key: second.id})] == [other]

    @pytest.mark.parametrize("amended_after", [None, 20, 60])
    def test_of_a_link_before_the_referral_counts_unless_the_referral_says_otherwise_since(
        self, world: ReviewWorld, amended_after: float | None
    ) -> None:
        """They come by different partitions. The link was made 40 minutes after the referral."""
        first, linked, values = world.referral(), uuid4(), uuid4()
        event = make.a_referral_event(person_id=values)
        if amended_after is not None:
            event |= {"version": 2, "amended_at": make.after(amended_after)}
        world.deliver(a_match(first.id, event["referral_id"], version=1, state="linked", persons=(linked, linked)))

        world.deliver(ApplyReferral(event))

        expected = values if amended_after == 60 else linked
        for table, key in ((referrals, "id"), (reviews, "referral_id")):
            assert [row["person_id"] for row in world.rows(table, **{key: event["referral_id"]})] == [expected]

    def test_of_a_link_that_was_taken_back_can_still_be_reached(self, world: ReviewWorld) -> None:
        first, second = world.referral(), world.referral()
        world.deliver(a_match(first.id, second.id, version=2, state="undone", persons=(uuid4(), uuid4())))

        page = world.reviewer().get(first.page).text

        assert f"/intake/matches/{UUID(int=7)}" in page
        assert "Link undone" in page

    def test_of_a_withdrawal_before_the_referral_is_asked_about_when_it_comes(self, world: ReviewWorld) -> None:
        event = make.a_referral_event()
        world.deliver(ApplyWithdrawal(make.a_withdrawal_event(event["referral_id"])))

        world.deliver(ApplyReferral(event))

        row = world.rows(reviews)[0]
        assert (row["state"], row["withdrawal_asked_at"]) == ("waiting", make.after(60))
        assert world.rows(decisions) == []
