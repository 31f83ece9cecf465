"""Oversight from event to page, file and API, on both databases."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from services.contracts import casework, envelope, intake
from services.contracts.codes import Pathway, Role, SupportLevel
from services.contracts.schema import EventSchema
from services.contracts.scoring import ModelDescribedV2
from services.kernel.bus.translate import Translator
from services.kernel.service import Service
from services.oversight.bootstrap import build
from services.oversight.held import to_journey
from services.oversight.settings import Settings
from services.oversight.tables import journeys, kernel
from tests.contracts.frozen import payload
from tests.parts.revisions import make_tables
from tests.web_app import FakeIdentities, an_identity

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
BOARD = {"Authorization": "Bearer board"}


def a_service(url: str, *, demonstration: bool = True) -> Service:
    identities = FakeIdentities(
        bearers={"board": an_identity(Role.BOARD_MEMBER), "reviewer": an_identity(Role.REVIEWER)}
    )
    settings = Settings(
        database_url=url, secret_key=b"a secret of the tests, 32 bytes.", demonstration=demonstration, https=False
    )
    service = build(settings, identities=identities, clock=lambda: NOW)
    make_tables(service)
    return service


@pytest.fixture
def service(new_database: Callable[[str], str]) -> Service:
    return a_service(new_database("oversight"))


@pytest.fixture
def client(service: Service) -> FlaskClient:
    return service.app.test_client()


def event(schema: type[EventSchema], **changes: Any) -> bytes:
    data = {**schema.decode(payload(schema)), **changes}
    return envelope.write(schema, data, event_id=uuid4(), time=NOW, correlation_id=uuid4(), causation_id=None)


def hear(service: Service, *events: bytes) -> int:
    translator = Translator(service.subscriptions)
    commands = [translator.command_of(value) for value in events]
    return service.dispatcher.handle_events([command for command in commands if command])


def referral(service: Service, *, area: str = "northside", days: int = 9, decided: bool = False) -> None:
    """A referral received some days ago, read an hour later, and perhaps decided three days after that."""
    about: Mapping[str, Any] = {"referral_id": uuid4(), "person_id": uuid4(), "area": area}
    at = NOW - timedelta(days=days)
    events = [
        event(intake.ReferralReceivedV1, **about, received_at=at),
        event(casework.ReviewOpenedV1, **about, version=1, at=at),
        event(casework.ReviewClaimedV1, **about, version=2, at=at + timedelta(hours=1)),
    ]
    if decided:
        decision = {"pathway": Pathway.EARLY_INTERVENTION, "level": SupportLevel.LIGHT, "own_level": SupportLevel.LIGHT}
        decided_at = at + timedelta(days=3, hours=1)
        events.append(event(casework.ReviewDecidedV1, **about, version=3, at=decided_at, **decision))
        events.append(event(casework.CaseOpenedV1, **about, version=1, at=decided_at, pathway=decision["pathway"]))
    hear(service, *events)


def asked(service: Service) -> tuple[bool, bool, bool]:
    with service.database.read() as connection:
        journey = to_journey(connection.execute(sa.select(journeys)).one())
    return journey.ethnicity_asked, journey.sex_asked, journey.disability_asked


class TestTheTables:
    def test_hold_no_person_and_no_reference(self) -> None:
        assert not {"person_id", "reference", "site", "facts"} & set(journeys.c.keys())


class TestWhatIsHeard:
    def test_is_kept_once_however_often_it_comes(self, service: Service) -> None:
        told = event(intake.ReferralReceivedV1)

        assert [hear(service, told), hear(service, told)] == [1, 0]

        with service.database.read() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(journeys)) == 1

    def test_of_equality_is_only_that_it_was_asked(self, service: Service) -> None:
        hear(service, event(intake.EqualityRecordedV1, ethnicity=None, disability=None))
        hear(service, event(casework.EqualityRecordedV1, sex=None, disability=None))

        assert asked(service) == (True, True, False)

    def test_of_an_answer_taken_back_is_that_it_was_not_asked(self, service: Service) -> None:
        given = event(intake.EqualityRecordedV1, version=1)
        nothing = dict.fromkeys(("ethnicity", "sex", "disability"))
        taken_back = event(intake.EqualityRecordedV1, version=2, **nothing)

        hear(service, taken_back, given)

        assert asked(service) == (False, False, False)

    def test_may_be_any_event_it_listens_to(self, service: Service) -> None:
        events = [event(schema) for schema in service.subscriptions]

        assert hear(service, *events) == len(events)


class TestThePage:
    def test_shows_steps_and_times_in_plain_words(self, service: Service, client: FlaskClient) -> None:
        for _ in range(12):
            referral(service, decided=True)
        for _ in range(3):
            referral(service)

        page = client.get("/oversight/", headers=BOARD).text

        assert "Case opened, no first contact yet" in page
        assert "1 hour" in page
        assert "3 days" in page
        assert ">*<" in page

    def test_says_that_the_data_are_invented(self, client: FlaskClient) -> None:
        assert "Invented data: not for decisions." in client.get("/oversight/", headers=BOARD).text

    def test_says_so_outside_a_demonstration_too_when_a_model_is(self, new_database: Callable[[str], str]) -> None:
        service = a_service(new_database("oversight"), demonstration=False)
        client = service.app.test_client()
        before = client.get("/oversight/", headers=BOARD).text

        hear(service, event(ModelDescribedV2, invented_data=True))

        assert "Invented data" not in before
        assert "Invented data" in client.get("/oversight/", headers=BOARD).text

    def test_begins_the_question_of_equality_with_not_asked_yet(self, client: FlaskClient) -> None:
        page = client.get("/oversight/", headers=BOARD).text

        assert page.index("Not asked yet") < page.index(">Asked<")

    @pytest.mark.parametrize(
        "address", ["/oversight/?area=elsewhere", "/oversight/?period=2026-Q9", "/oversight/?period=2019-Q1"]
    )
    def test_is_not_found_for_what_there_is_not(self, client: FlaskClient, address: str) -> None:
        assert client.get(address, headers=BOARD).status_code == 404

    @pytest.mark.parametrize(
        "address", ["/oversight/", "/oversight/steps/2026-Q2.csv", "/oversight/api/v1/steps/2026-Q2"]
    )
    def test_is_for_board_members_alone(self, client: FlaskClient, address: str) -> None:
        assert client.get(address, headers={"Authorization": "Bearer reviewer"}).status_code == 403

    def test_leaves_one_row_that_it_was_read(self, service: Service, client: FlaskClient) -> None:
        client.get("/oversight/", headers=BOARD)

        with service.database.read() as connection:
            [row] = connection.execute(sa.select(kernel.audit_rows)).all()
        assert (row.what, row.subject_id, row.details) == ("report.read", "2026-Q2", {"area": "all", "form": "page"})


class TestTheFileAndTheApi:
    def test_give_the_same_numbers(self, service: Service, client: FlaskClient) -> None:
        for _ in range(14):
            referral(service, area="riverside", decided=True)
        referral(service)

        file = client.get("/oversight/steps/2026-Q2.csv?area=riverside", headers=BOARD)
        said = client.get("/oversight/api/v1/steps/2026-Q2?area=riverside", headers=BOARD).get_json()

        assert file.mimetype == "text/csv"
        assert f"2026-Q2,riverside,steps,case_opened,count,{said['steps']['case_opened']}," in file.text
        assert said["steps"]["case_opened"] == 15

    def test_hide_the_one_referral_of_an_area(self, service: Service, client: FlaskClient) -> None:
        for _ in range(9):
            referral(service, area="riverside")
        referral(service, area="northside")

        areas = ("riverside", "northside", "")
        said = [client.get(f"/oversight/api/v1/steps/2026-Q2?area={area}", headers=BOARD).get_json() for area in areas]

        assert [each["steps"]["being_read"] for each in said] == ["*", "*", 10]

    def test_takes_no_parameter_it_does_not_know(self, client: FlaskClient) -> None:
        assert client.get("/oversight/api/v1/steps/2026-Q2?team=1", headers=BOARD).status_code == 400
