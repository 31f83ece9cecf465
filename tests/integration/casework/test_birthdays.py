"""A young person who turns 18 while waiting is routed, and shown, as who they are today."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from services.casework.application import on_events
from services.contracts.codes import AgeBasis, Pathway, RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, a_key, an_own_view

BORN = date(2008, 12, 1)
BEFORE = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
AFTER = datetime(2026, 12, 1, 0, 30, tzinfo=UTC)
LIST = "/casework/api/v1/reviews"
BOTH = (RecipientClass.CHILDRENS_SERVICES, RecipientClass.ADULT_SERVICES, RecipientClass.SUPPORT_SERVICE)


def aged_17(world: ReviewWorld, **values: Any) -> Referred:
    """Referred at 17, born on 1 December: 18 at midnight."""
    referred = world.referral(*BOTH, age=17, details=False, **values)
    identity = make.an_identity_event(referred.id) | {"date_of_birth": BORN}
    world.deliver(on_events.ApplyIdentity(identity))
    world.deliver(on_events.ApplyNarrative(make.a_narrative_event(referred.id)))
    return referred


def teams_of(client: Client, referred: Referred) -> dict[str, str | None]:
    return {route["pathway"]: route["team"] for route in client.get(referred.api).json["routes"]}


class TestSomebodyWhoTurns18:
    def test_is_routed_to_adult_services_from_the_day_in_london(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), aged_17(review_world)

        review_world.now = BEFORE
        as_child = teams_of(client, referred)
        review_world.now = AFTER
        as_adult = teams_of(client, referred)

        assert (as_child["safeguarding"], as_child["adult_services"]) == ("childrens-services", None)
        assert (as_adult["safeguarding"], as_adult["adult_services"]) == (None, "adult-services")

    def test_is_not_decided_on_as_a_child(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), aged_17(review_world)
        review_world.now = AFTER
        values = {"If-Match": client.get(referred.api).headers["ETag"]}
        client.post_json(f"{referred.api}/own-view", an_own_view(), **a_key(), **values)
        to_children = a_decision(pathway=Pathway.SAFEGUARDING.value, team="childrens-services")
        to_adults = a_decision(pathway=Pathway.ADULT_SERVICES.value, team="adult-services")

        values = {"If-Match": client.get(referred.api).headers["ETag"]}
        refused = client.post_json(f"{referred.api}/decision", to_children, **a_key(), **values)
        taken = client.post_json(f"{referred.api}/decision", to_adults, **a_key(), **values)

        assert (refused.status_code, taken.status_code) == (422, 201), taken.text

    def test_is_proposed_for_adult_services_after_a_weapon_found_by_police(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        police = {"organisation_class": "police", "staff_id": None}
        referred = aged_17(review_world, referred_by=police, facts={"weapon_found_by_police_on": "2026-11-19"})

        review_world.now = AFTER

        assert client.get(referred.api).json["proposed_pathway"] == "adult_services"

    def test_is_18_in_every_list_and_page_of_reviews(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), aged_17(review_world)
        referred.estimated()
        review_world.now = AFTER

        [item] = client.get(LIST).json["items"]
        values = {"If-Match": client.get(referred.api).headers["ETag"]}
        client.post_json(f"{referred.api}/own-view", an_own_view(), **a_key(), **values)

        assert item["age"] == 18
        assert client.get(referred.api).json["age_at_referral"] == 17
        assert "Fern Fiction, 18" in text_of(client.get(referred.page))
        estimate = text_of(client.get(f"{referred.page}/estimate"))
        assert "The estimate uses the age on the day of the referral: 17." in estimate

    def test_is_18_in_the_case(self, review_world: ReviewWorld) -> None:
        referred, case_id = decided(review_world, *BOTH, age=17)
        review_world.deliver(
            on_events.ApplyIdentity(make.an_identity_event(referred.id, version=2) | {"date_of_birth": BORN})
        )
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)

        review_world.now = AFTER

        assert manager.get(f"/casework/api/v1/cases/{case_id}").json["age"] == 18
        assert "Fern Fiction, 18" in text_of(manager.get("/casework/queue?tab=team"))

    def test_is_17_until_the_identity_has_arrived(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(*BOTH, age=17, details=False)

        review_world.now = AFTER

        assert client.get(LIST).json["items"][0]["age"] == 17
        assert teams_of(client, referred)["safeguarding"] == "childrens-services"

    @pytest.mark.parametrize("basis", [AgeBasis.DISPUTED])
    def test_of_a_disputed_age_stays_under_18(self, review_world: ReviewWorld, basis: AgeBasis) -> None:
        client, referred = review_world.reviewer(), aged_17(review_world, age_basis=basis.value)

        review_world.now = AFTER

        assert teams_of(client, referred)["adult_services"] is None
