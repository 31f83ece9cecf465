"""What one account, and one organisation, may ask of a service within a minute, whichever process answers.

BadInput98, but for tries to sign in, which accounts counts.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from services.contracts.codes import Role
from services.platform.auth.identity import Identity
from services.platform.db import request_counts
from services.platform.db.engine import Database
from services.platform.settings import RateLimits
from services.platform.web.rates import Rates, TooManyRequests
from tests.web_app import NOW, FakeIdentities, an_app, an_identity, metadata, tables

PAGE, OPERATION = "/toy/thing", "/toy/api/v1/things"


class Processes:
    """Web processes of one service on one database, at a time that the test says."""

    def __init__(self, url: str, *, per_account: int = 10, per_organisation: int = 1000) -> None:
        self.now = NOW + timedelta(seconds=20)
        self.identities = FakeIdentities()
        self._url = url
        self._limits = RateLimits(per_account=per_account, per_organisation=per_organisation)

    def another(self) -> FlaskClient:
        """A process more, with nobody at its door yet."""
        limits = self._limits
        return an_app(self._url, self.identities, rate_limits=limits, clock=lambda: self.now).test_client()

    def member(self, token: str, *roles: Role, organisation_id: UUID | None = None) -> dict[str, str]:
        """The header with which somebody of this organisation, or of one of their own, asks."""
        identity = an_identity(*(roles or (Role.NAVIGATOR,)))
        organisation = organisation_id or identity.organisation_id
        self.identities.bearers[token] = replace(identity, organisation_id=organisation)
        return {"Authorization": f"Bearer {token}"}


def answers(client: FlaskClient, who: dict[str, str], *, times: int, path: str = OPERATION) -> list[int]:
    return [client.get(path, headers=who).status_code for _ in range(times)]


class TestAnAccount:
    def test_is_answered_up_to_its_limit_and_told_when_to_come_again(self, database_url: str) -> None:
        processes = Processes(database_url)
        client, who = processes.another(), processes.member("a")

        assert answers(client, who, times=10) == [200] * 10

        refused = client.get(OPERATION, headers=who)
        assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
        assert refused.headers["Retry-After"] == "40"
        assert refused.json["type"] == "urn:waymark:problem:too-many-requests"
        page = client.get(PAGE, headers=who)
        assert (page.status_code, page.mimetype) == (429, "text/html")
        assert "too many requests" in page.text

    def test_has_one_limit_in_all_processes_together(self, database_url: str) -> None:
        processes = Processes(database_url)
        who = processes.member("a")

        told = [status for _ in range(3) for status in answers(processes.another(), who, times=6)]

        assert sorted(told) == [200] * 10 + [429] * 8

    def test_may_ask_again_in_the_next_minute(self, database_url: str) -> None:
        processes = Processes(database_url)
        client, who = processes.another(), processes.member("a")
        assert answers(client, who, times=11)[-1] == 429

        processes.now += timedelta(seconds=39)
        assert answers(client, who, times=1) == [429]
        processes.now += timedelta(seconds=1)
        assert answers(client, who, times=11) == [200] * 10 + [429]

    def test_takes_nothing_from_another(self, database_url: str) -> None:
        processes = Processes(database_url)
        client = processes.another()
        answers(client, processes.member("a"), times=12)

        assert answers(client, processes.member("b"), times=2) == [200, 200]

    def test_is_counted_where_its_role_may_not_enter(self, database_url: str) -> None:
        processes = Processes(database_url)
        who = processes.member("a", Role.REVIEWER)

        told = answers(processes.another(), who, times=12, path=PAGE)

        assert told == [403] * 10 + [429] * 2

    def test_is_not_counted_where_nobody_need_sign_in(self, database_url: str) -> None:
        processes = Processes(database_url)
        client, who = processes.another(), processes.member("a")
        answers(client, who, times=12)

        assert answers(client, who, times=12, path="/toy/health/live") == [200] * 12


class TestAnOrganisation:
    def test_has_one_limit_for_all_its_accounts_in_all_processes(self, database_url: str) -> None:
        processes = Processes(database_url, per_organisation=15)
        hospital = UUID(int=1)
        staff = [processes.member(token, organisation_id=hospital) for token in ("a", "b", "c")]

        told = [status for who in staff for status in answers(processes.another(), who, times=8)]

        assert told == [200] * 15 + [429] * 9
        assert answers(processes.another(), processes.member("elsewhere"), times=1) == [200]


class TestTheCount:
    def test_is_never_above_the_limit_when_everybody_asks_at_once(self, database_url: str) -> None:
        database = Database(database_url)
        with database.write() as connection:
            metadata.create_all(connection)
        who, limits = an_identity(), RateLimits(per_account=100, per_organisation=10_000)
        processes = [Rates(database, tables, limits, lambda: NOW) for _ in range(4)]

        with ThreadPoolExecutor(8) as threads:
            let_in = list(threads.map(lambda index: is_let_in(processes[index % 4], who), range(200)))

        # Who is refused at the very moment at which another takes two may have been the last to ask that process.
        assert 96 <= sum(let_in) <= 100

    def test_costs_a_transaction_for_few_requests_only(self, database_url: str) -> None:
        database = Database(database_url)
        with database.write() as connection:
            metadata.create_all(connection)
        written: list[str] = []
        sa.event.listen(
            database.engine, "before_cursor_execute", lambda _c, _k, statement, *_: written.append(statement)
        )
        rates = Rates(database, tables, RateLimits(per_account=600, per_organisation=6000), lambda: NOW)

        who = an_identity()
        assert all(is_let_in(rates, who) for _ in range(600))

        assert sum(statement.startswith("INSERT") for statement in written) == 50 + 5

    def test_is_forgotten(self, database_url: str) -> None:
        database = Database(database_url)
        with database.write() as connection:
            metadata.create_all(connection)
            for minute in (NOW - timedelta(hours=2), NOW):
                request_counts.take(connection, tables, UUID(int=1), minute=minute, wanted=1, limit=2)
            request_counts.purge(connection, tables, at=NOW)
            kept: list[datetime] = list(connection.execute(sa.select(tables.request_counts.c.minute)).scalars())

        assert kept == [NOW]


def is_let_in(rates: Rates, who: Identity) -> bool:
    try:
        rates.count(who)
    except TooManyRequests:
        return False
    return True


@pytest.fixture
def each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build whose processes count nothing together."""
    monkeypatch.setattr(request_counts, "take", lambda *_, wanted, **__: wanted)


class TestACountOfEachProcessAlone:
    @pytest.mark.usefixtures("each_for_itself")
    def test_would_let_more_in_than_the_limit(self, database_url: str) -> None:
        processes = Processes(database_url)
        who = processes.member("a")

        told = [status for _ in range(3) for status in answers(processes.another(), who, times=6)]

        assert told == [200] * 18
