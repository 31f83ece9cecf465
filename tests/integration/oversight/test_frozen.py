"""Figures are frozen once a week, and page, file and API show what was frozen, on both databases."""

import csv
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from services.contracts import intake
from services.contracts.scoring import ModelDescribedV2
from services.oversight import freezing, running
from services.oversight.rebuilding import Rebuild
from services.oversight.report import Report, reports_on
from services.oversight.tables import held_counts, platform, published_reports, snapshots, timelines
from services.platform.messaging.worker import reconcile
from services.platform.service import Service
from tests.integration.oversight.test_oversight import BOARD, NOW, Clock, a_service, event, freeze, hear, referral
from tests.statements import asked_of

NewDatabase = Callable[[str], str]

WEEK = timedelta(weeks=1)
MONDAY = datetime(2026, 5, 18, 5, 0, tzinfo=UTC)
"""Six o'clock in London, the last one before NOW, which is a Wednesday."""
FINAL = datetime(2026, 8, 3, 5, 0, tzinfo=UTC)
"""The first Monday of which the second quarter has ended four weeks ago."""
PAGE, FILE, JSON = "/oversight/", "/oversight/steps/2026-Q2.csv", "/oversight/api/v1/steps/2026-Q2"
OUTLETS = (PAGE, FILE, JSON)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def service(new_database: NewDatabase, clock: Clock) -> Service:
    return a_service(new_database("oversight"), clock=clock)


@pytest.fixture
def client(service: Service) -> FlaskClient:
    return service.app.test_client()


def received(service: Service, number: int, **what: Any) -> None:
    for _ in range(number):
        referral(service, **what)


def rows(service: Service, table: sa.Table) -> list[Any]:
    with service.database.read() as connection:
        return list(connection.execute(sa.select(table).order_by(*table.primary_key)))


def looks(client: FlaskClient) -> list[str]:
    """What is shown; a page's head and foot bear what belongs to the one request."""
    return [client.get(outlet, headers=BOARD).text.partition("<main")[2 if outlet == PAGE else 0] for outlet in OUTLETS]


def figures(client: FlaskClient, where: str = JSON) -> dict[str, Any]:
    found = client.get(where, headers=BOARD)
    assert found.status_code == 200
    content: dict[str, Any] = found.get_json()
    return content


