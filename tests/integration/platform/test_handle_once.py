"""A creating call sent twice has one effect, on both kinds of database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from services.contracts.codes import Role
from services.platform.db.engine import Database
from tests.web_app import FakeIdentities, an_app, an_identity, things

THINGS = "/toy/api/v1/things"


@pytest.fixture
def app(database_url: str) -> Flask:
    navigator, system = an_identity(Role.NAVIGATOR), an_identity(Role.PARTNER_SYSTEM)
    return an_app(database_url, FakeIdentities(bearers={"good": navigator, "system": system}))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def stored(database_url: str) -> Database:
    return Database(database_url)


def key(value: str, *, bearer: str = "good") -> dict[str, str]:
    return {"Authorization": f"Bearer {bearer}", "Idempotency-Key": value}


def how_many(stored: Database) -> int:
    with stored.read() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(things)).scalar_one()


class TestIdempotencyKey:
    def test_a_retry_is_answered_200_with_the_same_location(self, client: FlaskClient, stored: Database) -> None:
        first = client.post(THINGS, json={"name": "Sam", "age": 15}, headers=key("one"))
        again = client.post(
            THINGS, data='{"age": 15,  "name": "Sam"}', content_type="application/json", headers=key("one")
        )

        assert (first.status_code, again.status_code) == (202, 200)
        assert first.location == again.location
        assert "Idempotent-Replayed" not in first.headers
        assert again.headers["Idempotent-Replayed"] == "true"
        assert how_many(stored) == 1

    def test_another_body_under_the_key_is_refused(self, client: FlaskClient, stored: Database) -> None:
        client.post(THINGS, json={"name": "Sam"}, headers=key("one"))

        answer = client.post(THINGS, json={"name": "Alex"}, headers=key("one"))

        assert answer.status_code == 409
        assert answer.get_json()["type"] == "urn:waymark:problem:key-reused"
        assert how_many(stored) == 1

    def test_somebody_elses_key_is_a_new_one(self, client: FlaskClient, stored: Database) -> None:
        answers = [
            client.post(THINGS, json={"name": "Sam"}, headers=key("one", bearer=bearer))
            for bearer in ("good", "system")
        ]

        assert [answer.status_code for answer in answers] == [202, 202]
        assert how_many(stored) == 2

    def test_a_refused_request_leaves_its_key_free(self, client: FlaskClient) -> None:
        refused = client.post(THINGS, json={"name": ""}, headers=key("one"))
        taken = client.post(THINGS, json={"name": "Sam"}, headers=key("one"))

        assert (refused.status_code, taken.status_code) == (422, 202)

    @pytest.mark.parametrize("value", ["", " ", "x" * 201, "x" * 60_000, "a b", "é", "a\x7fb"])
    def test_that_cannot_be_one_is_refused(self, client: FlaskClient, value: str) -> None:
        assert client.post(THINGS, json={"name": "Sam"}, headers=key(value)).status_code == 400

    def test_must_be_sent(self, client: FlaskClient) -> None:
        answer = client.post(THINGS, json={"name": "Sam"}, headers={"Authorization": "Bearer good"})

        assert answer.status_code == 400
        assert answer.get_json()["type"] == "urn:waymark:problem:key-missing"

    def test_sent_many_times_at_once_has_one_effect(self, app: Flask, stored: Database) -> None:
        def send(_: int) -> tuple[int, str]:
            answer = app.test_client().post(THINGS, json={"name": "Sam"}, headers=key("one"))
            return answer.status_code, answer.location

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(send, range(40)))

        assert sorted({status for status, _ in answers}) == [200, 202]
        assert sum(status == 202 for status, _ in answers) == 1
        assert len({location for _, location in answers}) == 1
        assert how_many(stored) == 1
