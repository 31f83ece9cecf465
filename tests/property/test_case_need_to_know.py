"""Need-to-know over cases: for random staff, teams, areas, bases and referrals, nothing tells what the rule forbids.

The rule stands here in plain words (`Rule`), apart from the SQL that it is held against. Every list, count, page and
operation of cases is asked as everybody, and what it says is searched for what its reader may not know.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.casework.adapters import case_scope
from services.casework.adapters.case_queries import CaseList, Tab, count_cases, list_cases
from services.casework.adapters.case_repository import SqlCaseRepository
from services.casework.adapters.case_tables import cases
from services.casework.adapters.case_view import read_case
from services.casework.domain.case_reader import AccessLevel
from services.casework.domain.case_rules import CaseNotFound
from services.casework.domain.routing import TEAM_CLASS_OF
from services.contracts.codes import OrganisationClass, Pathway, RecipientClass, Role
from tests.integration.casework.case_world import CaseWorld, Client, Member

PATHWAYS = tuple(TEAM_CLASS_OF)
HANDED_OVER = {Pathway.SAFEGUARDING, Pathway.ADULT_SERVICES}
CLASSES = tuple(RecipientClass)
AREAS = ("northside", "riverside", "westborough")
LISTS = ("mine", "unassigned", "team", "hand-overs", "closed")
CASEWORKERS = {Role.YOUTH_JUSTICE_CASEWORKER, Role.EARLY_INTERVENTION_CASEWORKER, Role.TEAM_MANAGER}
API = "/casework/api/v1/cases"


@dataclass(frozen=True)
class Person:
    """Team is the place of a team in the world, or None."""

    roles: frozenset[Role]
    team: int | None
    areas: frozenset[str]
    organisation: OrganisationClass


@dataclass(frozen=True)
class Told:
    """A referral with a case: on which team, in which area, which classes may know of it, who has it, who referred."""

    pathway: Pathway
    area: str
    covered: frozenset[RecipientClass]
    assignee: int | None
    referrer: int | None = None


@dataclass(frozen=True)
class Known:
    listed: bool
    whole: bool


class Rule:
    """Who may know what of a case, as design.md 8.11 says it.

    "A case's team, if a basis covers its class, knows initials, reference and due date; its assigned worker and their
    manager know the rest." "Reviewers know the referrals of their areas": those that triage may be told of, and the
    pathway of none that they made, for "a referrer knows what they wrote and its steps". "Police roles know what they
    sent."
    """

    def known(self, person: Person, told: Told, *, has_it: bool, made_it: bool) -> Known:
        if person.organisation is OrganisationClass.POLICE:
            return Known(listed=False, whole=False)
        in_team = person.team == PATHWAYS.index(told.pathway) and self.works(person, told.pathway)
        in_team = in_team and TEAM_CLASS_OF[told.pathway] in told.covered
        knows_the_referral = (
            Role.REVIEWER in person.roles
            and told.area in person.areas
            and RecipientClass.TRIAGE in told.covered
            and not made_it
        )
        reviews = knows_the_referral and told.pathway in HANDED_OVER
        whole = in_team and (has_it or Role.TEAM_MANAGER in person.roles)
        return Known(listed=in_team or reviews, whole=whole)

    def works(self, person: Person, pathway: Pathway) -> bool:
        if pathway is Pathway.YOUTH_JUSTICE:
            return bool(person.roles & {Role.YOUTH_JUSTICE_CASEWORKER, Role.TEAM_MANAGER})
        if pathway is Pathway.EARLY_INTERVENTION:
            return bool(person.roles & {Role.EARLY_INTERVENTION_CASEWORKER, Role.TEAM_MANAGER})
        return bool(person.roles & CASEWORKERS)


WORKS = {
    Pathway.YOUTH_JUSTICE: Role.YOUTH_JUSTICE_CASEWORKER,
    Pathway.EARLY_INTERVENTION: Role.EARLY_INTERVENTION_CASEWORKER,
    Pathway.SAFEGUARDING: Role.TEAM_MANAGER,
    Pathway.ADULT_SERVICES: Role.TEAM_MANAGER,
}
ROLES = sorted(CASEWORKERS | {Role.REVIEWER, Role.NAVIGATOR, Role.SCREENING_OFFICER})
ORGANISATIONS = [OrganisationClass.VOLUNTARY, OrganisationClass.YOUTH_JUSTICE, OrganisationClass.POLICE]


YOUTH_JUSTICE_WORKER = Person(
    frozenset({Role.YOUTH_JUSTICE_CASEWORKER}), 0, frozenset({"northside"}), OrganisationClass.YOUTH_JUSTICE
)

NORTHSIDE_REVIEWER = Person(
    frozenset({Role.REVIEWER}), None, frozenset({"northside"}), OrganisationClass.LOCAL_AUTHORITY
)


@st.composite
def people(draw: st.DrawFn) -> Person:
    """Half of them fit their team, so that much of what is asked is granted; the others are anybody anywhere."""
    areas = draw(st.frozensets(st.sampled_from(AREAS), max_size=2))
    if draw(st.booleans()):
        team = draw(st.integers(0, len(PATHWAYS) - 1))
        return Person(frozenset({WORKS[PATHWAYS[team]]}), team, areas, OrganisationClass.VOLUNTARY)
    return Person(
        roles=draw(st.frozensets(st.sampled_from(ROLES), min_size=1, max_size=2)),
        team=draw(st.none() | st.integers(0, len(PATHWAYS) - 1)),
        areas=areas,
        organisation=draw(st.sampled_from(ORGANISATIONS)),
    )


@st.composite
def referrals(draw: st.DrawFn) -> Told:
    """Half of them may be told to the class of their team."""
    pathway = draw(st.sampled_from(PATHWAYS))
    covered = draw(st.frozensets(st.sampled_from(CLASSES), max_size=3))
    covered |= draw(st.sampled_from([frozenset(), frozenset({RecipientClass.TRIAGE})]))
    return Told(
        pathway=pathway,
        area=draw(st.sampled_from(AREAS)),
        covered=covered | {TEAM_CLASS_OF[pathway]} if draw(st.booleans()) else covered,
        assignee=draw(st.none() | st.integers(0, 2)),
        referrer=draw(st.none() | st.integers(0, 2)),
    )


@dataclass
class Populated:
    """The world with these people and referrals in it."""

    world: CaseWorld
    members: list[Member]
    cases: list[tuple[UUID, Told, UUID | None]]
    referrers: list[UUID | None]

    def may(self, person: Person, member: Member) -> Iterator[tuple[UUID, int, Known]]:
        for number, (case_id, told, assignee_id) in enumerate(self.cases):
            mine = {"has_it": assignee_id == member.id, "made_it": self.referrers[number] == member.id}
            yield case_id, number, Rule().known(person, told, **mine)


def populate(world: CaseWorld, persons: list[Person], tolds: list[Told]) -> Populated:
    """Everybody and every case. Names, references and texts carry the case's number, to be searched for."""
    world.empty()
    with world.one_transaction():
        return _populated(world, persons, tolds)


