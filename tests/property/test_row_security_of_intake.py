"""Row-level security of need-to-know in intake: PostgreSQL's own policies keep a stranger out where a query forgets to.

The properties of need-to-know are held here once more, on a schema that another role owns, as at scale; and with the
very queries that the tests of the condition of the query break.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from devtools.postgresql import Addresses, Cluster
from devtools.revisions import owned_by_another
from devtools.unsent_text import an_unsent_text
from services.contracts.codes import ProgressStep, Role
from services.intake.adapters import match_scope, queries
from services.intake.adapters.row_security import POLICIES
from services.intake.adapters.tables import bases, referrals
from services.intake.application.drafts import SaveDraft
from services.intake.domain.viewer import Viewer
from services.intake.entrypoints import caller
from services.platform.auth.identity import Identity
from services.platform.db import row_security
from tests.integration.intake.test_status_pages import progress
from tests.integration.intake.world import HOSPITAL, World, a_referral, a_world, an_intake
from tests.property import test_intake_need_to_know as of_intake
from tests.property.test_intake_need_to_know import A_POLICE_REVIEWER, OURS, OWN, REVIEWER, Person, Told

NAVIGATOR = Person(frozenset({Role.NAVIGATOR}), frozenset({"northside"}), HOSPITAL)


@pytest.fixture(scope="module")
def addresses(postgresql: Cluster) -> Addresses:
    return owned_by_another(postgresql, "intake", an_intake)


@pytest.fixture
def world(addresses: Addresses, postgresql: Cluster) -> Iterator[World]:
    postgresql.empty("intake", database=addresses.owner.rpartition("/")[2])
    made = a_world(addresses.user, make_tables=lambda _service: None)
    yield made
    made.service.database.close()


class TestRowSecurity:
    @of_intake.examples(5)
    @given(
        persons=st.lists(of_intake.people(), min_size=1, max_size=2),
        tolds=st.lists(of_intake.referrals(), min_size=2, max_size=3),
    )
    def test_keeps_back_nothing_that_the_rule_grants(
        self, world: World, persons: list[Person], tolds: list[Told]
    ) -> None:
        of_intake.ask_everybody(world, persons, tolds)

    @pytest.mark.parametrize(
        ("person", "tolds"),
        [
            (REVIEWER, [OURS, OWN]),
            (REVIEWER, [OURS, Told("westborough", made_by=None)]),
            (A_POLICE_REVIEWER, [OURS, OURS]),
            (NAVIGATOR, [OWN, OWN]),
        ],
        ids=["own referral", "another area", "police", "no reviewer"],
    )
    def test_stands_where_a_query_of_matches_tells_all(
        self, world: World, monkeypatch: pytest.MonkeyPatch, person: Person, tolds: list[Told]
    ) -> None:
        name = of_intake.known(world, person)
        one, other = of_intake.referred(world, [world.people[name]], tolds)
        match = of_intake.match_between(world, one, other)
        who = world.people[name]
        viewer = Viewer(staff_id=who.staff_id, organisation_class=who.organisation_class, areas=who.areas)
        monkeypatch.setattr(match_scope, "visible_to", of_intake.EVERYBODY)

        with _reading(world, world.people[name]) as connection:
            found = queries.match_for(connection, match.id, viewer)
            changes = _rows(connection, "match_changes")

        assert (found, changes) == (None, 0)

    def test_stands_where_a_query_tells_every_referrer_all(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("navigator", "system"):
            assert world.api(name).post(a_referral()).status_code == 202
        monkeypatch.setattr(queries, "_written_by", of_intake.EVERYBODY)

        listed = {name: self._listed(world, name) for name in ("navigator", "colleague", "system", "police-system")}

        assert listed == {"navigator": 1, "colleague": 0, "system": 1, "police-system": 0}

    def _listed(self, world: World, name: str) -> int:
        identity = world.people[name]
        with _reading(world, identity) as connection:
            return len(queries.referrals_of(connection, caller.referred_by(identity), limit=10, after=None))

    def test_stands_where_the_list_of_what_arrives_asks_for_nothing(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.api("navigator").post(a_referral())
        world.clock.go_on(minutes=2)
        monkeypatch.setattr(match_scope, "referral_visible_to", of_intake.EVERYBODY)

        pages = {name: world.browser(name).open("/intake/in-transit").text for name in ("reviewer", "reviewer-west")}

        reference = world.rows(referrals)[0].reference
        assert reference in pages["reviewer"]
        assert reference not in pages["reviewer-west"]

    def test_stands_before_a_referral_that_triage_may_not_be_told(self, world: World) -> None:
        world.api("navigator").post(a_referral())
        with _reading(world, world.people["reviewer"]) as connection:
            before = _rows(connection, "identities")

        with world.service.database.write() as connection:
            connection.execute(sa.delete(bases))
        with _reading(world, world.people["reviewer"]) as connection:
            after = _rows(connection, "identities")

        assert (before, after) == (1, 0)

    @pytest.mark.parametrize(("triage", "seen"), [("consent_young_person", 0), ("public_task", 1)])
    def test_hides_who_it_is_about_when_the_consent_that_reviewers_had_was_withdrawn(
        self, world: World, triage: str, seen: int
    ) -> None:
        sent = world.api("navigator").post(a_referral(bases=[{"recipient_class": "triage", "basis": triage}]))
        path = sent.headers["Location"].removeprefix("/intake/api/v1/") + "/withdrawal"

        world.api("navigator").post({"reason": "consent_withdrawn"}, path=path)

        with _reading(world, world.people["reviewer"]) as connection:
            assert [_rows(connection, table) for table in ("referrals", "identities", "narratives")] == [1, seen, seen]
        with _reading(world, world.people["navigator"]) as connection:
            assert _rows(connection, "identities") == 1

    def test_shows_a_draft_to_who_typed_it_alone(self, world: World) -> None:
        mine, theirs = world.people["navigator"], world.people["colleague"]
        _draft(world, mine)

        seen = {}
        for identity in (mine, theirs):
            with _reading(world, identity) as connection:
                seen[identity.staff_id] = _rows(connection, "drafts")

        assert seen == {mine.staff_id: 1, theirs.staff_id: 0}

    def test_shows_nobody_a_row_of_any_of_its_tables(self, world: World) -> None:
        _something_of_everything(world)

        with _reading(world, None) as connection:
            by_nobody = {table: _rows(connection, table) for table in POLICIES.policies}
        with world.service.database.read() as connection:
            by_the_service = {table: _rows(connection, table) for table in POLICIES.policies}

        assert set(by_nobody.values()) == {0}
        assert all(by_the_service.values())


def _something_of_everything(world: World) -> None:
    """Two that look alike, one on its way with equality answers, a draft and unsent text: a row in every table."""
    first, *_ = of_intake.referred(world, [], [OURS, OURS])
    assert world.api("navigator").post(a_referral(equality={"sex": "male"})).status_code == 202
    progress(world, first.id, 1, ProgressStep.BEING_READ)
    _draft(world, world.people["navigator"])
    an_unsent_text(world.service, at=world.clock())


def _draft(world: World, by: Identity) -> None:
    command = SaveDraft(draft_id=uuid4(), staff_id=by.staff_id, answers={"name": ["Fern Fiction"]}, expected_version=0)
    world.service.dispatcher.handle(command, actor=by.staff_id)


@contextmanager
def _reading(world: World, identity: Identity | None) -> Iterator[sa.Connection]:
    with world.service.database.read() as connection:
        row_security.set_viewer(connection, identity, at=world.clock())
        yield connection


def _rows(connection: sa.Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
