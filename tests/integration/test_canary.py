"""No personal data outside the identity store, the case record and the two topics: marked values, looked for everywhere."""

import io
import logging
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import structlog

from devtools.postgresql import Cluster
from services.accounts import tables as accounts_tables
from services.casework.adapters import case_tables, review_tables
from services.contracts import topics
from services.intake.adapters import tables as intake_tables
from services.oversight import tables as oversight_tables
from services.platform.db.engine import Database
from services.platform.messaging.log import Record
from services.platform.operations import logs
from services.scoring import tables as scoring_tables
from tests.canary import ALL, PERSON, marked_columns, marks_in
from tests.canary_paths import SERVICES, Exchange, Listener, Walk
from tests.world import World, a_world

IDENTIFYING = frozenset({topics.IDENTITIES.name, topics.NARRATIVES.name})
ASKED_FOR_WHEN_LACKED = {
    topics.CASEWORK_REPUBLISH_REQUESTS.name,
    topics.OVERSIGHT_REPUBLISH_REQUESTS.name,
    topics.CASEWORK_PUBLISHED_LISTS.name,
    topics.INTAKE_LOST_EVENT_REQUESTS.name,
    topics.SCORING_LOST_EVENT_REQUESTS.name,
}
"""Told only when something is missing, or to find out whether it is: the walk misses nothing. They carry ids."""
OTHER_TOPICS = sorted({topic.name for topic in topics.TOPICS} - IDENTIFYING)
ALLOWED: Mapping[str, frozenset[str]] = {
    "accounts": frozenset(),
    "scoring": frozenset(),
    "oversight": frozenset(),
    "intake": frozenset(
        {
            *(f"identities.{name}" for name in ("name", "date_of_birth", "nhs_number", "phone", "address", "postcode")),
            "identities.more",
            "narratives.texts",
            "bases.given_by",
            "match_changes.reason",
            "drafts.answers",
            "unsent_texts.answers",
            *(f"outbox.value of {topic}" for topic in IDENTIFYING),
        }
    ),
    "casework": frozenset(
        {
            *(f"identities.{name}" for name in ("name", "date_of_birth", "details")),
            "narratives.texts",
            "referral_versions.content",
            "bases.reason",
            "own_views.why",
            "decisions.reasons",
            "case_entries.text",
            "case_entries.confirmed_by",
            f"dead_letters.value of {topics.IDENTITIES.name}",
        }
    ),
}
"""Every column that may hold what a person told of a young person. Not one more, and not one less."""
KEPT_NOWHERE = frozenset({"sign_in_name", "password", "stray"})
METADATA = {
    "accounts": accounts_tables.metadata,
    "intake": intake_tables.metadata,
    "scoring": scoring_tables.metadata,
    "casework": case_tables.cases.metadata,
    "oversight": oversight_tables.metadata,
}
assert review_tables.reviews.metadata is METADATA["casework"]

_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)
_ADDRESS = re.compile(r'(?:href|action|formaction|src)="([^"]*)"')
_MACHINES = ("/metrics", "/openapi.json", "/health/live", "/health/ready")