def _populated(world: CaseWorld, persons: list[Person], tolds: list[Told]) -> Populated:
    teams = [world.team(TEAM_CLASS_OF[pathway], pathway.value) for pathway in PATHWAYS]
    members = [
        world.member(
            *person.roles,
            team_id=None if person.team is None else teams[person.team],
            areas=tuple(person.areas),
            organisation=person.organisation,
            name=f"Member {place}",
        )
        for place, person in enumerate(persons)
    ]
    cases, referrers = [], []
    for number, told in enumerate(tolds):
        referral_id = world.referral(
            *told.covered,
            name=f"Zq{number}name Xv",
            area=told.area,
            reference=f"REF{number}REF",
            concern=f"Zq{number}concern",
            referred_by=_of(members, told.referrer),
        )
        referrers.append(_of(members, told.referrer))
        team_id = teams[PATHWAYS.index(told.pathway)]
        case_id = world.case(team_id, referral_id, pathway=told.pathway, area=told.area)
        assignee = None if told.pathway in HANDED_OVER else _of(members, told.assignee)
        if assignee is not None:
            world.assign(case_id, assignee)
        cases.append((case_id, told, assignee))
    return Populated(world, members, cases, referrers)


def _of(members: list[Member], place: int | None) -> UUID | None:
    return members[place].id if place is not None and place < len(members) else None


