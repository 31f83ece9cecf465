"""A referral that a reviewer decided, its case, and who works it."""

from uuid import UUID, uuid4

from services.casework.adapters.case_tables import cases
from services.casework.application.staff_changes import StaffChanged
from services.contracts.codes import OrganisationClass, RecipientClass, Role
from services.platform.auth.identity import Identity
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, an_own_view


def of_team(world: ReviewWorld, team: str, *roles: Role, areas: tuple[str, ...] = ()) -> Client:
    """A member of the team, as accounts tells of them."""
    identity = Identity(
        staff_id=uuid4(),
        display_name="Amara Osei",
        organisation_id=uuid4(),
        organisation_name="Breakwater Youth Support",
        organisation_class=OrganisationClass.VOLUNTARY,
        roles=frozenset(roles),
        teams=frozenset({world.teams[team]}),
        areas=frozenset(areas),
        session_id="s",
    )
    world.tokens.known[str(identity.staff_id)] = identity
    event = {
        "staff_id": identity.staff_id,
        "version": 1,
        "display_name": identity.display_name,
        "organisation_id": identity.organisation_id,
        "organisation_class": identity.organisation_class,
        "roles": sorted(roles),
        "teams": [world.teams[team]],
        "areas": ["northside"],
        "active": True,
    }
    world.deliver(StaffChanged(event))
    return Client(world.service.app.test_client(), str(identity.staff_id))


def decided(
    world: ReviewWorld,
    *body: RecipientClass,
    bases: list[dict[str, str]] | None = None,
    person_id: UUID | None = None,
    age: int = 16,
    **decision: str,
) -> tuple[Referred, UUID]:
    """A referral that a reviewer decided with the estimate before them, and its case."""
    on = {"bases": bases} if bases else {}
    referral, reviewer = world.referral(*body, person_id=person_id, age=age, **on), world.reviewer()
    referral.estimated(probability=0.1234)
    reviewer.post_json(f"{referral.api}/claim", {"take_over": False})
    reviewer.post_json(f"{referral.api}/own-view", an_own_view(why="Ownviewmark"), **referral.as_read)
    assert reviewer.get(f"{referral.api}/estimate").status_code == 200
    values = a_decision(reasons="Decisionmark", difference_reasons=["other"], **decision)
    answer = reviewer.post_json(f"{referral.api}/decision", values, **referral.as_read)
    assert answer.status_code < 300, answer.text
    [case] = world.rows(cases, referral_id=referral.id)
    return referral, case["id"]


def proposed(world: ReviewWorld, *body: RecipientClass, **decision: str | None) -> tuple[Referred, Client, Client]:
    """A referral in danger, whoever proposed something for it (universal services), and a colleague."""
    proposer, colleague = world.reviewer(), world.reviewer(make.COLLEAGUE, name="Cory Colleague")
    referral = world.referral(*body, danger=True)
    proposer.post_json(f"{referral.api}/own-view", an_own_view(), **referral.as_read)
    usual = {"level": "light", "pathway": "universal_support", "team": None}
    answer = proposer.post_json(f"{referral.api}/decision", a_decision(**(decision or usual)), **referral.as_read)
    assert answer.status_code == 201, answer.text
    return referral, proposer, colleague