Found = dict[str, set[str]]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    world: World
    heard: Sequence[Exchange]
    lines: str

    def records(self) -> list[Record]:
        """Everything that was ever put into the log."""
        with self.world.system.log.database.read() as connection:
            rows = connection.execute(sa.text("SELECT topic, key, value FROM records")).all()
        return [Record(topic=row.topic, key=row.key, value=row.value) for row in rows]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def evidence(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    database_url = None
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql")
        database_url = cluster.schema
    with (
        lines_written() as lines,
        a_world(tmp_path_factory.mktemp("world"), database_url=database_url) as world,
    ):
        listener = Listener(world)
        Walk(world, listener).all()
        yield Evidence(world=world, heard=listener.heard, lines=lines.getvalue())


class lines_written:  # noqa: N801 (used as a function)
    """Every line that the system writes, and what libraries say at the same level."""

    def __enter__(self) -> io.StringIO:
        lines = io.StringIO()
        logs.configure(stream=lines)
        self._root, self._handler = logging.getLogger(), logging.StreamHandler(lines)
        self._before = self._root.level
        self._root.addHandler(self._handler)
        self._root.setLevel(logging.INFO)
        return lines

    def __exit__(self, *_: object) -> None:
        self._root.removeHandler(self._handler)
        self._root.setLevel(self._before)
        structlog.reset_defaults()


def in_records(records: Sequence[Record]) -> Found:
    """Marks in the key of any record, and in the value of one whose topic may not carry them."""
    found: Found = {}
    for record in records:
        value = b"" if record.topic in IDENTIFYING else record.value
        if marks := marks_in(record.key, value):
            found.setdefault(record.topic, set()).update(marks)
    return found


def in_answer(heard: Exchange) -> set[str]:
    """Marks where no answer may have them: headers, title, addresses; the whole body of an error or of a counter.

    A form that is shown to its author again keeps what was typed, but never a password.
    """
    marks = marks_in(*(f"{name}: {value}" for name, value in heard.headers))
    if heard.is_page:
        marks |= marks_in(*_TITLE.findall(heard.body), *_ADDRESS.findall(heard.body))
    if heard.status == 422 and heard.is_page and heard.method == "POST":
        return marks | (marks_in(heard.body) & {"password"})
    if heard.status >= 400 or heard.address.partition("?")[0].endswith(_MACHINES):
        marks |= marks_in(heard.body)
    return marks


def in_answers(heard: Sequence[Exchange]) -> Found:
    return {f"{one.method} {one.address} {one.status}": marks for one in heard if (marks := in_answer(one))}


def in_files(files: Sequence[Path]) -> Found:
    """Marks in the bytes of a database's files: what was deleted is there until its page is used again."""
    return {path.name: marks for path in files if (marks := marks_in(path.read_bytes()))}


class TestWhatAPersonTold:
    def test_is_in_no_event_but_those_of_the_two_topics(self, evidence: Evidence) -> None:
        assert in_records(evidence.records()) == {}

    def test_is_in_no_log_line(self, evidence: Evidence) -> None:
        assert marks_in(evidence.lines) == set()

    def test_is_in_no_error_header_title_link_counter_or_description(self, evidence: Evidence) -> None:
        assert in_answers(evidence.heard) == {}

    @pytest.mark.parametrize("service", SERVICES)
    def test_is_in_the_columns_that_may_hold_it_and_in_no_other(self, evidence: Evidence, service: str) -> None:
        found = marked_columns(evidence.world.system.services[service].database)

        assert {column: found.get(column) for column in found.keys() - ALLOWED[service]} == {}
        assert found.keys() == ALLOWED[service]

    @pytest.mark.parametrize("evidence", ["sqlite"], indirect=True)
    @pytest.mark.parametrize("service", ["scoring", "oversight", "accounts"])
    def test_is_not_in_the_bytes_of_the_other_services_files(self, evidence: Evidence, service: str) -> None:
        files = list(evidence.world.folder.root.glob(f"{service}.sqlite*"))

        assert files
        assert in_files(files) == {}


class TestTheWalk:
    def test_left_every_mark_where_it_may_be(self, evidence: Evidence) -> None:
        found = [marked_columns(service.database) for service in evidence.world.system.services.values()]

        assert set().union(*(marks for columns in found for marks in columns.values())) == ALL - KEPT_NOWHERE

    def test_was_told_on_every_topic(self, evidence: Evidence) -> None:
        assert {record.topic for record in evidence.records()} == {*IDENTIFYING, *OTHER_TOPICS} - ASKED_FOR_WHEN_LACKED

    @pytest.mark.parametrize("status", [303, 400, 401, 403, 404, 405, 409, 412, 422, 428, 500, 503])
    def test_was_answered_in_every_way(self, evidence: Evidence, status: int) -> None:
        assert status in {heard.status for heard in evidence.heard}

    @pytest.mark.parametrize("line", ['"request"', '"failure"', '"dead_letter"', '"status": 500', '"status": 303'])
    def test_was_written_into_the_log(self, evidence: Evidence, line: str) -> None:
        assert line in evidence.lines

    @pytest.mark.parametrize("address", [*(f"/{name}/metrics" for name in SERVICES), "/accounts/audit"])
    def test_came_by_the_counters_and_the_audit_page(self, evidence: Evidence, address: str) -> None:
        assert any(heard.address.startswith(address) and heard.status == 200 for heard in evidence.heard)


def exchange(**known: Any) -> Exchange:
    usual: dict[str, Any] = {"method": "GET", "address": "/", "status": 200, "headers": (), "body": ""}
    return Exchange(**(usual | known))


PAGE = (("Content-Type", "text/html; charset=utf-8"),)
PLANTED = {
    "a problem": exchange(status=404, body='{"detail": "Nobody is called QORVANE."}'),
    "an error page": exchange(status=500, headers=PAGE, body="<p>Born 23 August 2010</p>"),
    "a form that another method shows again": exchange(status=422, headers=PAGE, body="Qorvane Zebbish"),
    "a password that was typed": exchange(status=422, method="POST", headers=PAGE, body='value="xanthovulp"'),
    "a title": exchange(headers=PAGE, body="<title>Qorvane&nbsp;Zebbish</title>"),
    "a link": exchange(headers=PAGE, body='<a href="/casework/cases?postcode=DN55+9QJ">'),
    "a form's address": exchange(headers=PAGE, body='<form action="/x/999%20000%204722">'),
    "a Location": exchange(status=303, headers=(("Location", "/accounts/sign-in?next=%2Fx%3Fq%3D2010-08-23"),)),
    "a cookie": exchange(headers=(("Set-Cookie", "last=jubblewick"),)),
    "a counter": exchange(address="/intake/metrics?", body='requests{route="/07700900917"} 1'),
    "a description": exchange(address="/intake/api/v1/openapi.json?", body='{"example": "7 plimquoz walk"}'),
}


class TestTheSearch:
    """It finds a mark that is planted in each of the places."""

    @pytest.mark.parametrize("topic", OTHER_TOPICS)
    def test_finds_a_mark_in_an_event(self, topic: str) -> None:
        assert in_records([Record(topic=topic, key="k", value=b'{"data": {"why": "nexoblard"}}')]) == {topic: {"note"}}

    @pytest.mark.parametrize("topic", [*OTHER_TOPICS, *sorted(IDENTIFYING)])
    def test_finds_a_mark_in_a_key(self, topic: str) -> None:
        assert in_records([Record(topic=topic, key="9990004722", value=b"{}")]) == {topic: {"nhs_number"}}

    def test_finds_a_mark_in_a_log_line(self) -> None:
        with lines_written() as lines:
            logs.access(method="GET", route="/x/Qorvane", status=200, milliseconds=1, staff_id=None)
        with lines_written() as others:
            logging.getLogger("a.library").info("parameters: %s", PERSON)

        assert marks_in(lines.getvalue()) == {"name"}
        assert marks_in(others.getvalue()) == set(PERSON)

    @pytest.mark.parametrize("place", PLANTED)
    def test_finds_a_mark_in_an_answer(self, place: str) -> None:
        assert in_answers([PLANTED[place]])

    @pytest.mark.parametrize(
        ("service", "table"), [(service, table) for service in SERVICES for table in sorted(METADATA[service].tables)]
    )
    def test_finds_a_mark_in_every_column(self, tmp_path: Path, service: str, table: str) -> None:
        columns = plant(tmp_path / "planted.sqlite", METADATA[service], table)

        database = Database(f"sqlite:///{tmp_path / 'planted.sqlite'}")
        found = {column.partition(" of ")[0] for column in marked_columns(database)}

        assert found == {f"{table}.{column}" for column in columns}

    def test_finds_in_the_bytes_what_was_deleted_from_the_table(self, tmp_path: Path) -> None:
        file = tmp_path / "planted.sqlite"
        plant(file, METADATA["scoring"], "results")
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA secure_delete = OFF")  # as in a SQLite that is not Debian's
            connection.execute("DELETE FROM results")
        connection.close()

        assert marked_columns(Database(f"sqlite:///{file}")) == {}
        assert in_files([file]) == {"planted.sqlite": {"name"}}


def plant(file: Path, metadata: sa.MetaData, table: str) -> list[str]:
    """Put a row with a mark in every column into one table of a new database. Gives the columns."""
    engine = sa.create_engine(f"sqlite:///{file}")
    metadata.create_all(engine)  # all of them: a trigger of one may look into others
    engine.dispose()
    # A counter that is the row's id takes numbers only.
    primary = metadata.tables[table].primary_key.columns.keys()
    columns = [
        column.name
        for column in metadata.tables[table].columns
        if not (primary == [column.name] and isinstance(column.type, sa.Integer))
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        row = [PERSON["name"]] * len(columns)
        marks = ", ".join("?" * len(columns))
        connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', row)
    connection.close()
    return columns
