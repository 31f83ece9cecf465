"""Need-to-know over intake: a referrer knows what they wrote, a reviewer the matches of which they may know both.

The rule is design.md 8.11, written here a second time; every page, list, operation and match of intake is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.contracts.codes import Role
from services.intake.adapters import match_scope, queries
from services.intake.adapters.tables import matches
from services.intake.domain.referral import Referral, ReferredBy
from services.platform.auth.identity import Identity
from tests.factories.intake import a_content, a_receipt
from tests.factories.intake import somebody as a_young_person
from tests.integration.intake.world import HOSPITAL, PARTNERSHIP, POLICE, World, a_referral, a_world, somebody

AREAS = ("northside", "riverside", "westborough")
WRITE_PAGES = {Role.NAVIGATOR, Role.REFERRER}
USE_THE_API = WRITE_PAGES | {Role.PARTNER_SYSTEM, Role.SCREENING_OFFICER}
ROLES = (
    {Role.REVIEWER},
    {Role.REVIEWER, Role.NAVIGATOR},
    {Role.NAVIGATOR},
    {Role.REFERRER},
    {Role.PARTNER_SYSTEM},
    {Role.PARTNER_SYSTEM, Role.REVIEWER},
    {Role.SCREENING_OFFICER},
    {Role.DATA_SCIENTIST, Role.TEAM_MANAGER, Role.ADMINISTRATOR},
)
ORGANISATIONS = (PARTNERSHIP, PARTNERSHIP, HOSPITAL, POLICE)


@dataclass(frozen=True)
class Person:
    roles: frozenset[Role]
    areas: frozenset[str]
    organisation: UUID


@dataclass(frozen=True)
class Told:
    """`made_by` is the place of the person who made the referral, or None for somebody else."""

    area: str
    made_by: int | None


def wrote(place: int, persons: list[Person], told: Told) -> bool:
    """Whether the account wrote the referral. What a partner's system sent, every system of that partner sent."""
    if told.made_by is None or told.made_by >= len(persons):
        return False
    maker, viewer = persons[told.made_by], persons[place]
    systems = Role.PARTNER_SYSTEM in maker.roles & viewer.roles and maker.organisation == viewer.organisation
    return told.made_by == place or systems


def may_review(place: int, persons: list[Person], told: Told) -> bool:
    """Reviewers know the referrals of their areas, never their own; the police none."""
    person = persons[place]
    reviews = Role.REVIEWER in person.roles and person.organisation != POLICE
    return reviews and told.area in person.areas and told.made_by != place


def people() -> st.SearchStrategy[Person]:
    areas = st.frozensets(st.sampled_from(AREAS), min_size=1)
    roles = st.sampled_from([frozenset(roles) for roles in ROLES])
    return st.builds(Person, roles=roles, areas=areas, organisation=st.sampled_from(ORGANISATIONS))


def referrals() -> st.SearchStrategy[Told]:
    return st.builds(Told, area=st.sampled_from(AREAS), made_by=st.none() | st.integers(0, 1))


@pytest.fixture
def world(database_url: str) -> World:
    return a_world(database_url)


def ask_everybody(world: World, persons: list[Person], tolds: list[Told]) -> None:
    """Raises AssertionError on the first thing told that the rule forbids, or kept back that it grants.

    The world keeps what earlier examples put there: it is other people's, and must not be told of either.
    """
    names = [known(world, person) for person in persons]
    made = referred(world, [world.people[name] for name in names], tolds)
    for place, name in enumerate(names):
        roles = persons[place].roles
        listed = _list(world, name)
        for referral, told in zip(made, tolds, strict=True):
            own = wrote(place, persons, told)
            _check_operations(world, name, referral, may=own and bool(roles & USE_THE_API))
            _check_pages(world, name, referral, may=own and bool(roles & WRITE_PAGES))
            assert (referral.reference in listed) == (own and bool(roles & WRITE_PAGES))
        for (one, told_one), (other, told_other) in combinations(zip(made, tolds, strict=True), 2):
            may = may_review(place, persons, told_one) and may_review(place, persons, told_other)
            _check_match(world, name, one, other, may=may)


def known(world: World, person: Person) -> str:
    role = next(iter(person.roles))
    identity = replace(
        somebody(role, organisation=person.organisation, areas=tuple(person.areas)), roles=frozenset(person.roles)
    )
    name = str(identity.staff_id)
    world.know(name, identity)
    return name


def referred(world: World, staff: list[Identity], tolds: list[Told]) -> list[Referral]:
    """All about one young person, so that each two of them are a match."""
    who = a_young_person(name=f"Fern Fiction {uuid4()}", phone=f"07700 {uuid4().int % 10**6:06}", age_about=15)
    made = []
    for told in tolds:
        maker = staff[told.made_by] if told.made_by is not None and told.made_by < len(staff) else None
        by = ReferredBy(
            staff_id=maker.staff_id if maker else uuid4(),
            organisation_id=maker.organisation_id if maker else uuid4(),
            organisation_class=(maker or world.people["navigator"]).organisation_class,
            is_system=maker is not None and maker.has(Role.PARTNER_SYSTEM),
        )
        receipt = a_receipt(a_content(young_person=who), by=by, area=told.area)
        made.append(world.service.dispatcher.handle(receipt, actor=by.staff_id))
    return made


