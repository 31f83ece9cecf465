"""The events of one poll take few statements together, and leave what they would leave one by one."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.contracts import envelope
from services.contracts.casework import OutcomeRecordedV1
from services.contracts.codes import Outcome
from services.platform.service import Service
from services.scoring import tables
from services.scoring.rescore import rescore
from services.scoring.settings import Settings
from services.scoring.tables import platform
from tests.factories import small_model
from tests.factories.scoring import day
from tests.integration.scoring.conftest import without_model
from tests.integration.scoring.events import amended, event, handle, match, received, withdrawn
from tests.statements import asked_of

NewDatabase = Callable[[str], str]

_OWN = frozenset({"id", "estimate_id"})
"""What a service makes up itself, where something is given."""


def what_happened(seed: int, *, events: int) -> list[bytes]:
    """Events of a few young people, who may turn out to be one, in no order."""
    chance = Random(seed)  # noqa: S311 (nothing here is secret)
    ids = [UUID(int=chance.getrandbits(128), version=4) for _ in range(10)]
    referrals, persons, matches = ids[:5], ids[5:8], ids[8:]
    return [_one(chance, referrals, persons, matches) for _ in range(events)]


def _one(chance: Random, referrals: list[UUID], persons: list[UUID], matches: list[UUID]) -> bytes:
    referral, other = chance.sample(referrals, 2)
    person, at, version = chance.choice(persons), chance.randrange(1, 20), chance.randrange(2, 5)
    kind = chance.choice(["received"] * 3 + ["amended"] * 3 + ["match"] * 2 + ["withdrawn", "outcome"])
    if kind == "received":
        return received(referral, person, at=referrals.index(referral), age=10 + chance.randrange(60))
    if kind == "amended":
        facts = {"often_absent": chance.choice([True, False, None])}
        received_at = referrals.index(referral)
        area = chance.choice(["northside", "northside", "riverside"])
        return amended(referral, person, version=version, received_at=received_at, at=at, area=area, **facts)
    if kind == "match":
        whose = [person, chance.choice(persons)]
        return match(chance.choice(matches), [referral, other], whose, version=version, at=at)
    if kind == "withdrawn":
        return withdrawn(referral, person, version=version, at=at)
    return outcome(chance.choice(matches), referral, person, version=version)


def outcome(outcome_id: UUID, referral: UUID, person: UUID, *, version: int) -> bytes:
    data = {"outcome_id": outcome_id, "case_id": outcome_id, "referral_id": referral, "person_id": person}
    return event(OutcomeRecordedV1, {**data, "version": version, "outcome": Outcome.DECLINED, "at": day(version)})


def held(service: Service) -> dict[str, list[Any]]:
    """Every row of scoring, what it audited, and what it has to tell."""
    of = [tables.referrals, tables.referral_versions, tables.matches, tables.outcomes, tables.estimates, tables.results]
    with service.database.read() as connection:
        found = {table.name: sorted(map(repr, _rows(connection, table))) for table in of}
        audited = connection.execute(sa.select(platform.audit_rows.c.what, platform.audit_rows.c.subject_id))
        values = connection.scalars(sa.select(platform.outbox.c.value).order_by(platform.outbox.c.position)).all()
    events = [envelope.read(value) for value in values]
    sent = [(one.type, {name: value for name, value in one.data.items() if name != "estimate_id"}) for one in events]
    return {**found, "audited": sorted(map(tuple, audited)), "published": sent}


def _rows(connection: sa.Connection, table: sa.Table) -> Iterator[dict[str, Any]]:
    given = table in (tables.results, tables.estimates)
    for row in connection.execute(sa.select(table)).mappings():
        yield {name: value for name, value in row.items() if not (given and name in _OWN)}


@pytest.fixture
def another(service: Service, settings: Settings, new_database: NewDatabase) -> Service:
    """A service like it, on a database of its own."""
    return without_model(replace(settings, database_url=new_database("scoring")))


class TestTheEventsOfAPoll:
    def test_leave_what_they_leave_one_by_one(self, service: Service, another: Service) -> None:
        for seed in range(6):
            events = what_happened(seed, events=50)

            for start in range(0, len(events), 25):
                handle(service, *events[start : start + 25])
            for one in events:
                handle(another, one)

        assert held(service) == held(another)

    def test_take_few_statements_for_many_new_referrals(self, service: Service) -> None:
        handle(service, received(uuid4(), uuid4()))

        assert self.asked(service, *(received(uuid4(), uuid4()) for _ in range(30))) <= 15

    def test_take_few_statements_for_many_that_are_amended(self, service: Service) -> None:
        persons = {uuid4(): uuid4() for _ in range(30)}
        handle(service, *(received(referral, person) for referral, person in persons.items()))

        events = [amended(*one, version=2, received_at=0, at=1, often_absent=True) for one in persons.items()]

        assert self.asked(service, *events) <= 20

    def asked(self, service: Service, *events: bytes) -> int:
        with asked_of(service) as asked:
            handle(service, *events)
        return len(asked)


class TestAnotherModel:
    def test_takes_few_statements_for_many_referrals(self, service: Service, settings: Settings) -> None:
        handle(service, *(received(uuid4(), uuid4()) for _ in range(30)))
        small_model.save(settings.models_folder, number=2, seed=8)

        with asked_of(service) as asked:
            done = rescore(service.dispatcher, everything=True)

        assert (done, len(asked) <= 20) == (30, True)
