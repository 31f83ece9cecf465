"""Row-level security of need-to-know in casework: PostgreSQL's own policies keep a stranger out where a query forgets to.

The properties of need-to-know are held here once more, on a schema that another role owns, as at scale; and with the
very queries that the tests of the condition of the query break.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from devtools.postgresql import Addresses, Cluster
from devtools.revisions import owned_by_another
from devtools.unsent_text import an_unsent_text
from services.casework.adapters import case_scope, review_queries
from services.casework.adapters.case_tables import cases
from services.casework.adapters.row_security import POLICIES
from services.casework.adapters.tables import bases, identities
from services.casework.bootstrap import build
from services.casework.settings import Settings
from services.contracts.codes import LawfulBasis, OrganisationClass, Pathway, RecipientClass, Role
from services.platform.db import row_security
from services.platform.service import Service
from tests.factories import reviews as make
from tests.factories.cases import DECIDED_AT
from tests.integration.casework.case_world import CaseWorld, Client, Tokens
from tests.integration.casework.decided import decided, of_team, proposed
from tests.integration.casework.review_world import ReviewWorld, a_key, an_own_view
from tests.integration.casework.test_alarm_reach import act, listed, raise_danger
from tests.integration.casework.test_second_referral import linked
from tests.property import test_case_need_to_know as of_cases
from tests.property import test_review_need_to_know as of_reviews

OURS = of_reviews.Told("northside", triage=True, made_by=None)
A_POLICE_WORKER = replace(of_cases.YOUTH_JUSTICE_WORKER, organisation=OrganisationClass.POLICE)
TODAY = DECIDED_AT.date()
ON_CONSENT = [
    make.a_basis(recipient, LawfulBasis.CONSENT_YOUNG_PERSON)
    for recipient in (RecipientClass.TRIAGE, RecipientClass.SUPPORT_SERVICE)
]


@pytest.fixture(scope="module")
def addresses(postgresql: Cluster) -> Addresses:
    return owned_by_another(postgresql, "casework", _casework)


@pytest.fixture(autouse=True)
def empty(addresses: Addresses, postgresql: Cluster) -> Callable[[], None]:
    """Deletes every row; done before each test."""
    database = addresses.owner.rpartition("/")[2]

    def delete() -> None:
        postgresql.empty("casework", database=database)

    delete()
    return delete


def _casework(url: str) -> Service:
    return build(Settings(database_url=url, secret_key=b"k" * 32, demonstration=True), identities=Tokens())


class WalledCases(CaseWorld):
    """A world that may not make its own tables anew to be empty."""

    def __init__(self, url: str, delete: Callable[[], None]) -> None:
        super().__init__(url)
        self._delete = delete

    def empty(self) -> None:
        self.tokens.known.clear()
        self._delete()


@pytest.fixture
def case_world(addresses: Addresses, empty: Callable[[], None]) -> Iterator[WalledCases]:
    world = WalledCases(addresses.user, empty)
    yield world
    world.close()


@pytest.fixture
def review_world(addresses: Addresses) -> Iterator[ReviewWorld]:
    world = ReviewWorld(addresses.user)
    yield world
    world.close()


class TestRowSecurity:
    @of_cases.examples(5)
    @given(
        persons=st.lists(of_cases.people(), min_size=1, max_size=2),
        tolds=st.lists(of_cases.referrals(), min_size=1, max_size=3),
    )
    def test_keeps_back_no_case_that_the_rule_grants(
        self, case_world: WalledCases, persons: list[of_cases.Person], tolds: list[of_cases.Told]
    ) -> None:
        of_cases.check_pages(of_cases.populate(case_world, persons, tolds), persons)

    @of_cases.examples(5)
    @given(
        persons=st.lists(of_reviews.people(), min_size=1, max_size=2),
        tolds=st.lists(of_reviews.referrals(), min_size=1, max_size=3),
    )
    def test_keeps_back_no_review_that_the_rule_grants(
        self, review_world: ReviewWorld, persons: list[of_reviews.Person], tolds: list[of_reviews.Told]
    ) -> None:
        of_reviews.ask_everybody(review_world, persons, tolds)

    def test_stands_where_a_query_asks_for_no_basis(
        self, case_world: WalledCases, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(case_scope, "covers", lambda *_, **__: sa.true())
        only_support = frozenset({RecipientClass.SUPPORT_SERVICE})
        told = of_cases.Told(Pathway.YOUTH_JUSTICE, "northside", only_support, None)

        populated = of_cases.populate(case_world, [of_cases.YOUTH_JUSTICE_WORKER], [told])

        of_cases.check_pages(populated, [of_cases.YOUTH_JUSTICE_WORKER])

    @pytest.mark.parametrize(("triage", "referrer"), [(True, 0), (False, None)])
    def test_stands_where_a_query_asks_a_reviewer_for_the_area_alone(
        self, case_world: WalledCases, monkeypatch: pytest.MonkeyPatch, triage: bool, referrer: int | None
    ) -> None:
        monkeypatch.setattr(case_scope, "_as_reviewer", lambda reader: cases.c.area.in_(reader.review_areas))
        covered = frozenset({RecipientClass.TRIAGE if triage else RecipientClass.SUPPORT_SERVICE})
        told = of_cases.Told(Pathway.SAFEGUARDING, "northside", covered, None, referrer)

        populated = of_cases.populate(case_world, [of_cases.NORTHSIDE_REVIEWER], [told])

        of_cases.check_pages(populated, [of_cases.NORTHSIDE_REVIEWER])

    @pytest.mark.parametrize(
        "told",
        [
            of_reviews.Told("westborough", triage=True, made_by=None),
            of_reviews.Told("northside", triage=True, made_by=0),
            of_reviews.Told("northside", triage=False, made_by=None),
        ],
        ids=["another area", "own referral", "not told to triage"],
    )
    def test_stands_where_a_query_tells_a_reviewer_all(
        self, review_world: ReviewWorld, monkeypatch: pytest.MonkeyPatch, told: of_reviews.Told
    ) -> None:
        monkeypatch.setattr(review_queries, "visible_to", lambda _reader: sa.true())
        reviewer = of_reviews.Person(Role.REVIEWER, frozenset({"northside"}), OrganisationClass.LOCAL_AUTHORITY)

        of_reviews.ask_everybody(review_world, [reviewer], [told])

    @pytest.mark.parametrize(
        ("told", "organisation", "seen"),
        [
            (OURS, OrganisationClass.LOCAL_AUTHORITY, 1),
            (OURS, OrganisationClass.POLICE, 0),
            (of_reviews.Told("westborough", triage=True, made_by=None), OrganisationClass.LOCAL_AUTHORITY, 0),
            (of_reviews.Told("northside", triage=True, made_by=0), OrganisationClass.LOCAL_AUTHORITY, 0),
            (of_reviews.Told("northside", triage=False, made_by=None), OrganisationClass.LOCAL_AUTHORITY, 0),
        ],
        ids=["theirs", "police", "another area", "own referral", "not told to triage"],
    )
    def test_shows_a_reviewer_the_row_of_a_review_that_is_theirs_to_read(
        self, review_world: ReviewWorld, told: of_reviews.Told, organisation: OrganisationClass, seen: int
    ) -> None:
        reviewer = review_world.reviewer(uuid4(), "northside", organisation=organisation)
        of_reviews.referred(review_world, told, [reviewer])

        with review_world.database.read() as connection:
            row_security.set_viewer(connection, review_world.member(reviewer).identity, at=review_world.now)
            assert _rows(connection, "reviews") == seen

    @pytest.mark.parametrize(
        ("worker", "pathway", "last_day", "seen"),
        [
            (of_cases.YOUTH_JUSTICE_WORKER, Pathway.YOUTH_JUSTICE, TODAY, 1),
            (of_cases.YOUTH_JUSTICE_WORKER, Pathway.YOUTH_JUSTICE, TODAY - timedelta(days=1), 0),
            (of_cases.YOUTH_JUSTICE_WORKER, Pathway.EARLY_INTERVENTION, TODAY, 0),
            (A_POLICE_WORKER, Pathway.YOUTH_JUSTICE, TODAY, 0),
        ],
        ids=["theirs", "expired", "another team", "police"],
    )
    def test_shows_a_worker_the_row_of_a_case_that_their_team_may_be_told_of(
        self, case_world: WalledCases, worker: of_cases.Person, pathway: Pathway, last_day: date, seen: int
    ) -> None:
        told = of_cases.Told(pathway, "northside", frozenset(RecipientClass), None)
        populated = of_cases.populate(case_world, [worker], [told])
        with case_world.database.write() as connection:
            connection.execute(sa.update(bases).values(expires_on=last_day))

        with case_world.database.read() as connection:
            row_security.set_viewer(connection, populated.members[0].identity, at=case_world.now)
            assert _rows(connection, "cases") == seen

    def test_keeps_back_no_change_from_who_works_the_case_nor_from_who_decided(self, review_world: ReviewWorld) -> None:
        worked, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")
        hand_over = {"pathway": "safeguarding", "team": "childrens-services"}
        elsewhere, _ = decided(review_world, RecipientClass.CHILDRENS_SERVICES, **hand_over)

        for referral in (worked, elsewhere):
            referral.withdrawn()

        assert worker.get(f"/casework/api/v1/cases/{case_id}").json["whole"]["changes"]
        by_decider = review_world.reviewer().get("/casework/reviews").text
        assert elsewhere.event["reference"] in by_decider
        assert worked.event["reference"] not in by_decider

    def test_shows_a_team_whose_consent_was_withdrawn_its_case_and_notice_and_nothing_beside(
        self, review_world: ReviewWorld
    ) -> None:
        referral, _ = decided(review_world, bases=ON_CONSENT)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")
        looked_at = ("cases", "consent_notices", "case_entries", "referrals", "identities", "narratives", "reviews")
        before = _seen(review_world, worker, looked_at)

        referral.withdrawn(reason="consent_withdrawn")

        assert before == (1, 0, 2, 1, 1, 1, 1)
        assert _seen(review_world, worker, looked_at) == (1, 1, 0, 0, 0, 0, 0)

    def test_shows_reviewers_no_row_once_one_confirmed_that_consent_was_withdrawn_but_to_that_one_for_14_days(
        self, review_world: ReviewWorld
    ) -> None:
        referral = review_world.referral(bases=ON_CONSENT)
        confirming, colleague = review_world.reviewer(), review_world.reviewer(uuid4())
        looked_at = ("reviews", "referrals", "identities", "narratives", "withdrawals")
        referral.withdrawn(reason="consent_withdrawn")
        until_then = _seen(review_world, colleague, looked_at)

        confirming.post_json(f"{referral.api}/withdrawal", {}, **referral.as_read)
        after = [_seen(review_world, who, looked_at) for who in (confirming, colleague)]
        review_world.now += timedelta(days=14)

        assert until_then == (1, 1, 1, 1, 1)
        assert after == [(1, 1, 1, 1, 1), (0, 0, 0, 0, 0)]
        assert _seen(review_world, confirming, looked_at) == (0, 0, 0, 0, 0)

    def test_keeps_back_no_alarm_from_who_may_act_on_it_nor_a_second_referral_from_the_worker(
        self, review_world: ReviewWorld
    ) -> None:
        referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        worker.post("/casework/queue/next")
        second = review_world.referral(RecipientClass.SUPPORT_SERVICE, received_at=make.after(20).isoformat())
        linked(review_world, referral, second)

        raise_danger(referral)

        whole = worker.get(f"/casework/api/v1/cases/{case_id}").json["whole"]
        assert [other["reference"] for other in whole["other_referrals"]] == [second.event["reference"]]
        assert [len(listed(client)) for client in (worker, review_world.reviewer())] == [1, 1]

    def test_shows_a_worker_of_a_second_referral_nothing_but_its_own_row(self, review_world: ReviewWorld) -> None:
        first, _ = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        second = review_world.referral(RecipientClass.SUPPORT_SERVICE)
        linked(review_world, first, second)

        with review_world.database.read() as connection:
            row_security.set_viewer(connection, review_world.member(worker).identity, at=review_world.now)
            seen = [_rows(connection, table) for table in ("referrals", "identities", "narratives", "reviews")]

        assert seen == [2, 1, 1, 1]

    def test_shows_nobody_a_row_of_any_of_its_tables(self, review_world: ReviewWorld) -> None:
        _something_of_everything(review_world)

        with review_world.database.read() as connection:
            row_security.set_viewer(connection, None, at=review_world.now)
            by_nobody = {table: _rows(connection, table) for table in POLICIES.policies}
        with review_world.database.read() as connection:
            by_the_service = {table: _rows(connection, table) for table in POLICIES.policies}

        assert set(by_nobody.values()) == {0}
        assert all(by_the_service.values())

    def test_does_not_outlive_the_reading_on_a_connection_that_is_used_again(self, review_world: ReviewWorld) -> None:
        review_world.referral()
        found = sa.select(sa.func.count()).select_from(identities)

        with review_world.database.engine.connect() as connection:
            row_security.set_viewer(connection, None, at=review_world.now)
            hidden = connection.execute(found).scalar_one()
            connection.rollback()
            seen = connection.execute(found).scalar_one()

        assert (hidden, seen) == (0, 1)


def _something_of_everything(world: ReviewWorld) -> None:
    """A referral that was decided and is worked, withdrawn since, and looks like another: a row in
    every table. Another is in danger, and waits for a second reviewer."""
    referral, case_id = decided(world, RecipientClass.SUPPORT_SERVICE)
    worker = of_team(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
    worker.post("/casework/queue/next")
    api = f"/casework/api/v1/cases/{case_id}"
    worker.post_json(f"{api}/contact-attempts", {"mode": "phone", "reached": True}, **a_key())
    worker.post_json(f"{api}/first-contact", {}, **{"If-Match": '"3"'})
    worker.post(f"/casework/cases/{case_id}/equality", {"key": str(uuid4()), "sex": "female"})
    referral.looks_like(world.referral())
    raise_danger(referral)
    act(world.reviewer(), listed(world.reviewer())[0]["id"])
    referral.withdrawn(3)
    proposed(world)
    decided(world, bases=ON_CONSENT)[0].withdrawn(reason="consent_withdrawn")
    _asked_after_another_estimate(world)
    _left_without_a_worker(world)
    an_unsent_text(world.service, at=world.now)


def _asked_after_another_estimate(world: ReviewWorld) -> None:
    reviewer, referral = world.reviewer(), world.referral()
    referral.estimated(probability=0.1234)
    reviewer.post_json(f"{referral.api}/own-view", an_own_view(level="not_enough_information"), **referral.as_read)
    reviewer.get(f"{referral.api}/estimate")
    referral.estimated(probability=0.4321, sequence=2)
    reviewer.get(f"{referral.api}/estimate")
    reviewer.post_json(f"{referral.api}/question", {"question": "other_services_involved"}, **referral.as_read)


def _left_without_a_worker(world: ReviewWorld) -> None:
    decided(world, RecipientClass.SUPPORT_SERVICE)
    worker = of_team(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
    worker.post("/casework/queue/next")
    world.staff_changed(worker, active=False)


def _seen(world: ReviewWorld, client: Client, tables: tuple[str, ...]) -> tuple[int, ...]:
    with world.database.read() as connection:
        row_security.set_viewer(connection, world.member(client).identity, at=world.now)
        return tuple(_rows(connection, table) for table in tables)


def _rows(connection: sa.Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())