def _list(world: World, name: str) -> str:
    """The list of referrals, to its last page."""
    browser, said, address = world.browser(name), "", "/intake/referrals"
    while address:
        page = browser.open(address).text
        said += page
        following = page.partition('rel="next"')[0].rpartition('href="')[2] if 'rel="next"' in page else ""
        address = following.partition('"')[0].replace("&amp;", "&")
    return said


def _check_operations(world: World, name: str, referral: Referral, *, may: bool) -> None:
    caller, location = world.api(name), f"/intake/api/v1/referrals/{referral.id}"
    answer = caller.get(location)
    assert (answer.status_code == 200) == may
    assert (referral.reference in answer.text) == may
    if not may:
        assert answer.status_code == caller.get(f"/intake/api/v1/referrals/{uuid4()}").status_code
        assert caller.put(location, a_referral(), version=1).status_code in (403, 404)
        withdrawn = caller.post({"reason": "duplicate"}, path=f"referrals/{referral.id}/withdrawal")
        assert withdrawn.status_code in (403, 404)


def _check_pages(world: World, name: str, referral: Referral, *, may: bool) -> None:
    browser = world.browser(name)
    for path in ("", "/answers", "/change", "/withdraw"):
        page = browser.open(f"/intake/referrals/{referral.id}{path}")
        assert (page.status_code == 200) == may
        assert (referral.reference in page.text) == may
        assert may or "Fern Fiction" not in page.text


def _check_match(world: World, name: str, one: Referral, other: Referral, *, may: bool) -> None:
    match = match_between(world, one, other)
    browser, path = world.browser(name), f"/intake/matches/{match.id}"
    page = browser.open(path)
    assert (page.status_code == 200) == may
    assert ("Fern Fiction" in page.text) == may
    if not may:
        assert page.status_code == browser.open(f"/intake/matches/{uuid4()}").status_code
        browser.open("/intake/referrals")
        decided = browser.send({"state": "linked", "reason": "I think so", "version": "1"}, path=path)
        assert decided.status_code in (403, 404)
        assert match_between(world, one, other).version == 1


def match_between(world: World, one: Referral, other: Referral) -> Any:
    between = matches.c.earlier_id.in_([one.id, other.id]) & matches.c.later_id.in_([one.id, other.id])
    with world.service.database.read() as connection:
        return connection.execute(sa.select(matches).where(between)).one()


def examples(maximum: int) -> settings:
    slow = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    return settings(max_examples=maximum, suppress_health_check=slow)


REVIEWER = Person(frozenset({Role.REVIEWER, Role.NAVIGATOR}), frozenset({"northside"}), PARTNERSHIP)
A_POLICE_REVIEWER = replace(REVIEWER, organisation=POLICE)
A_SYSTEM_THAT_REVIEWS = replace(REVIEWER, roles=frozenset({Role.REVIEWER, Role.PARTNER_SYSTEM}))
OURS, OWN = Told("northside", made_by=None), Told("northside", made_by=0)
EVERYBODY: Callable[..., sa.ColumnElement[bool]] = lambda *_: sa.true()  # noqa: E731


class TestNeedToKnowOfIntake:
    @examples(6)
    @given(persons=st.lists(people(), min_size=1, max_size=2), tolds=st.lists(referrals(), min_size=2, max_size=3))
    def test_holds_for_every_page_list_operation_and_match(
        self, world: World, persons: list[Person], tolds: list[Told]
    ) -> None:
        ask_everybody(world, persons, tolds)

    @pytest.mark.parametrize(
        ("person", "tolds"),
        [
            (REVIEWER, [OURS, OURS]),
            (REVIEWER, [OURS, OWN]),
            (REVIEWER, [OURS, Told("westborough", made_by=None)]),
            (A_POLICE_REVIEWER, [OURS, OURS]),
            (A_SYSTEM_THAT_REVIEWS, [OURS, OWN]),
        ],
        ids=["both", "own referral", "another area", "police", "own referral of a system"],
    )
    def test_holds_for_each_part_of_the_rule(self, world: World, person: Person, tolds: list[Told]) -> None:
        ask_everybody(world, [person], tolds)

    @pytest.mark.parametrize(
        "condition", [(match_scope, "visible_to"), (queries, "_written_by")], ids=["match", "referral"]
    )
    def test_would_fail_on_a_query_that_tells_all(
        self, world: World, monkeypatch: pytest.MonkeyPatch, condition: tuple[object, str]
    ) -> None:
        """The check above can fail: with this condition everybody knows everything."""
        monkeypatch.setattr(*condition, EVERYBODY)

        with pytest.raises(AssertionError):
            ask_everybody(world, [REVIEWER], [OURS, OWN])
