"""One command, one transaction."""

import threading
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.platform.db.idempotency import IdempotentRequest, KeyReused, StoredResponse
from services.platform.dispatcher import EventCommand
from tests.platform_service import Refused, WriteNote, a_service, count, texts

SOMEONE = uuid4()


def a_note(text: str = "hello") -> WriteNote:
    return WriteNote(text=text, staff_id=SOMEONE)


def an_event(text: str = "hello", event_id: UUID | None = None) -> EventCommand:
    return EventCommand(
        command=a_note(text),
        event_id=event_id or uuid4(),
        event_type="notes.note.asked_for",
        written_at=datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
        correlation_id=uuid4(),
    )


def once(key: str = "k", body: str = "a" * 64) -> IdempotentRequest:
    return IdempotentRequest(scope="me POST /notes", key=key, body_sha256=body, answer=(202, f"/notes/{uuid4()}"))


class TestACommand:
    def test_keeps_its_row_its_event_and_its_audit_row(self, database_url: str) -> None:
        service = a_service(database_url)

        service.dispatcher.handle(a_note(), actor=SOMEONE)

        assert texts(service) == ["hello"]
        assert count(service, service.tables.outbox) == 1
        assert count(service, service.tables.audit_rows) == 1

    def test_keeps_nothing_when_its_handler_raises(self, database_url: str) -> None:
        service = a_service(database_url)

        with pytest.raises(Refused):
            service.dispatcher.handle(a_note("refuse"), actor=SOMEONE, request=once())

        tables = service.tables
        assert texts(service) == []
        assert [count(service, t) for t in (tables.outbox, tables.audit_rows, tables.idempotency_keys)] == [0, 0, 0]


class TestAnEventsCommand:
    def test_runs_once_however_often_the_event_comes(self, database_url: str) -> None:
        service = a_service(database_url)
        caused = an_event()

        new = [service.dispatcher.handle_events([caused]) for _ in range(3)]

        assert new == [1, 0, 0]
        assert texts(service) == ["hello"]

    def test_runs_once_within_one_batch(self, database_url: str) -> None:
        service = a_service(database_url)
        caused = an_event()

        assert service.dispatcher.handle_events([caused, caused]) == 1

    def test_can_come_again_after_it_failed(self, database_url: str) -> None:
        service = a_service(database_url)
        event_id = uuid4()
        bad, good = an_event("refuse", event_id), an_event("hello", event_id)

        with pytest.raises(Refused):
            service.dispatcher.handle_events([bad])

        assert service.dispatcher.handle_events([good]) == 1


class TestARequestWithAKey:
    def test_is_answered_as_it_was_when_it_comes_again(self, database_url: str) -> None:
        service = a_service(database_url)

        first = service.dispatcher.handle(a_note(), actor=SOMEONE, request=once())
        second = service.dispatcher.handle(a_note(), actor=SOMEONE, request=once())

        assert (first.replayed, second.replayed) == (False, True)
        assert first.location == second.location
        assert texts(service) == ["hello"]

    def test_is_refused_with_another_body(self, database_url: str) -> None:
        service = a_service(database_url)
        service.dispatcher.handle(a_note(), actor=SOMEONE, request=once())

        with pytest.raises(KeyReused):
            service.dispatcher.handle(a_note("other"), actor=SOMEONE, request=once(body="b" * 64))

        assert texts(service) == ["hello"]

    def test_has_one_effect_when_many_come_at_once(self, database_url: str) -> None:
        service = a_service(database_url)
        answers: list[StoredResponse] = []
        start = threading.Barrier(8)

        def send() -> None:
            start.wait()
            answers.append(service.dispatcher.handle(a_note(), actor=SOMEONE, request=once()))

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert texts(service) == ["hello"]
        assert len({answer.location for answer in answers}) == 1
        assert sum(not answer.replayed for answer in answers) == 1

    def test_belongs_to_its_caller(self, database_url: str) -> None:
        service = a_service(database_url)
        mine, theirs = once(), IdempotentRequest(scope="them", key="k", body_sha256="c" * 64, answer=(202, "/x"))

        service.dispatcher.handle(a_note("mine"), actor=SOMEONE, request=mine)
        service.dispatcher.handle(a_note("theirs"), actor=UUID(int=2), request=theirs)

        assert texts(service) == ["mine", "theirs"]