class TestTheWorker:
    def test_freezes_once_a_week(self, service: Service, clock: Clock) -> None:
        received(service, 9)

        done = []
        for at in (NOW, NOW + timedelta(days=1), MONDAY + WEEK - timedelta(seconds=1), MONDAY + WEEK, NOW + WEEK):
            clock.at = at
            done.append(freeze(service))

        assert done == [1, 0, 0, 1, 0]
        assert [row.due_at for row in rows(service, snapshots)] == [MONDAY, MONDAY + WEEK]

    def test_catches_up_a_missed_monday_and_of_several_the_newest(self, service: Service, clock: Clock) -> None:
        received(service, 9)
        freeze(service)
        clock.at = NOW + 3 * WEEK

        assert [freeze(service), freeze(service)] == [1, 0]
        assert [row.due_at for row in rows(service, snapshots)] == [MONDAY, MONDAY + 3 * WEEK]

    def test_does_it_among_what_a_worker_reconciles(self, service: Service) -> None:
        received(service, 9)

        assert [reconcile(service), reconcile(service)] == [1, 0]

    def test_freezes_once_where_two_of_them_run(self, new_database: NewDatabase) -> None:
        url = new_database("oversight")
        replicas = [a_service(url), a_service(url, new=False)]
        received(replicas[0], 9)

        with ThreadPoolExecutor(4) as several:
            done = list(several.map(freeze, replicas * 4))

        assert sorted(done) == [0] * 7 + [1]
        assert len(rows(replicas[0], published_reports)) == 1

    def test_leaves_nothing_when_it_is_killed_in_between(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        received(service, 9)
        with monkeypatch.context() as patched:
            patched.setattr(freezing, "to_json", None)
            patched.setattr(running, "to_json", None)
            with pytest.raises(TypeError):
                freeze(service)
        left = [rows(service, table) for table in (snapshots, published_reports, held_counts)]

        assert left == [[], [], []]
        assert freeze(service) == 1

    def test_keeps_out_no_writer_while_it_computes_final_reports(
        self, service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Before, they were computed within the write transaction: on SQLite nothing else was written meanwhile."""
        received(service, 9)
        clock.at = FINAL

        def compute(*of: Any) -> list[Report]:
            received(service, 1, at=FINAL - WEEK)
            return reports_on(*of)

        monkeypatch.setattr(freezing, "reports_on", compute)

        assert freeze(service) == 1
        assert len(rows(service, timelines)) == 10
        assert {row.period: row.final for row in rows(service, published_reports)} == {
            "2026-Q2": True,
            "2026-Q3": False,
        }

    def test_publishes_nothing_when_everything_is_read_again_meanwhile(
        self, service: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        received(service, 9)
        clock.at = FINAL

        def compute(*of: Any) -> list[Report]:
            service.dispatcher.handle(Rebuild(), actor=None)
            return reports_on(*of)

        monkeypatch.setattr(freezing, "reports_on", compute)

        assert freeze(service) == 0
        assert rows(service, published_reports) == []

    def test_waits_while_everything_is_read_again(self, service: Service) -> None:
        received(service, 9)
        service.dispatcher.handle(Rebuild(), actor=None)
        received(service, 9)

        assert freeze(service) == 0

    def test_records_that_it_did_without_a_figure(self, service: Service) -> None:
        received(service, 23)
        freeze(service)

        [row] = [row for row in rows(service, platform.audit_rows) if row.what == "figures.frozen"]
        assert (row.subject_id, row.details) == ("2026-05-18T06:00:00+01:00", None)


class TestBeforeTheFirstSnapshot:
    def test_the_page_says_when_it_will_be(self, service: Service, client: FlaskClient) -> None:
        received(service, 9, at=NOW - timedelta(hours=5))

        assert freeze(service) == 0  # what is due was before anything came
        page = client.get(PAGE, headers=BOARD)
        assert page.status_code == 200
        assert "the first will be published on 25 May 2026 at 6am" in page.text

    @pytest.mark.parametrize("outlet", [FILE, JSON, "/oversight/?period=2026-Q2"])
    def test_file_and_api_say_so_too(self, client: FlaskClient, outlet: str) -> None:
        found = client.get(outlet, headers=BOARD)

        assert found.status_code == 409
        assert "The first figures will be published on 25 May 2026 at 6am." in found.text


class TestEveryOutlet:
    def test_shows_nothing_that_came_after_the_snapshot(
        self, service: Service, client: FlaskClient, clock: Clock
    ) -> None:
        """Before, the first safeguarding decision of the quarter turned a 0 into a star on the next look."""
        received(service, 12)
        freeze(service)
        before = looks(client)

        received(service, 40, decided=True)
        received(service, 10, area="riverside")
        reconcile(service)
        during = looks(client)
        clock.at = MONDAY + WEEK
        freeze(service)

        assert during == before
        assert looks(client) != before
        assert "<td" in before[0]

    def test_asks_no_row_of_a_referral(self, service: Service, client: FlaskClient) -> None:
        """Each look read every referral of the quarter, in a transaction that keeps out all writers."""
        received(service, 12)
        freeze(service)

        with asked_of(service) as asked:
            looks(client)

        assert asked
        assert [statement for statement in asked if "referral_timelines" in statement] == []

    def test_gives_the_same_numbers(self, service: Service, client: FlaskClient) -> None:
        received(service, 23)
        received(service, 3, decided=True)
        freeze(service)

        said = figures(client)
        lines = list(csv.DictReader(io.StringIO(client.get(FILE, headers=BOARD).text)))
        page = client.get(PAGE, headers=BOARD).text

        counts = {line["row"]: line["value"] for line in lines}
        assert counts == {name: str(each) for name, each in [*said["steps"].items(), *said["pathways"].items()]} | {
            "received": "30"
        }
        assert (said["steps"]["being_read"], said["pathways"]["early_intervention"]) == (20, "*")
        assert {line["as_of"] for line in lines} == {"2026-05-20"}
        assert said["as_of"].startswith("2026-05-20T12:00:00")
        assert said["next_at"].startswith("2026-05-25T0")
        assert "their progress on 20 May 2026 at 1pm" in page
        assert "The next figures will be published on 25 May 2026 at 6am." in page
        assert "A figure is updated only when it has changed by 8 or more" in page

    def test_keeps_a_count_until_it_has_changed_by_eight(
        self, service: Service, client: FlaskClient, clock: Clock
    ) -> None:
        seen = []
        for week, more in enumerate((9, 7, 1, 0)):
            clock.at = NOW + week * WEEK
            received(service, more)
            freeze(service)
            seen.append(figures(client)["steps"]["being_read"])

        assert seen == [10, 10, 20, 20]

    def test_offers_a_choice_of_quarters_only_where_there_are_several(
        self, service: Service, client: FlaskClient, clock: Clock
    ) -> None:
        """Before, the page of one quarter had a list with that one and a button."""
        received(service, 9)
        freeze(service)
        of_one = client.get(PAGE, headers=BOARD).text.partition("<main")[2]
        clock.at = FINAL - WEEK
        freeze(service)
        of_two = client.get(PAGE, headers=BOARD).text.partition("<main")[2]

        assert ("<select" in of_one, "<form" in of_one) == (False, False)
        assert "Referrals received from April to June 2026 in all areas" in of_one
        assert ("<select" in of_two, ">Show<" in re.sub(r"\s", "", of_two)) == (True, True)

    @pytest.mark.parametrize("outlet", OUTLETS)
    def test_is_for_board_members_alone(self, client: FlaskClient, outlet: str) -> None:
        assert client.get(outlet, headers={"Authorization": "Bearer reviewer"}).status_code == 403

    @pytest.mark.parametrize(
        "address", ["/oversight/?period=2026-Q9", "/oversight/?period=2019-Q1", "/oversight/steps/2027-Q1.csv"]
    )
    def test_is_not_found_for_what_there_is_not(self, service: Service, client: FlaskClient, address: str) -> None:
        received(service, 9)
        freeze(service)

        assert client.get(address, headers=BOARD).status_code == 404

    def test_leaves_one_row_that_it_was_read(self, service: Service, client: FlaskClient) -> None:
        received(service, 9)
        freeze(service)
        client.get(PAGE, headers=BOARD)

        [row] = [row for row in rows(service, platform.audit_rows) if row.what == "report.read"]
        assert (row.subject_id, row.details) == ("2026-Q2", {"area": "all", "form": "page"})

    def test_takes_no_parameter_it_does_not_know(self, client: FlaskClient) -> None:
        assert client.get(f"{JSON}?team=1", headers=BOARD).status_code == 400

    def test_says_that_the_data_are_invented(self, service: Service, client: FlaskClient) -> None:
        before = client.get(PAGE, headers=BOARD).text
        received(service, 9)
        freeze(service)

        assert all(
            "Invented data: not for decisions." in page for page in (before, client.get(PAGE, headers=BOARD).text)
        )

    def test_says_so_outside_a_demonstration_too_when_a_model_is(self, new_database: NewDatabase) -> None:
        clock = Clock()
        service = a_service(new_database("oversight"), demonstration=False, clock=clock)
        client = service.app.test_client()
        received(service, 9)
        freeze(service)
        before = client.get(PAGE, headers=BOARD).text

        hear(service, event(ModelDescribedV2, invented_data=True))
        clock.at = NOW + WEEK
        freeze(service)

        assert "Invented data" not in before
        assert "Invented data" in client.get(PAGE, headers=BOARD).text


class TestAnArea:
    def test_is_not_shown_of_the_running_quarter(self, service: Service, client: FlaskClient) -> None:
        received(service, 30)
        freeze(service)

        found = client.get(f"{JSON}?area=northside", headers=BOARD)
        page = client.get("/oversight/?period=2026-Q2&area=northside", headers=BOARD, follow_redirects=True)

        assert found.status_code == 409
        assert found.get_json()["detail"] == "Areas of this quarter are published on 3 August 2026."
        assert page.status_code == 200
        assert 'name="area"' not in page.text
        assert "northside" not in page.text.lower()
        assert "published on 3 August 2026" in page.text

    def test_is_published_with_the_whole_four_weeks_after_the_quarter(
        self, service: Service, client: FlaskClient, clock: Clock
    ) -> None:
        received(service, 15, area="riverside", decided=True)
        received(service, 9, area="northside")
        freeze(service)
        finals = []
        for at in (FINAL - WEEK, FINAL):
            clock.at = at
            freeze(service)
            finals.append(figures(client)["final"])

        areas = [figures(client, f"{JSON}?area={area}")["steps"] for area in ("riverside", "northside", "")]

        assert finals == [False, True]
        assert [each["case_opened"] for each in areas] == [15, 0, 15]
        page = client.get("/oversight/?period=2026-Q2&area=riverside", headers=BOARD).text
        assert "This report is final" in page
        assert "3 days" in page
        assert rows(service, held_counts) == [("2026-Q3", rows(service, held_counts)[0].counts)]

    def test_hides_its_one_referral(self, service: Service, client: FlaskClient, clock: Clock) -> None:
        received(service, 9, area="riverside")
        received(service, 1, area="northside")
        clock.at = FINAL
        freeze(service)

        said = [figures(client, f"{JSON}?area={area}") for area in ("riverside", "northside", "")]
        assert [each["steps"]["being_read"] for each in said] == ["*", "*", 10]

    def test_is_not_found_where_nothing_came_from(self, service: Service, client: FlaskClient, clock: Clock) -> None:
        received(service, 9)
        clock.at = FINAL
        freeze(service)

        assert client.get(f"{JSON}?area=elsewhere", headers=BOARD).status_code == 404
        assert client.get(f"{PAGE}?period=2026-Q2&area=elsewhere", headers=BOARD).status_code == 404


class TestAFinalReport:
    @pytest.mark.parametrize("later", ["amended", "received", "erased"])
    def test_never_changes(self, service: Service, client: FlaskClient, clock: Clock, later: str) -> None:
        received(service, 20)
        moved = referral(service, area="riverside")
        clock.at = FINAL
        freeze(service)
        before = rows(service, published_reports)
        shown = figures(client)

        if later == "amended":
            at = NOW - timedelta(days=9)
            hear(
                service,
                event(intake.ReferralAmendedV1, referral_id=moved, version=2, area="northside", received_at=at),
            )
        if later == "received":
            received(service, 20)
        if later == "erased":
            with service.database.write() as connection:
                connection.execute(sa.delete(timelines))
                connection.execute(sa.delete(held_counts))
            referral(service, at=FINAL)
        clock.at = FINAL + WEEK
        froze = freeze(service)

        kept = [row for row in rows(service, published_reports) if row.period == "2026-Q2"]
        assert froze == 1
        assert kept == [row for row in before if row.period == "2026-Q2"]
        assert figures(client) == shown
