"""A database that is away is nobody's fault: no record is dead-lettered for it, and who asks is told to try again."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Blueprint

from services.platform.db.transaction import Transaction
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.web import access
from tests.platform_service import WriteNote, a_record, a_service, count, texts
from tests.web_app import FakeIdentities, an_app

AWAY = (
    sa.exc.OperationalError("", {}, Exception()),
    sa.exc.InterfaceError("", {}, Exception()),
    sa.exc.TimeoutError(),
    sa.exc.DBAPIError("", {}, Exception(), connection_invalidated=True),
)


@pytest.mark.parametrize("error", AWAY, ids=lambda error: type(error).__name__)
def test_no_record_is_buried_and_each_comes_again(tmp_path: Path, error: Exception) -> None:
    service, log = a_service(f"sqlite:///{tmp_path / 'notes.sqlite'}"), EmbeddedLog(tmp_path / "bus.sqlite")
    handlers = service.dispatcher._handlers

    def away(_command: WriteNote, _transaction: Transaction) -> None:
        raise error

    log.append([a_record(name="a")])
    service.dispatcher._handlers = {WriteNote: away}
    with pytest.raises(type(error)):
        Consumer(service, log).run_once()
    service.dispatcher._handlers = handlers

    Consumer(service, log).run_once()

    assert (texts(service), count(service, service.tables.dead_letters)) == (["a"], 0)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        *((error, 503) for error in AWAY),
        (sa.exc.IntegrityError("", {}, Exception()), 500),
        (sa.exc.ArgumentError(), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_who_asks_is_told_to_try_again_and_of_no_other_fault(tmp_path: Path, error: Exception, status: int) -> None:
    pages = Blueprint("away", __name__)

    @pages.get("/toy/away")
    @access.public
    def away() -> str:
        raise error

    answer = (
        an_app(f"sqlite:///{tmp_path / 'toy.sqlite'}", FakeIdentities(), extra=pages).test_client().get("/toy/away")
    )

    assert (answer.status_code, answer.headers.get("Retry-After")) == (status, "5" if status == 503 else None)
