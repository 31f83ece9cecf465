"""The audit chain shows any change, gap, reorder or row that was never sealed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.platform.audit.sealer import seal
from services.platform.audit.verify import Anchor, verify
from services.platform.clock import system_clock
from services.platform.service import Service
from tests.platform_service import WriteNote, a_service


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

    @pytest.mark.parametrize("column", ["id", "actor", "occurred_at", "correlation_id", "details", "what", "number"])
    def test_names_a_row_whose_values_cannot_be_read(self, service: Service, column: str) -> None:
        if not service.database.is_sqlite:
            pytest.skip("PostgreSQL itself refuses to store them")
        with service.database.read() as connection:
            second = connection.exec_driver_sql("SELECT rowid FROM audit_rows WHERE number = 2").scalar_one()
        for broken in ("CAST(x'ff' AS TEXT)", "'{'", "x'00'", "1e400"):
            with service.database.write() as connection:
                connection.exec_driver_sql(f"UPDATE audit_rows SET {column} = {broken} WHERE rowid = {second}")

            findings = verify(service).findings

            assert findings, broken
            assert "row 2 " in findings[0] or "a number that cannot be read" in findings[-1], findings

    @pytest.mark.parametrize(
        "rewritten",
        [
            "id = upper(id)",
            "id = substr(id, 1, 8) || '-' || substr(id, 9)",
            "actor = upper(actor)",
            "actor = '{' || actor || '}'",
            "correlation_id = upper(correlation_id)",
            "occurred_at = replace(occurred_at, 'Z', '+00:00')",
            "occurred_at = replace(occurred_at, 'T', ' ')",
            "occurred_at = '2026-05-04T23:30:00.000000+14:00'",
            "details = ' ' || details",
            "details = '{\"a\":1,' || substr(details, 2)",
            "what = what || CAST(x'ff' AS TEXT)",
        ],
    )
    def test_names_a_row_that_says_the_same_in_another_form(self, tmp_path: Path, rewritten: str) -> None:
        """The search compares what is stored: it would not find the row by its account or its day."""
        service = a_service(f"sqlite:///{tmp_path / 'service.sqlite'}")
        for _ in range(3):
            with service.dispatcher.transaction(actor=UUID(int=0xABC)) as transaction:
                transaction.audit("note.read", subject_type="note", subject_id="x", details={"a": 1})
        seal(service)
        with service.database.write() as connection:
            connection.exec_driver_sql(f"UPDATE audit_rows SET {rewritten} WHERE number = 2")
            # The index says the same of it.
            for copied in ("occurred_at = row.occurred_at FROM audit_rows row WHERE row.id = row_id",
                           "row_id = row.id FROM audit_rows row WHERE replace(lower(row.id), '-', '') = row_id"):  # fmt: skip
                connection.exec_driver_sql(f"UPDATE audit_subjects SET {copied}")

        (finding,) = verify(service).findings
        assert finding.startswith("row 2 ")

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
        rows, head, named = service.tables.audit_rows, service.tables.audit_head, service.tables.audit_subjects
        with service.database.write() as connection:
            connection.execute(sa.delete(rows).where(rows.c.number == 5))
            connection.execute(sa.delete(named).where(named.c.row_id.not_in(sa.select(rows.c.id))))
            last = connection.execute(sa.select(rows.c.hash).where(rows.c.number == 4)).scalar_one()
            connection.execute(sa.update(head).values(number=4, hash=last))

        assert verify(service).sound
        assert not verify(service, anchor=Anchor(number=before.sealed, hash=before.head)).sound


class TestTheIdsThatARowIsFoundBy:
    """The search answers from them alone."""

    def row_2(self, service: Service) -> sa.Row[tuple[UUID, str, datetime]]:
        rows = service.tables.audit_rows
        with service.database.read() as connection:
            return connection.execute(
                sa.select(rows.c.id, rows.c.subject_id, rows.c.occurred_at).where(rows.c.number == 2)
            ).one()

    def test_are_missed_when_one_is_removed(self, service: Service) -> None:
        named = service.tables.audit_subjects
        with service.database.write() as connection:
            connection.execute(sa.delete(named).where(named.c.row_id == self.row_2(service).id))

        assert verify(service).findings == ["row 2 is not what was sealed"]

    def test_are_not_taken_for_others_when_one_is_changed(self, service: Service) -> None:
        named = service.tables.audit_subjects
        with service.database.write() as connection:
            connection.execute(
                sa.update(named).where(named.c.row_id == self.row_2(service).id).values(subject_id=str(uuid4()))
            )

        assert verify(service).findings == ["row 2 is not what was sealed"]

    def test_are_not_more_when_one_is_added(self, service: Service) -> None:
        row = self.row_2(service)
        added = {"subject_id": str(uuid4()), "occurred_at": row.occurred_at, "row_id": row.id}
        with service.database.write() as connection:
            connection.execute(sa.insert(service.tables.audit_subjects).values(added))

        assert verify(service).findings == ["row 2 is not what was sealed"]

    def test_have_the_time_of_their_row(self, service: Service) -> None:
        """The search sorts by it, and leaves out what lies outside a range of dates."""
        named = service.tables.audit_subjects
        with service.database.write() as connection:
            connection.execute(
                sa.update(named)
                .where(named.c.row_id == self.row_2(service).id)
                .values(occurred_at=datetime(2020, 1, 1, tzinfo=UTC))
            )

        assert verify(service).findings == [
            "row 2 is not what was sealed",
            "1 ids in the index of the audit belong to no row",
        ]

    def test_belong_to_a_row(self, service: Service) -> None:
        alone = {"subject_id": str(uuid4()), "occurred_at": datetime(2026, 5, 4, tzinfo=UTC), "row_id": uuid4()}
        with service.database.write() as connection:
            connection.execute(sa.insert(service.tables.audit_subjects).values(alone))

        assert verify(service).findings == ["1 ids in the index of the audit belong to no row"]


@contextmanager
def writing_and_sealing(service: Service) -> Iterator[None]:
    """Beside the block, four threads write audit rows and one seals them."""
    ended = threading.Event()

    def repeat(step: Callable[[], object]) -> None:
        while not ended.is_set():
            step()

    def write() -> None:
        service.dispatcher.handle(WriteNote(text="x", staff_id=uuid4()), actor=uuid4())

    threads = [
        threading.Thread(target=repeat, args=(step,)) for step in (write, write, write, write, lambda: seal(service))
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


class TestAChainThatGrows:
    def test_is_sound_each_time_that_it_is_walked(self, database_url: str) -> None:
        service = a_service(database_url, clock=system_clock)
        with writing_and_sealing(service):
            while verify(service).sealed < 200:
                pass
            verdicts = [verify(service) for _ in range(10)]

        assert [verdict.findings for verdict in verdicts] == [[]] * 10
        assert verdicts[0].sealed < verdicts[-1].sealed


class TestAnUnsealedRow:
    def test_is_named_once_it_is_old(self, database_url: str) -> None:
        now = [datetime(2026, 5, 4, tzinfo=UTC)]
        service = a_service(database_url, clock=lambda: now[0])
        service.dispatcher.handle(WriteNote(text="x", staff_id=uuid4()), actor=None)
        assert verify(service).sound

        now[0] += timedelta(minutes=5)

        assert verify(service).findings == ["1 rows were never sealed"]

    @pytest.mark.parametrize(
        "damaged",
        ["actor = 'nobody'", "actor = 'ABCDEF00000000000000000000000000'", "occurred_at = 'x'", "occurred_at = ''",
         "occurred_at = x'00'", "what = CAST(x'ff' AS TEXT)", "what = x'00'", "details = '{'"],
    )  # fmt: skip
    def test_that_cannot_be_read_keeps_no_other_from_being_sealed_and_is_named(
        self, tmp_path: Path, damaged: str
    ) -> None:
        service = a_service(f"sqlite:///{tmp_path / 'service.sqlite'}")
        for _ in range(3):
            service.dispatcher.handle(WriteNote(text="x", staff_id=uuid4()), actor=None)
        with service.database.write() as connection:
            connection.exec_driver_sql(f"UPDATE audit_rows SET {damaged} WHERE rowid = 2")

        assert seal(service) == 2
        assert seal(service) == 0

        assert "1 unsealed rows cannot be read or are stored in another form" in verify(service).findings
