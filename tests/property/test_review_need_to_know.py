"""Need-to-know over reviews: reviewers know the referrals of their areas, never the ones they made, and nobody else any.

And what a decision may do with it: a case opens on a team only where a recorded basis covers the team's class.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.casework.adapters import review_queries, review_scope
from services.casework.adapters.case_tables import cases
from services.casework.application import on_events
from services.contracts.codes import OrganisationClass, Pathway, RecipientClass, Role
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, an_own_view

API = "/casework/api/v1/reviews"
AREAS = ("northside", "riverside", "westborough")
ROLES = (Role.REVIEWER, Role.REVIEWER, Role.TEAM_MANAGER, Role.NAVIGATOR, Role.DATA_SCIENTIST, Role.SCREENING_OFFICER)
ORGANISATIONS = (OrganisationClass.LOCAL_AUTHORITY, OrganisationClass.LOCAL_AUTHORITY, OrganisationClass.POLICE)
TEAM_OF = {
    Pathway.YOUTH_JUSTICE: ("youth-justice", RecipientClass.YOUTH_JUSTICE),
    Pathway.EARLY_INTERVENTION: ("early-help", RecipientClass.SUPPORT_SERVICE),
    Pathway.SAFEGUARDING: ("childrens-services", RecipientClass.CHILDRENS_SERVICES),
}


@dataclass(frozen=True)
class Person:
    role: Role
    areas: frozenset[str]
    organisation: OrganisationClass


@dataclass(frozen=True)
class Told:
    """`made_by` is the place of the person who made the referral, or None for somebody else."""

    area: str
    triage: bool
    made_by: int | None


def known(person: Person, told: Told, *, place: int) -> bool:
    """Who may know of a review, as design.md 8.11 and 3.6 say it."""
    reviews = person.role is Role.REVIEWER and person.organisation is not OrganisationClass.POLICE
    return reviews and told.area in person.areas and told.triage and told.made_by != place


def people() -> st.SearchStrategy[Person]:
    areas = st.frozensets(st.sampled_from(AREAS), min_size=1, max_size=2)
    return st.builds(Person, role=st.sampled_from(ROLES), areas=areas, organisation=st.sampled_from(ORGANISATIONS))


def referrals() -> st.SearchStrategy[Told]:
    made_by = st.none() | st.integers(0, 1)
    return st.builds(Told, area=st.sampled_from(AREAS), triage=st.sampled_from([True, True, False]), made_by=made_by)


@pytest.fixture
def world(new_database: Callable[[str], str]) -> Iterator[ReviewWorld]:
    made = ReviewWorld(new_database("casework"))
    yield made
    made.close()


def examples(maximum: int) -> settings:
    slow = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=maximum, suppress_health_check=slow)


def ask_everybody(world: ReviewWorld, persons: list[Person], tolds: list[Told]) -> None:
    """Raises AssertionError on the first thing told that the rule forbids, or kept back that it grants.

    The world keeps what earlier examples put there: it is other people's, and must not be told of either.
    """
    clients = [
        world.reviewer(uuid4(), *person.areas, role=person.role, organisation=person.organisation) for person in persons
    ]
    made = [referred(world, told, clients) for told in tolds]
    _possible_match(world, made)
    for place, (person, client) in enumerate(zip(persons, clients, strict=True)):
        in_lists = _all_pages(client)
        may = {referral.review_id: known(person, told, place=place) for referral, told in zip(made, tolds, strict=True)}
        for referral in made:
            _check_one(client, referral, in_lists, may=may[referral.review_id])
        _check_match(client, made, may)


def referred(world: ReviewWorld, told: Told, clients: list[Client]) -> Referred:
    by = clients[told.made_by].token if told.made_by is not None and told.made_by < len(clients) else str(uuid4())
    return world.referral(area=told.area, triage=told.triage, referred_by={"staff_id": by})


def _all_pages(client: Client) -> str:
    """Every list of reviews, to its last page."""
    said, address = client.get("/casework/reviews").text, f"{API}?limit=100"
    while address:
        answer = client.get(address)
        said += answer.text
        following = answer.json.get("next_cursor") if answer.status_code == 200 else None
        address = f"{API}?limit=100&cursor={following}" if following else ""
    return said


def _check_one(client: Client, referral: Referred, in_lists: str, *, may: bool) -> None:
    reference = referral.event["reference"]
    by_referral = client.get(f"{API}?referral_id={referral.id}")
    answers = [client.get(referral.api), client.get(referral.page), by_referral]
    said = " ".join(answer.text for answer in answers)
    assert (reference in said) == may
    assert ("Fern Fiction" in said) == may
    assert (str(referral.review_id) in client.get(f"{API}?limit=100").text + in_lists) == may
    if not may:
        absent = client.get(f"{API}/{uuid4()}")
        assert answers[0].status_code == absent.status_code in (403, 404)
        claim = client.post_json(f"{referral.api}/claim", {"take_over": False})
        assert claim.status_code in (403, 404)


def _possible_match(world: ReviewWorld, made: list[Referred]) -> None:
    """The first two referrals may be about the same person."""
    if len(made) < 2:
        return
    event = {
        "match_id": uuid4(),
        "version": 1,
        "person_id": made[0].event["person_id"],
        "state": "possible",
        "referral_ids": [made[0].id, made[1].id],
        "person_ids": [made[0].event["person_id"], made[1].event["person_id"]],
        "agreeing": ["name", "postcode"],
        "contradicting": [],
        "changed_at": world.now,
        "changed_by": None,
    }
    world.deliver(on_events.ApplyMatch(event))


def _check_match(client: Client, made: list[Referred], may: dict[UUID, bool]) -> None:
    """A match is known to whoever may know both."""
    for one, other in (made[:2], made[1::-1]) if len(made) > 1 else ():
        told = client.get(one.page).text + client.get(one.api).text
        assert (other.event["reference"] in told) == (may[one.review_id] and may[other.review_id])


class TestNeedToKnowOfReviews:
    @examples(8)
    @given(persons=st.lists(people(), min_size=1, max_size=2), tolds=st.lists(referrals(), min_size=1, max_size=3))
    def test_holds_for_every_list_page_and_operation(
        self, world: ReviewWorld, persons: list[Person], tolds: list[Told]
    ) -> None:
        ask_everybody(world, persons, tolds)

    @pytest.mark.parametrize(
        "told",
        [Told("westborough", triage=True, made_by=None), Told("northside", triage=True, made_by=0)],
        ids=["another area", "own referral"],
    )
    def test_would_fail_on_a_query_that_tells_all(
        self, world: ReviewWorld, monkeypatch: pytest.MonkeyPatch, told: Told
    ) -> None:
        """The check above can fail: this scope lets everybody know everything."""
        assert review_scope.visible_to is review_queries.visible_to
        monkeypatch.setattr(review_queries, "visible_to", lambda _reader: sa.true())
        reviewer = Person(Role.REVIEWER, frozenset({"northside"}), OrganisationClass.LOCAL_AUTHORITY)

        with pytest.raises(AssertionError):
            ask_everybody(world, [reviewer], [told])


class TestADecision:
    @examples(10)
    @given(
        pathway=st.sampled_from(sorted(TEAM_OF)),
        told=st.frozensets(st.sampled_from(sorted(set(RecipientClass) - {RecipientClass.TRIAGE})), max_size=4),
    )
    def test_opens_a_case_only_on_a_team_whose_class_a_basis_covers(
        self, world: ReviewWorld, pathway: Pathway, told: frozenset[RecipientClass]
    ) -> None:
        assert _opens_case(world, pathway, told) == (TEAM_OF[pathway][1] in told)

    def test_never_sends_a_consent_given_to_a_youth_worker_alone_to_youth_justice(self, world: ReviewWorld) -> None:
        only_support = frozenset({RecipientClass.SUPPORT_SERVICE})

        assert not _opens_case(world, Pathway.YOUTH_JUSTICE, only_support)


def _opens_case(world: ReviewWorld, pathway: Pathway, told: frozenset[RecipientClass]) -> bool:
    """Whether a reviewer's decision for this pathway opens a case of the referral."""
    referral, reviewer = world.referral(*sorted(told)), world.reviewer(uuid4())
    reviewer.post_json(f"{referral.api}/claim", {"take_over": False})
    viewed = reviewer.post_json(f"{referral.api}/own-view", an_own_view(), **referral.as_read)
    assert viewed.status_code < 300, viewed.text
    decision: dict[str, Any] = a_decision(pathway=pathway.value, team=TEAM_OF[pathway][0])
    answer = reviewer.post_json(f"{referral.api}/decision", decision, **referral.as_read)
    opened = world.rows(cases, referral_id=referral.id)
    assert (answer.status_code < 300) == bool(opened), answer.text
    return bool(opened)
