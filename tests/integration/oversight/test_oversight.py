"""Oversight from event to page, file and API, on both databases."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from devtools.revisions import make_tables
from services.contracts import casework, envelope, intake
from services.contracts.codes import Pathway, Role, SupportLevel
from services.contracts.schema import EventSchema
from services.oversight.bootstrap import build
from services.oversight.freezing import Freeze
from services.oversight.settings import Settings
from services.oversight.tables import timelines
from services.oversight.timeline_store import to_timeline
from services.platform.messaging.translate import Translator
from services.platform.service import Service
from tests.contracts.frozen import payload
from tests.web_app import FakeIdentities, an_identity

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
BOARD = {"Authorization": "Bearer board"}


class Clock:
    """Stands where a test puts it."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def a_service(
    url: str, *, demonstration: bool = True, clock: Callable[[], datetime] = lambda: NOW, new: bool = True
) -> Service:
    identities = FakeIdentities(
        bearers={"board": an_identity(Role.BOARD_MEMBER), "reviewer": an_identity(Role.REVIEWER)}
    )
    settings = Settings(
        database_url=url, secret_key=b"a secret of the tests, 32 bytes.", demonstration=demonstration, https=False
    )
    service = build(settings, identities=identities, clock=clock)
    if new:
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


def referral(
    service: Service, *, area: str = "northside", at: datetime = NOW - timedelta(days=9), decided: bool = False
) -> UUID:
    """A referral received nine days ago, read an hour later, and perhaps decided three days after that."""
    about: Mapping[str, Any] = {"referral_id": uuid4(), "person_id": uuid4(), "area": area}
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
    referral_id: UUID = about["referral_id"]
    return referral_id


def freeze(service: Service) -> int:
    """What a worker does every half minute. Gives how many snapshots it froze."""
    return int(service.dispatcher.handle(Freeze(), actor=None))


def asked(service: Service) -> tuple[bool, bool, bool]:
    with service.database.read() as connection:
        timeline = to_timeline(connection.execute(sa.select(timelines)).one())
    return timeline.ethnicity_asked, timeline.sex_asked, timeline.disability_asked


class TestTheTables:
    def test_hold_no_person_and_no_reference(self) -> None:
        assert not {"person_id", "reference", "site", "facts"} & set(timelines.c.keys())


class TestWhatIsHeard:
    def test_is_kept_once_however_often_it_comes(self, service: Service) -> None:
        told = event(intake.ReferralReceivedV1)

        assert [hear(service, told), hear(service, told)] == [1, 0]

        with service.database.read() as connection:
            assert connection.scalar(sa.select(sa.func.count()).select_from(timelines)) == 1

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
