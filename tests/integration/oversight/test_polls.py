"""The events of one poll take few statements together, and leave what they would leave one by one."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts import casework, intake
from services.contracts.schema import EventSchema
from services.contracts.scoring import ModelDescribedV2
from services.oversight.tables import models, timelines
from services.platform.service import Service
from tests.integration.oversight.test_oversight import NOW, a_service, event, hear
from tests.statements import asked_of

NewDatabase = Callable[[str], str]

STEPS: tuple[type[EventSchema], ...] = (
    intake.ReferralReceivedV1,
    intake.ReferralAmendedV1,
    intake.EqualityRecordedV1,
    casework.ReviewOpenedV1,
    casework.ReviewClaimedV1,
    casework.OwnViewRecordedV1,
    casework.QuestionAskedV1,
    casework.ReviewDecidedV1,
    casework.CaseOpenedV1,
    casework.FirstContactMadeV1,
    casework.CaseClosedV1,
    casework.EqualityRecordedV1,
)


def a_drawing(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (nothing here is secret)


def what_happened(chance: Random, *, events: int, referrals: int) -> list[bytes]:
    """Events of a few referrals, in no order, of versions of which some come twice."""
    ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(referrals)]
    return [an_event(chance.choice(STEPS), chance.choice(ids), chance) for _ in range(events)]


def an_event(schema: type[EventSchema], referral_id: UUID, chance: Random) -> bytes:
    at = NOW - timedelta(minutes=chance.randrange(9999))
    said: dict[str, Any] = {"referral_id": referral_id, "version": chance.randrange(1, 9)}
    if schema in (intake.ReferralReceivedV1, intake.ReferralAmendedV1):
        return event(schema, **said, received_at=at, area=chance.choice(("northside", "riverside")))
    return event(schema, **said, **({"at": at} if "at" in schema._declared_fields else {}))


def known(service: Service) -> list[Any]:
    with service.database.read() as connection:
        found = (
            connection.execute(sa.select(table).order_by(*table.primary_key)).all() for table in (timelines, models)
        )
        return [list(rows) for rows in found]


class TestTheEventsOfAPoll:
    def test_leave_what_they_leave_one_by_one(self, new_database: NewDatabase) -> None:
        together, alone = (a_service(new_database("oversight")) for _ in range(2))
        chance = a_drawing(22)
        for _ in range(5):
            events = what_happened(chance, events=25, referrals=4)

            hear(together, *events)
            for one in events:
                hear(alone, one)

            assert known(together) == known(alone)

    def test_are_kept_though_something_else_is_written_between_them(self, new_database: NewDatabase) -> None:
        service = a_service(new_database("oversight"))

        hear(
            service,
            event(intake.ReferralReceivedV1, area="riverside"),
            event(ModelDescribedV2),
            event(casework.ReviewOpenedV1, version=7),
        )

        with service.database.read() as connection:
            found = connection.execute(sa.select(timelines)).one()
        assert (found.area, found.review_version) == ("riverside", 7)

    def test_take_as_many_statements_for_forty_timelines_as_for_two(self, new_database: NewDatabase) -> None:
        service = a_service(new_database("oversight"))

        assert statements_for(service, timelines=40) == statements_for(service, timelines=2) > 0

    def test_write_a_timeline_once_that_they_begin(self, new_database: NewDatabase) -> None:
        service = a_service(new_database("oversight"))
        poll = [event(schema) for schema in STEPS]

        with asked_of(service) as asked:
            hear(service, *poll)

        assert [statement for statement in asked if statement.startswith("UPDATE")] == []


def statements_for(service: Service, *, timelines: int) -> int:
    """Of a poll that begins half of these timelines, and tells more of the other half."""
    ids = [uuid4() for _ in range(timelines)]
    hear(service, *(event(intake.ReferralReceivedV1, referral_id=one) for one in ids[::2]))
    poll = [event(schema, referral_id=one) for one in ids for schema in STEPS]
    with asked_of(service) as asked:
        hear(service, *poll)
    return len(asked)
