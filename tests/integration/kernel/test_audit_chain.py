"""The audit chain shows any change, gap, reorder or row that was never sealed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.kernel.audit.sealer import seal
from services.kernel.audit.verify import Anchor, verify
from services.kernel.service import Service
from tests.kernel_service import WriteNote, a_service


@pytest.fixture
def service(database_url: str) -> Service:
    """Five audit rows, sealed in two batches."""
    service = a_service(database_url)
    for batch in (3, 2):
        for _ in range(batch):
            service.dispatcher.handle(WriteNote(text="x", staff_id=uuid4()), actor=uuid4())
        seal(service)
    return service


def change(service: Service, numbered: int, **values: object) -> None:
    rows = service.tables.audit_rows
    with service.database.write() as connection:
        connection.execute(sa.update(rows).where(rows.c.number == numbered).values(**values))


class TestAnUntouchedChain:
    def test_is_sound_and_counts_its_rows(self, service: Service) -> None:
        verdict = verify(service)

        assert (verdict.sound, verdict.sealed) == (True, 5)

    def test_is_not_sealed_twice(self, service: Service) -> None:
        assert seal(service) == 0


class TestATamperedChain:
    @pytest.mark.parametrize(
        "values",
        [
            {"what": "note.read"},
            {"actor": None},
            {"subject_id": "x"},
            {"reason": "none"},
            {"details": {"a": 1}},
            {"occurred_at": datetime(2020, 1, 1, tzinfo=UTC)},
            {"correlation_id": uuid4()},
            {"hash": "0" * 64},
        ],
    )
    def test_names_the_changed_row(self, service: Service, values: dict[str, object]) -> None:
        change(service, 2, **values)

        assert any("row 2 is not what was sealed" in finding for finding in verify(service).findings)

    def test_names_a_missing_row(self, service: Service) -> None:
        rows = service.tables.audit_rows
        with service.database.write() as connection:
            connection.execute(sa.delete(rows).where(rows.c.number == 3))

        assert any("row 3 is missing" in finding for finding in verify(service).findings)

    def test_sees_two_rows_that_changed_places(self, service: Service) -> None:
        change(service, 2, number=99)
        change(service, 3, number=2)
        change(service, 99, number=3)

        assert not verify(service).sound

    def test_sees_a_cut_tail_by_the_head(self, service: Service) -> None:
        rows = service.tables.audit_rows
        with service.database.write() as connection:
            connection.execute(sa.delete(rows).where(rows.c.number == 5))

        assert not verify(service).sound

    def test_sees_a_cut_tail_with_its_head_only_by_an_anchor(self, service: Service) -> None:
        before = verify(service)
        rows, head = service.tables.audit_rows, service.tables.audit_head
        with service.database.write() as connection:
            connection.execute(sa.delete(rows).where(rows.c.number == 5))
            last = connection.execute(sa.select(rows.c.hash).where(rows.c.number == 4)).scalar_one()
            connection.execute(sa.update(head).values(number=4, hash=last))

        assert verify(service).sound
        assert not verify(service, anchor=Anchor(number=before.sealed, hash=before.head)).sound


class TestAnUnsealedRow:
    def test_is_named_once_it_is_old(self, database_url: str) -> None:
        now = [datetime(2026, 5, 4, tzinfo=UTC)]
        service = a_service(database_url, clock=lambda: now[0])
        service.dispatcher.handle(WriteNote(text="x", staff_id=uuid4()), actor=None)
        assert verify(service).sound

        now[0] += timedelta(minutes=5)

        assert verify(service).findings == ["1 rows were never sealed"]