def said_to(client: Client, populated: Populated) -> str:
    """All that lists and searches of pages and API tell this reader, in one text."""
    owners = [member.id for member in populated.members]
    addresses = [f"{API}?list={name}" for name in LISTS]
    addresses += [f"/casework/queue?tab={name}" for name in LISTS] + ["/casework/hand-overs"]
    addresses += [f"/casework/queue?tab=team&status={status}" for status in ("in_contact", "waiting_for_first_contact")]
    addresses += [f"/casework/queue?tab=team&owner={owner}" for owner in owners]
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} <= {200, 303, 403}
    return " ".join(answer.text for answer in answers)


def check_pages(populated: Populated, persons: list[Person]) -> None:
    """Raises AssertionError on the first thing told that the rule forbids, or kept back that it grants."""
    for person, member in zip(persons, populated.members, strict=True):
        client = populated.world.client(member)
        in_lists = said_to(client, populated)
        for case_id, number, known in populated.may(person, member):
            read = client.get(f"{API}/{case_id}")
            page = client.get(f"/casework/cases/{case_id}")
            note = client.get(f"/casework/cases/{case_id}/notes/new")
            in_one = read.text + page.text + note.text
            assert (f"REF{number}REF" in in_lists) == known.listed, (person, number)
            assert (str(case_id) in in_lists) == known.listed
            assert (f"Zq{number}name" in in_lists + in_one) == known.whole, (person, number)
            assert (f"REF{number}REF" in in_one) == known.listed
            assert read.status_code == page.status_code
            if not known.listed:
                assert read.status_code in (403, 404)
                assert _same_as_absent(client, case_id)
            if not known.whole:
                assert note.status_code in (403, 404)


def _same_as_absent(client: Client, case_id: UUID) -> bool:
    def seen(address: UUID) -> tuple[int, Any]:
        answer = client.get(f"{API}/{address}")
        return answer.status_code, {name: value for name, value in answer.json.items() if name != "instance"}

    return seen(case_id) == seen(uuid4())


@pytest.fixture
def world(new_database: Callable[[str], str]) -> Iterator[CaseWorld]:
    made = CaseWorld(new_database("casework"))
    yield made
    made.close()


def examples(maximum: int) -> settings:
    slow = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=maximum, suppress_health_check=slow)


def check_queries(populated: Populated, persons: list[Person]) -> None:
    """The queries themselves against the rule: every list, its count, one case, and the next to take."""
    with populated.world.database.read() as connection:
        for person, member in zip(persons, populated.members, strict=True):
            known = {case_id: k for case_id, _, k in populated.may(person, member)}
            listed = {case_id for case_id, k in known.items() if k.listed}
            seen: set[UUID] = set()
            for tab in Tab:
                rows = list_cases(connection, member.reader, CaseList(tab=tab), now=populated.world.now, maximum=100)
                seen |= {row.id for row in rows}
                counted = count_cases(connection, member.reader, CaseList(tab=tab), now=populated.world.now)
                assert counted == len(rows)
                assert all((row.name is not None) == known[row.id].whole for row in rows)
            assert seen == listed
            for case_id, may in known.items():
                for knowledge, granted in ((AccessLevel.SUMMARY, may.listed), (AccessLevel.FULL, may.whole)):
                    assert _found(connection, member, case_id, knowledge) == granted
            following = SqlCaseRepository(connection).next_unassigned(member.reader)
            assert following is None or following.id in listed


