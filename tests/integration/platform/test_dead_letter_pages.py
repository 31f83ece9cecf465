"""An administrator sees why an event failed and decides what becomes of it, and never sees what it says."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from services.contracts.codes import Role
from services.platform.messaging import dead_letters
from services.platform.messaging.consumer import Consumer
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.service import Service
from tests.platform_service import a_record, a_service, texts
from tests.web_app import FakeIdentities, an_identity

CANARY = "Zyxwobble"
WHERE = "/notes/dead-letters"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    log = EmbeddedLog(tmp_path / "bus.sqlite")
    yield log
    log.close()


@pytest.fixture
def service(database_url: str) -> Service:
    return a_service(database_url)


@pytest.fixture
def browser(service: Service) -> FlaskClient:
    """The administrator's."""
    return signed_in(service, Role.ADMINISTRATOR)


def signed_in(service: Service, role: Role) -> FlaskClient:
    known = FakeIdentities(sessions={"s": an_identity(role)})
    client = replace(service, identities=known).app.test_client()
    client.set_cookie("waymark_session", "s")
    return client


def dead_letter(service: Service, log: EmbeddedLog, *values: bytes) -> None:
    log.append([a_record(value=value) for value in values])
    Consumer(service, log).run_once()


def an_event(*, data: dict[str, Any] | None = None, **attributes: Any) -> bytes:
    event: dict[str, Any] = json.loads(a_record(name="refuse").value)
    return json.dumps(event | attributes | {"data": event["data"] | (data or {})}).encode()


