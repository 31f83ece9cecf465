"""An audit row is found by every id that it names, and no search reads the whole table."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from services.platform.audit.search import Query, find, selected
from services.platform.service import Service
from tests.platform_service import a_service


@pytest.fixture
def service(database_url: str) -> Service:
    return a_service(database_url)


def audited(service: Service, *, actor: UUID | None = None, **details: object) -> str:
    """A row about something of its own; gives what it is about."""
    subject = str(uuid4())
    with service.dispatcher.transaction(actor=actor) as transaction:
        transaction.audit("list.read", subject_type="list", subject_id=subject, details=details)
    return subject


def found(service: Service, *, subject: str = "", actor: UUID | None = None) -> list[str]:
    query = Query(ids=(subject,) if subject else (), actor=actor, limit=100)
    return [row.entry.subject_id for row in find(service, query, actor=uuid4(), correlation_id=uuid4())]


class TestAnAuditRow:
    def test_is_found_by_each_id_that_a_list_showed(self, service: Service) -> None:
        one, two, nested = (str(uuid4()) for _ in range(3))
        listed = audited(service, shown=[one, two], of={"referral": nested}, area="northside", number=3)
        audited(service, shown=[str(uuid4())])

        assert [found(service, subject=wanted) for wanted in (one, two, nested, listed)] == [[listed]] * 4
        assert found(service, subject="northside") == found(service, subject=str(uuid4())) == []

    def test_is_found_once_however_often_it_names_the_id(self, service: Service) -> None:
        one = str(uuid4())
        listed = [audited(service, shown=[one, one], again=one) for _ in range(3)]

        assert sorted(found(service, subject=one)) == sorted(listed)

    def test_is_found_by_who_read_and_what_together(self, service: Service) -> None:
        one, reader = str(uuid4()), uuid4()
        theirs = audited(service, actor=reader, shown=[one])
        audited(service, actor=uuid4(), shown=[one])
        audited(service, actor=reader)

        assert found(service, subject=one, actor=reader) == [theirs]

    @pytest.mark.parametrize(
        ("subject", "actor"), [("x", None), ("x", uuid4()), ("", uuid4())], ids=["subject", "both", "actor"]
    )
    @pytest.mark.parametrize("since", [None, datetime(2026, 5, 4, tzinfo=UTC)], ids=["whenever", "since"])
    def test_is_found_by_an_index_that_has_the_order(
        self, service: Service, subject: str, actor: UUID | None, since: datetime | None
    ) -> None:
        query = selected(service.tables, Query(actor=actor, since=since, limit=26), subject=subject)

        with service.database.read() as connection:
            sql = query.compile(connection.engine, compile_kwargs={"literal_binds": True}).string
            if connection.dialect.name == "sqlite":
                plan = str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}").all())
            else:
                connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
                plan = str(connection.exec_driver_sql(f"EXPLAIN {sql}").all())

        assert "index" in plan.lower()
        for word in ("TEMP B-TREE", "Seq Scan", "Sort Key: audit", "SCAN audit_rows'"):
            assert word not in plan, plan
