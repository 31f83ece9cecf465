"""A case that a decision opened tells its worker neither the reviewer's own view nor the estimate."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.casework.adapters.case_tables import cases
from services.casework.adapters.tables import bases
from services.casework.application import hear
from services.casework.application.hear_referral import HearReferral
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.kernel.auth.identity import Identity
from services.kernel.db import housekeeping
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, a_key, an_own_view

API = "/casework/api/v1/cases"


@pytest.fixture
def world(new_database: Callable[[str], str]) -> Iterator[ReviewWorld]:
    made = ReviewWorld(new_database("casework"))
    yield made
    made.close()


def the_worker(world: ReviewWorld, team: str, role: Role) -> Client:
    """A caseworker of the team, as accounts tells of them."""
    identity = Identity(
        staff_id=uuid4(),
        display_name="Amara Osei",
        organisation_id=uuid4(),
        organisation_name="Breakwater Youth Support",
        organisation_class=OrganisationClass.VOLUNTARY,
        roles=frozenset({role}),
        teams=frozenset({world.teams[team]}),
        session_id="s",
    )
    world.tokens.known[str(identity.staff_id)] = identity
    event = {
        "staff_id": identity.staff_id,
        "version": 1,
        "display_name": identity.display_name,
        "organisation_id": identity.organisation_id,
        "organisation_class": identity.organisation_class,
        "teams": [world.teams[team]],
        "areas": ["northside"],
        "active": True,
    }
    world.hear(hear.HearStaff(event))
    return Client(world.app.test_client(), str(identity.staff_id))


def decided(world: ReviewWorld, *told: RecipientClass, **decision: str) -> tuple[Referred, UUID]:
    """A referral that a reviewer decided with the estimate before them, and its case."""
    referral, reviewer = world.referral(*told), world.reviewer()
    referral.estimated(probability=0.1234)
    reviewer.post_json(f"{referral.api}/claim", {"take_over": False})
    reviewer.post_json(f"{referral.api}/own-view", an_own_view(why="Ownviewmark"), **a_key())
    assert reviewer.get(f"{referral.api}/estimate").status_code == 200
    said = a_decision(reasons="Decisionmark", difference_reasons=["other"], **decision)
    answer = reviewer.post_json(f"{referral.api}/decision", said, **a_key())
    assert answer.status_code < 300, answer.text
    [case] = world.rows(cases, referral_id=referral.id)
    return referral, case["id"]


class TestACaseThatADecisionOpened:
    def test_tells_its_worker_the_facts_and_not_the_own_view_or_the_estimate(self, world: ReviewWorld) -> None:
        referral, case_id = decided(world, RecipientClass.SUPPORT_SERVICE)
        worker = the_worker(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        assert worker.post("/casework/queue/next").headers["Location"].startswith(f"/casework/cases/{case_id}")

        said = worker.get(f"/casework/cases/{case_id}").text + worker.get(f"{API}/{case_id}").text

        assert referral.event["reference"] in said
        assert "Fern Fiction" in said
        for mark in ("Ownviewmark", "Decisionmark", "0.12", "12 in 100", "estimate", "Thing number", "raised"):
            assert mark not in said

    def test_tells_the_review_and_its_estimate_to_no_caseworker(self, world: ReviewWorld) -> None:
        referral, _ = decided(world, RecipientClass.SUPPORT_SERVICE)
        worker = the_worker(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)

        for address in (referral.page, referral.api, f"{referral.api}/estimate", f"{referral.page}/estimate"):
            assert worker.get(address).status_code == 403

    def test_is_due_by_its_level_and_not_moved_by_an_amendment_which_its_worker_reads(self, world: ReviewWorld) -> None:
        referral, case_id = decided(world, RecipientClass.SUPPORT_SERVICE)
        worker = the_worker(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")
        due_before = worker.get(f"{API}/{case_id}").json["due_at"]

        basis = make.a_basis(RecipientClass.SUPPORT_SERVICE)
        referral.amended(bases=[make.a_basis(RecipientClass.TRIAGE), basis], facts={"injury": "admitted"})

        answer = worker.get(f"{API}/{case_id}").json
        assert answer["due_at"] == due_before
        assert [change["kind"] for change in answer["whole"]["changes"]] == ["amended"]
        assert answer["whole"]["facts"]["injury"] == "admitted"

    def test_is_hidden_from_its_team_when_an_amendment_takes_its_basis_away(self, world: ReviewWorld) -> None:
        referral, case_id = decided(world, RecipientClass.SUPPORT_SERVICE)
        worker = the_worker(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")

        referral.amended(bases=[make.a_basis(RecipientClass.TRIAGE)])

        assert worker.get(f"{API}/{case_id}").status_code == 404
        assert worker.get(f"{API}?list=mine").json["items"] == []


class TestAChangeAfterTheDecision:
    def test_that_takes_the_basis_away_hides_the_case_and_goes_to_who_decided(self, world: ReviewWorld) -> None:
        referral, case_id = decided(world, RecipientClass.SUPPORT_SERVICE)
        worker = the_worker(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")
        decider = world.reviewer()

        referral.amended()

        assert worker.get(f"/casework/cases/{case_id}").status_code == 404
        assert referral.event["reference"] in decider.get("/casework/reviews").text
        decider.post(f"/casework/reviews/changes/{referral.id}/2")
        assert referral.event["reference"] not in decider.get("/casework/reviews").text

    def test_of_a_worked_case_is_not_for_who_decided(self, world: ReviewWorld) -> None:
        referral, _ = decided(world, RecipientClass.SUPPORT_SERVICE)

        world.hear(
            HearReferral(
                make.a_referral_event(
                    RecipientClass.SUPPORT_SERVICE,
                    version=2,
                    referral_id=referral.id,
                    reference=referral.event["reference"],
                    person_id=referral.event["person_id"],
                )
            )
        )

        assert referral.event["reference"] not in world.reviewer().get("/casework/reviews").text

    def test_of_a_hand_over_is_for_who_decided(self, world: ReviewWorld) -> None:
        referral, _ = decided(
            world, RecipientClass.CHILDRENS_SERVICES, pathway="safeguarding", team="childrens-services"
        )

        referral.withdrawn()

        assert referral.event["reference"] in world.reviewer().get("/casework/reviews").text


class TestABasisThatLapses:
    def test_lets_the_team_know_until_its_last_day_has_passed(self, world: ReviewWorld) -> None:
        referral, case_id = decided(world, RecipientClass.SUPPORT_SERVICE)
        worker = the_worker(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")
        with world.database.write() as connection:
            connection.execute(sa.update(bases).values(expires_on=world.now.date()))

        housekeeping.forget(world.service)
        on_its_last_day = worker.get(f"/casework/cases/{case_id}").status_code
        world.now += timedelta(days=1)
        housekeeping.forget(world.service)

        assert on_its_last_day == 200
        assert worker.get(f"/casework/cases/{case_id}").status_code == 404
        assert world.reviewer().get(referral.page).status_code == 200
