"""What cannot be handled is dead-lettered with its reason, within limits, and a person decides what becomes of it."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count as counting
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.contracts import topics
from services.platform.clock import Clock
from services.platform.db.transaction import Transaction
from services.platform.messaging import dead_letters
from services.platform.messaging.consumer import Consumer, TooManyDeadLetters
from services.platform.messaging.dead_letters import DropReason, NoSuchDeadLetter, RedriveReason
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.translate import Unreadable
from services.platform.operations import readiness
from services.platform.service import Service
from tests.platform_service import Refused, WriteNote, a_clock, a_record, a_service, count, texts, write_note


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    log = EmbeddedLog(tmp_path / "bus.sqlite")
    yield log
    log.close()


@pytest.fixture
def service(database_url: str) -> Service:
    return a_service(database_url, clock=ticking())


def ticking() -> Clock:
    """Each look at the clock is a second later, so that rows have an order in time."""
    seconds = counting()
    return lambda: a_clock() + timedelta(seconds=next(seconds))


def good(how_many: int) -> list[bytes]:
    return [a_record(name=f"note {number}").value for number in range(how_many)]


def bad(how_many: int) -> list[bytes]:
    return [a_record(name="refuse").value for _ in range(how_many)]


def append(log: EmbeddedLog, *values: bytes) -> None:
    log.append([a_record(value=value) for value in values])


def read_all(service: Service, log: EmbeddedLog) -> None:
    """As a worker would: until there is nothing to read. Raises TooManyDeadLetters."""
    consumer = Consumer(service, log)
    while consumer.run_once():
        pass


def left(service: Service, log: EmbeddedLog) -> int:
    return len(log.poll(service.name, [topics.STAFF.name], limit=1000, wait=0))


def dead_lettered(service: Service) -> int:
    return count(service, service.tables.dead_letters)


def redrive(service: Service, letter_id: UUID, reason: RedriveReason = RedriveReason.FAULT_MENDED) -> None:
    with service.dispatcher.transaction(actor=None) as transaction:
        dead_letters.redrive(
            letter_id,
            reason,
            transaction=transaction,
            dispatcher=service.dispatcher,
            subscriptions=service.subscriptions,
        )


def drop(service: Service, letter_id: UUID) -> None:
    with service.dispatcher.transaction(actor=None) as transaction:
        dead_letters.drop(letter_id, DropReason.A_TEST, transaction=transaction, dispatcher=service.dispatcher)


def mend(service: Service) -> None:
    """Deploy a handler that no longer refuses."""

    def mended(command: WriteNote, transaction: Transaction) -> object:
        return write_note(WriteNote(text="mended", staff_id=command.staff_id), transaction)

    service.dispatcher._handlers = {WriteNote: mended}


def audited(service: Service) -> list[tuple[str, str | None]]:
    """What was recorded of dead letters, with the reason."""
    rows = service.tables.audit_rows.c
    found = sa.select(rows.what, rows.reason).where(rows.subject_type == "dead_letter").order_by(rows.occurred_at)
    with service.database.read() as connection:
        return [(row.what, row.reason) for row in connection.execute(found)]


class TestTheLimit:
    @pytest.mark.parametrize("poison", [b"{", None], ids=["no event", "an event that no handler takes"])
    def test_stops_a_consumer_at_once_when_everything_fails(
        self, service: Service, log: EmbeddedLog, poison: bytes | None
    ) -> None:
        append(log, *([poison + b" " * n for n in range(50)] if poison else bad(50)))

        with pytest.raises(TooManyDeadLetters):
            read_all(service, log)

        assert (dead_lettered(service), left(service, log)) == (10, 40)

    def test_is_not_forgotten_by_a_restart(self, service: Service, log: EmbeddedLog) -> None:
        append(log, *bad(50))

        for _restart in range(5):
            with pytest.raises(TooManyDeadLetters):
                read_all(a_service_like(service), log)

        assert (dead_lettered(service), left(service, log)) == (10, 40)

    @pytest.fixture
    def two_in_forty(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same one in twenty, with fewer events to handle."""
        monkeypatch.setattr(dead_letters, "MAX_UNDECIDED", dead_letters.MAX_UNDECIDED // 5)
        monkeypatch.setattr(dead_letters, "OUT_OF", dead_letters.OUT_OF // 5)

    @pytest.mark.usefixtures("two_in_forty")
    def test_stops_at_more_than_one_in_twenty_though_never_two_in_a_row(
        self, service: Service, log: EmbeddedLog
    ) -> None:
        for _ in range(10):
            append(log, *good(9), *bad(1))

        with pytest.raises(TooManyDeadLetters):
            read_all(service, log)

        assert (dead_lettered(service), left(service, log)) == (2, 100 - 29)

    @pytest.mark.usefixtures("two_in_forty")
    def test_lets_one_in_forty_pass_for_ever(self, service: Service, log: EmbeddedLog) -> None:
        for _ in range(4):
            append(log, *good(39), *bad(1))

        read_all(service, log)

        assert (dead_lettered(service), left(service, log)) == (4, 0)

    def test_is_given_back_by_who_decides_on_some(self, service: Service, log: EmbeddedLog) -> None:
        append(log, *bad(12), *good(1))
        consumer = Consumer(service, log)
        with pytest.raises(TooManyDeadLetters):
            consumer.run_once()
        stopped = [consumer.stopped]
        for letter in dead_letters.waiting(service)[:2]:
            drop(service, letter)

        consumer.run_once()

        assert [*stopped, consumer.stopped] == [True, False]
        assert texts(service) == ["note 0"]
        assert (dead_lettered(service), left(service, log)) == (10, 0)

    def test_is_told_by_readiness(self, service: Service, log: EmbeddedLog) -> None:
        checks = readiness.checks(service.database, service.tables, a_clock)
        told = [(checks["dead_letters"](), checks["consumer"]())]
        for how_many in (1, 9):
            append(log, *bad(how_many))
            read_all(service, log)
            told.append((checks["dead_letters"](), checks["consumer"]()))

        assert told == [(True, True), (False, True), (False, False)]

    def test_no_longer_stops_a_build_that_does_not_ask(
        self, service: Service, log: EmbeddedLog, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What the limit is for: without it the whole topic goes into the bin."""
        monkeypatch.setattr(dead_letters, "at_limit", lambda *_: False)
        append(log, *bad(50))

        read_all(service, log)

        assert (dead_lettered(service), left(service, log)) == (50, 0)


class TestDeadLettering:
    def test_that_fails_leaves_the_record_in_the_log(self, service: Service, log: EmbeddedLog) -> None:
        append(log, *good(1), *bad(1))
        with service.database.write() as connection:
            service.tables.dead_letters.drop(connection)

        with pytest.raises(sa.exc.DBAPIError):
            read_all(service, log)
        assert left(service, log) == 1

        with service.database.write() as connection:
            service.tables.dead_letters.create(connection)
        read_all(service, log)
        assert (dead_lettered(service), left(service, log)) == (1, 0)

    def test_takes_whatever_key_the_record_had(self, service: Service, log: EmbeddedLog) -> None:
        record = a_record(value=b"{")
        log.append([type(record)(topic=record.topic, key="k\0" * 100, value=record.value)])

        read_all(service, log)

        assert dead_lettered(service) == 1

    def test_keeps_one_letter_of_a_record_that_comes_twice(self, service: Service, log: EmbeddedLog) -> None:
        append(log, b"{", *bad(1))
        records = log.poll(service.name, [topics.STAFF.name], limit=10, wait=0)
        read_all(service, log)

        for record in records:
            assert not dead_letters.add(service, record, "again")

        assert dead_lettered(service) == 2


class TestRedriving:
    @pytest.fixture
    def letter(self, service: Service, log: EmbeddedLog) -> UUID:
        append(log, *bad(1))
        read_all(service, log)
        return dead_letters.waiting(service)[0]

    def test_has_the_effect_once_and_the_second_time_none(self, service: Service, letter: UUID) -> None:
        mend(service)

        redrive(service, letter)
        with pytest.raises(NoSuchDeadLetter):
            redrive(service, letter)

        assert texts(service) == ["mended"]
        assert audited(service) == [("dead_letter.redriven", "fault_mended")]

    def test_leaves_nothing_for_the_record_that_comes_again(
        self, service: Service, log: EmbeddedLog, letter: UUID
    ) -> None:
        (record,) = log.poll("another reader", [topics.STAFF.name], limit=10, wait=0)
        mend(service)
        redrive(service, letter)

        log.append([record])
        read_all(service, log)

        assert texts(service) == ["mended"]
        assert dead_lettered(service) == 0

    def test_keeps_the_letter_when_it_fails_again(self, service: Service, letter: UUID) -> None:
        with pytest.raises(Refused):
            redrive(service, letter)

        assert dead_letters.waiting(service) == [letter]
        assert audited(service) == []

    def test_of_what_is_still_no_event_keeps_it(self, service: Service, log: EmbeddedLog) -> None:
        append(log, b"{")
        read_all(service, log)
        (letter,) = dead_letters.waiting(service)

        with pytest.raises(Unreadable):
            redrive(service, letter)

        assert dead_letters.waiting(service) == [letter]


class TestDropping:
    def test_forgets_the_letter_and_tells_who_and_why(self, service: Service, log: EmbeddedLog) -> None:
        append(log, *bad(1))
        read_all(service, log)
        (letter,) = dead_letters.waiting(service)
        mend(service)

        drop(service, letter)
        with pytest.raises(NoSuchDeadLetter):
            drop(service, letter)

        assert texts(service) == []
        assert audited(service) == [("dead_letter.dropped", "a_test")]


def a_service_like(service: Service) -> Service:
    """The same service on the same database, as another process would build it."""
    return a_service(service.database.url.render_as_string(hide_password=False), clock=service.clock)
