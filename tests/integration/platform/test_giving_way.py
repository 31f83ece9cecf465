"""Two transactions that each wait for the other: PostgreSQL ends one of them, and its command is run again."""

import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa

from devtools.postgresql import Cluster
from services.platform.db.transaction import Transaction
from services.platform.service import Service
from tests.platform_service import WriteNote, a_service, texts, write_note

SOMEONE = uuid4()


@pytest.fixture
def service(postgresql: Cluster) -> Iterator[Service]:
    made = a_service(postgresql.schema("notes"))
    yield made
    made.database.close()


def handled_by(service: Service, handler: object) -> None:
    service.dispatcher._handlers = {WriteNote: handler}  # type: ignore[dict-item]


class TestACommand:
    def test_is_done_once_though_it_met_another_crosswise(self, service: Service) -> None:
        both_hold_one, tries = threading.Barrier(2), list[str]()

        def crosswise(command: WriteNote, transaction: Transaction) -> None:
            tries.append(command.text)
            first, second = (1, 2) if command.text == "one" else (2, 1)
            _lock(transaction, first)
            if len(tries) <= 2:
                both_hold_one.wait(timeout=10)
            _lock(transaction, second)
            write_note(command, transaction)

        handled_by(service, crosswise)
        threads = [threading.Thread(target=_write, args=(service, text)) for text in ("one", "two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert texts(service) == ["one", "two"]
        assert len(tries) == 3

    @pytest.mark.parametrize("state", ["40001", "40P01"])
    def test_that_gives_way_every_time_is_given_up(self, service: Service, state: str) -> None:
        tries = list[int]()

        def gives_way(_command: WriteNote, transaction: Transaction) -> None:
            tries.append(1)
            transaction.connection.execute(sa.text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$"))

        handled_by(service, gives_way)

        with pytest.raises(sa.exc.OperationalError):
            _write(service, "one")
        assert len(tries) == 3

    def test_that_fails_otherwise_is_not_run_again(self, service: Service) -> None:
        tries = list[int]()

        def fails(_command: WriteNote, transaction: Transaction) -> None:
            tries.append(1)
            transaction.connection.execute(sa.text("SELECT 1 / 0"))

        handled_by(service, fails)

        with pytest.raises(sa.exc.DBAPIError):
            _write(service, "one")
        assert len(tries) == 1


def _lock(transaction: Transaction, key: int) -> None:
    transaction.connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def _write(service: Service, text: str) -> None:
    service.dispatcher.handle(WriteNote(text=text, staff_id=SOMEONE), actor=SOMEONE)