def _found(connection: sa.Connection, member: Member, case_id: UUID, knowledge: AccessLevel) -> bool:
    try:
        read_case(connection, member.reader, case_id, knowledge)
    except CaseNotFound:
        return False
    return True


class TestNeedToKnow:
    @examples(20)
    @given(persons=st.lists(people(), min_size=1, max_size=4), tolds=st.lists(referrals(), min_size=1, max_size=6))
    def test_holds_for_every_query(self, world: CaseWorld, persons: list[Person], tolds: list[Told]) -> None:
        check_queries(populate(world, persons, tolds), persons)

    @examples(6)
    @given(persons=st.lists(people(), min_size=1, max_size=2), tolds=st.lists(referrals(), min_size=1, max_size=3))
    def test_holds_for_every_page_and_operation(
        self, world: CaseWorld, persons: list[Person], tolds: list[Told]
    ) -> None:
        check_pages(populate(world, persons, tolds), persons)

    @pytest.mark.parametrize("check", [check_queries, check_pages])
    def test_would_fail_on_a_query_that_asks_for_no_basis(
        self, world: CaseWorld, monkeypatch: pytest.MonkeyPatch, check: Any
    ) -> None:
        """The checks above can fail: this scope forgets the lawful basis."""
        monkeypatch.setattr(case_scope, "covers", lambda *_, **__: sa.true())
        told = Told(Pathway.YOUTH_JUSTICE, "northside", frozenset({RecipientClass.SUPPORT_SERVICE}), None)

        populated = populate(world, [YOUTH_JUSTICE_WORKER], [told])

        with pytest.raises(AssertionError):
            check(populated, [YOUTH_JUSTICE_WORKER])

    @pytest.mark.parametrize("check", [check_queries, check_pages])
    @pytest.mark.parametrize(("triage", "referrer"), [(True, 0), (False, None)])
    def test_would_fail_on_a_query_that_asks_a_reviewer_for_the_area_alone(
        self, world: CaseWorld, monkeypatch: pytest.MonkeyPatch, triage: bool, referrer: int | None, check: Any
    ) -> None:
        """And this scope forgets that a reviewer knows neither their own referral nor one that triage is not told of."""
        monkeypatch.setattr(case_scope, "_as_reviewer", lambda reader: cases.c.area.in_(reader.review_areas))
        covered = frozenset({RecipientClass.TRIAGE}) if triage else frozenset({RecipientClass.SUPPORT_SERVICE})
        told = Told(Pathway.SAFEGUARDING, "northside", covered, None, referrer)

        populated = populate(world, [NORTHSIDE_REVIEWER], [told])

        with pytest.raises(AssertionError):
            check(populated, [NORTHSIDE_REVIEWER])


class TestAConsentGivenToAYouthWorkerAlone:
    @examples(4)
    @given(person=people(), area=st.sampled_from(AREAS))
    def test_never_lands_in_youth_justice(self, world: CaseWorld, person: Person, area: str) -> None:
        only_support = frozenset({RecipientClass.SUPPORT_SERVICE, RecipientClass.TRIAGE})
        told = Told(Pathway.YOUTH_JUSTICE, area, only_support, 0)

        populated = populate(world, [YOUTH_JUSTICE_WORKER, person], [told])
        case_id = populated.cases[0][0]
        for member in populated.members:
            client = world.client(member)
            everything = said_to(client, populated) + client.get(f"{API}/{case_id}").text
            assert "REF0REF" not in everything
            assert "Zq0name" not in everything
            assert str(case_id) not in everything
            assert client.post(f"/casework/cases/{case_id}/taking").status_code in (403, 404)
            assert str(case_id) not in client.post("/casework/queue/next").headers.get("Location", "")
