"""What a service tells Prometheus of its work: counted once it has committed, and never of a person."""

import math
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.platform.db.engine import Database
from services.platform.dispatcher import EventCommand
from services.platform.operations.gauges import of_every_service
from services.platform.operations.metrics import Metrics
from services.platform.service import Service
from tests.platform_service import Refused, WriteNote, a_clock, a_service

WRITTEN = 'waymark_events_written_total{code="",event_type="accounts.staff.changed",service="notes"}'
AGES = 'waymark_event_age_seconds_sum{event_type="notes.note.asked_for",service="notes"}'


@pytest.fixture
def service(database_url: str) -> Service:
    return a_service(database_url)


def figure(service: Service, sample: str) -> float | None:
    """The value of the sample that begins so, or None where there is none."""
    lines = service.dispatcher.metrics.text().decode().splitlines()
    return next((float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(sample)), None)


def a_note(text: str = "hello") -> WriteNote:
    return WriteNote(text=text, staff_id=uuid4())


class TestCounters:
    def test_count_an_event_once_it_has_committed(self, service: Service) -> None:
        service.dispatcher.handle(a_note(), actor=None)

        assert figure(service, WRITTEN) == 1

    def test_count_nothing_that_was_rolled_back(self, service: Service) -> None:
        with pytest.raises(Refused):
            service.dispatcher.handle(a_note("refuse"), actor=None)

        assert figure(service, WRITTEN) is None

    def test_tell_how_old_an_event_was_when_its_effect_had_committed(self, service: Service) -> None:
        caused = EventCommand(
            command=a_note(),
            event_id=uuid4(),
            event_type="notes.note.asked_for",
            written_at=a_clock() - timedelta(seconds=42),
            correlation_id=uuid4(),
        )

        for _ in range(3):
            service.dispatcher.handle_events([caused])

        assert figure(service, AGES) == 42


class TestMeasures:
    def test_tell_what_waits_and_since_when(self, service: Service) -> None:
        service.dispatcher.handle(a_note(), actor=None)
        later = a_clock() + timedelta(seconds=90)

        with service.database.read() as connection:
            told = {measure.name: measure.read(connection, later) for measure in of_every_service(service.tables)}

        assert told == {
            "waymark_outbox_waiting": 1,
            "waymark_outbox_oldest_seconds": 90,
            "waymark_dead_letters": 0,
            "waymark_audit_unsealed_oldest_seconds": 90,
        }

    def test_are_nothing_where_nothing_waits(self, service: Service) -> None:
        with service.database.read() as connection:
            told = [measure.read(connection, datetime.now(UTC)) for measure in of_every_service(service.tables)]

        assert told == [0, 0, 0, 0]

    def test_show_an_unsealed_row_without_a_readable_time_as_infinitely_old(self, service: Service) -> None:
        if not service.database.is_sqlite:
            pytest.skip("PostgreSQL stores no such time")
        service.dispatcher.handle(a_note(), actor=None)
        with service.database.write() as connection:
            connection.exec_driver_sql("UPDATE audit_rows SET occurred_at = 'x'")

        assert figure(service, "waymark_audit_unsealed_oldest_seconds") == math.inf

    def test_are_read_when_asked_for_and_not_when_registered(self, service: Service) -> None:
        nowhere = Database("sqlite:////nowhere/at/all.sqlite")
        metrics = Metrics("notes")

        metrics.register_gauges(nowhere, a_clock, of_every_service(service.tables))

        with pytest.raises(sa.exc.OperationalError):
            metrics.text()