def sent(browser: FlaskClient, path: str, **typed: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert token is not None
    return browser.post(path, data={"csrf_token": token[1], **typed})


def audited(service: Service) -> list[tuple[str, str | None]]:
    rows = service.tables.audit_rows.c
    found = sa.select(rows.what, rows.reason).where(rows.subject_type == "dead_letter")
    with service.database.read() as connection:
        return [(row.what, row.reason) for row in connection.execute(found)]


class TestTheList:
    def test_says_what_failed_and_why(self, service: Service, log: EmbeddedLog, browser: FlaskClient) -> None:
        dead_letter(service, log, an_event(), b"{")

        page = browser.get(WHERE).text

        assert "accounts.staff.changed" in page
        assert "WriteNote raised Refused" in page
        assert "Not a Waymark event" in page

    def test_pages(self, service: Service, log: EmbeddedLog, browser: FlaskClient) -> None:
        dead_letter(service, log, an_event(), an_event(id=str(uuid4())), an_event(id=str(uuid4())))

        first = browser.get(f"{WHERE}?limit=2").text
        following = re.search(r'href="([^"]*cursor=[^"]*)"', first)
        assert following is not None
        second = browser.get(following[1].replace("&amp;", "&")).text

        letters = re.compile(rf"{WHERE}/([0-9a-f-]{{36}})")
        assert [len(set(letters.findall(page))) for page in (first, second)] == [2, 1]
        assert not set(letters.findall(first)) & set(letters.findall(second))

    def test_warns_when_the_next_one_stops_the_service(
        self, service: Service, log: EmbeddedLog, browser: FlaskClient
    ) -> None:
        dead_letter(service, log, *(an_event(id=str(uuid4())) for _ in range(9)))
        before = browser.get(WHERE).text
        dead_letter(service, log, an_event(id=str(uuid4())))

        assert "stops reading" not in before
        assert "stops reading" in browser.get(WHERE).text

    @pytest.mark.parametrize("role", [Role.REVIEWER, Role.DATA_PROTECTION_OFFICER, Role.BOARD_MEMBER])
    def test_is_for_the_administrator_alone(self, service: Service, role: Role) -> None:
        assert signed_in(service, role).get(WHERE).status_code == 403


class TestOneLetter:
    MARKED = (
        f"no event of {CANARY}".encode(),
        an_event(id=str(uuid4()), data={"display_name": CANARY, "version": CANARY}),
        an_event(id=str(uuid4()), data={CANARY: CANARY, "version": "x"}),
        an_event(id=str(uuid4()), subject=CANARY, source=f"/{CANARY}", data={"version": []}),
        an_event(id=str(uuid4()), dataschemaversion="7", extension=CANARY),
        an_event(id=str(uuid4()), dataschemaversion=CANARY),
    )

    def test_shows_no_value_and_no_name_that_is_in_no_contract(
        self, service: Service, log: EmbeddedLog, browser: FlaskClient
    ) -> None:
        dead_letter(service, log, *self.MARKED)
        letters = dead_letters.waiting(service)
        pages = [WHERE, *(f"{WHERE}/{letter}{page}" for letter in letters for page in ("", "/redrive", "/drop"))]

        shown = [browser.get(page).text for page in pages]

        assert len(letters) == len(self.MARKED)
        assert [value for value in self.MARKED if CANARY.encode() not in value] == []
        assert [page for page, text in zip(pages, shown, strict=True) if CANARY in text] == []

    def test_shows_names_and_kinds_of_what_the_contract_declares(
        self, service: Service, log: EmbeddedLog, browser: FlaskClient
    ) -> None:
        dead_letter(service, log, an_event(data={"version": "x", "areas": ["a", "b"], "more": 1}))
        (letter,) = dead_letters.waiting(service)

        page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", browser.get(f"{WHERE}/{letter}").text))

        assert "version text" in page
        assert "areas list, 2" in page
        assert "active yes or no" in page
        assert "1 more field is not in the contract" in page
        assert audited(service) == [("dead_letter.read", None)]

    def test_that_is_gone_is_not_there(self, browser: FlaskClient) -> None:
        gone = f"{WHERE}/{uuid4()}"

        assert [browser.get(gone + page).status_code for page in ("", "/redrive", "/drop")] == [404] * 3


class TestDeciding:
    def test_asks_why(self, service: Service, log: EmbeddedLog, browser: FlaskClient) -> None:
        dead_letter(service, log, an_event())
        (letter,) = dead_letters.waiting(service)

        answers = [sent(browser, f"{WHERE}/{letter}/{what}") for what in ("redrive", "drop")]

        assert [answer.status_code for answer in answers] == [422, 422]
        assert dead_letters.waiting(service) == [letter]

    def test_has_a_letter_handled(self, service: Service, log: EmbeddedLog, browser: FlaskClient) -> None:
        dead_letter(service, log, an_event(data={"version": "x"}))
        (letter,) = dead_letters.waiting(service)
        _write_well(service, letter)

        answer = sent(browser, f"{WHERE}/{letter}/redrive", reason="part_is_back")

        assert answer.status_code == 303
        assert "was handled" in browser.get(answer.location).text
        assert texts(service) == ["Amara Osei"]
        assert ("dead_letter.redriven", "part_is_back") in audited(service)

    def test_says_when_it_fails_again_and_keeps_it(
        self, service: Service, log: EmbeddedLog, browser: FlaskClient
    ) -> None:
        dead_letter(service, log, an_event())
        (letter,) = dead_letters.waiting(service)

        answer = sent(browser, f"{WHERE}/{letter}/redrive", reason="fault_mended")

        assert answer.status_code == 422
        assert "It failed again and stays a dead letter" in answer.text
        assert dead_letters.waiting(service) == [letter]
        assert audited(service) == []

    def test_drops_a_letter(self, service: Service, log: EmbeddedLog, browser: FlaskClient) -> None:
        dead_letter(service, log, an_event())
        (letter,) = dead_letters.waiting(service)

        answer = sent(browser, f"{WHERE}/{letter}/drop", reason="told_again")
        again = browser.get(f"{WHERE}/{letter}/drop")

        assert (answer.status_code, again.status_code) == (303, 404)
        assert dead_letters.waiting(service) == []
        assert ("dead_letter.dropped", "told_again") in audited(service)


def _write_well(service: Service, letter: Any) -> None:
    """What was missing in the record is there now, as if a later build read it."""
    letters = service.tables.dead_letters
    with service.database.write() as connection:
        connection.execute(sa.update(letters).where(letters.c.id == letter).values(value=a_record().value))
