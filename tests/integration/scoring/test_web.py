"""Scoring's page and API: for data scientists, by pseudonym."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from models.features import reading
from models.features.specification import FactKind
from services.contracts.codes import OrganisationClass, Role
from services.platform.db import migrate
from services.platform.service import Service
from services.scoring.bootstrap import build
from services.scoring.schemas import EXAMPLE_ROW, MAX_BYTES_OF_A_ROW, MAX_ROWS
from services.scoring.settings import Settings
from services.scoring.tables import estimates, platform, results
from tests.factories import small_model
from tests.factories.scoring import day
from tests.integration.scoring.events import FACTS, amended, handle, received
from tests.web_app import FakeIdentities, an_identity

ESTIMATES = "/scoring/api/v1/estimates"
SCIENTIST = {"Authorization": "Bearer scientist"}
POLICE = {"Authorization": "Bearer police"}
BOARD = {"Authorization": "Bearer board"}
FLAGS = (
    "self_harm_12m", "mental_health_need", "siblings_at_risk", "often_absent", "looked_after_now", "housing_unstable",
)  # fmt: skip
REVIEWER = {"Authorization": "Bearer reviewer"}


@pytest.fixture
def served(settings: Settings) -> Service:
    identities = FakeIdentities(
        bearers={
            "scientist": an_identity(Role.DATA_SCIENTIST),
            "police": replace(an_identity(Role.DATA_SCIENTIST), organisation_class=OrganisationClass.POLICE),
            "board": an_identity(Role.BOARD_MEMBER),
            "reviewer": an_identity(Role.REVIEWER),
        }
    )
    service = build(settings, identities=identities, clock=lambda: day(30))
    migrate.upgrade(service)
    return service


@pytest.fixture
def client(served: Service, settings: Settings) -> FlaskClient:
    small_model.save(settings.models_folder)
    return served.app.test_client()


def every_answer() -> dict[str, Any]:
    """Every fact, the lists with all their codes, codes with their longest."""
    longest = {
        FactKind.CODES: lambda fact: list(fact.codes),
        FactKind.CODE: lambda fact: max(set(fact.codes) - set(fact.unknown_codes), key=len),
        FactKind.COUNT: lambda fact: fact.high,
        FactKind.DATE: lambda _fact: "2026-11-01",
        FactKind.FLAG: lambda _fact: False,
    }
    facts = reading.registry().facts
    return {name: longest[fact.kind](fact) for name, fact in facts.items() if name != "age"}


def ask(client: FlaskClient, *rows: Mapping[str, Any]) -> Any:
    return client.post(ESTIMATES, json={"rows": rows}, headers=SCIENTIST)


class TestEstimatingRows:
    def test_explains_each_and_stores_none(self, served: Service, client: FlaskClient) -> None:
        response = ask(client, EXAMPLE_ROW, {"facts": {}}).get_json()

        first, second = response["rows"]
        assert 0 < first["probability"] < 1
        assert not any(part["few_seen"] for part in first["contributions"])
        assert second["not_estimated"] == "too_little_information"
        assert response["invented_data"] is True
        with served.database.read() as connection:
            assert connection.execute(sa.select(estimates)).all() == []

    def test_gives_what_a_referral_with_these_facts_gets(self, served: Service, client: FlaskClient) -> None:
        handle(served, received(uuid4(), uuid4()))

        row = {"stated_on": "2026-05-04", "age": 15, "facts": FACTS}
        [response] = ask(client, row).get_json()["rows"]

        with served.database.read() as connection:
            assert connection.scalar(sa.select(estimates.c.probability)) == response["probability"]

    def test_counts_a_list_with_nothing_selected_as_not_known(self, client: FlaskClient) -> None:
        seven = {"age": 15, "facts": dict.fromkeys(FLAGS, True)}
        lists = [name for name, fact in reading.registry().facts.items() if fact.kind is FactKind.CODES]
        rows = [seven, *({**seven, "facts": {**seven["facts"], name: []}} for name in lists)]

        response = ask(client, *rows).get_json()["rows"]

        assert len(lists) == 4
        assert [(row["known_answers"], row["not_estimated"]) for row in response] == [(7, "too_little_information")] * 5

    @pytest.mark.parametrize(
        "row",
        [
            {"facts": {"ethnicity": "A1"}},
            {"facts": {"injury": "NONE"}},
            {"facts": {"self_harm_12m": "yes"}},
            {"facts": {"police_contacts_12m": 1.0}},
            {"facts": {"police_contacts_12m": 101}},
            {"facts": {"strengths": ["trusted_adult", "trusted_adult"]}},
            {"facts": {"weapon_found_by_police_on": "20260101"}},
            {"facts": {}, "name": "Jo"},
            {"age": 15},
        ],
    )
    def test_refuses_what_the_facts_do_not_have(self, client: FlaskClient, row: Mapping[str, Any]) -> None:
        refused = ask(client, row)

        assert refused.status_code == 422
        assert refused.get_json()["errors"][0]["pointer"].startswith("/rows/0")

    def test_takes_as_many_rows_as_it_promises_with_every_answer_given(self, client: FlaskClient) -> None:
        rows = [{"stated_on": "2026-11-02", "age": 15, "facts": every_answer()}] * MAX_ROWS

        response = client.post(
            ESTIMATES, data=json.dumps({"rows": rows}, indent=4), content_type="application/json", headers=SCIENTIST
        )

        assert response.status_code == 200, response.text
        assert [row["known_answers"] for row in response.get_json()["rows"]] == [25] * MAX_ROWS

    def test_refuses_a_body_that_is_larger_than_so_many_rows(self, client: FlaskClient) -> None:
        body = b'{"rows": [{"facts": {}}]}'.ljust(MAX_ROWS * MAX_BYTES_OF_A_ROW + 1)

        refused = client.post(ESTIMATES, data=body, content_type="application/json", headers=SCIENTIST)

        assert refused.status_code == 413

    def test_refuses_more_rows_than_one_request_may_hold(self, client: FlaskClient) -> None:
        assert ask(client, *[{"facts": {}}] * (MAX_ROWS + 1)).status_code == 422

    def test_is_refused_when_there_is_no_model(self, served: Service) -> None:
        refused = ask(served.app.test_client(), EXAMPLE_ROW)

        assert refused.status_code == 503
        assert refused.get_json()["title"] == "There is no model to estimate with"

    @pytest.mark.parametrize("who", [BOARD, REVIEWER])
    def test_is_for_data_scientists_alone(self, client: FlaskClient, who: dict[str, str]) -> None:
        refused = client.post("/scoring/api/v1/estimates", json={"rows": [EXAMPLE_ROW]}, headers=who)

        assert refused.status_code == 403

    def test_from_invented_data_is_refused_outside_a_demonstration(self, settings: Settings) -> None:
        small_model.save(settings.models_folder)
        real = Settings(**{**vars(settings), "demonstration": False, "https": False})
        identities = FakeIdentities(bearers={"scientist": an_identity(Role.DATA_SCIENTIST)})
        service = build(real, identities=identities, clock=lambda: day(30))
        migrate.upgrade(service)

        [response] = ask(service.app.test_client(), EXAMPLE_ROW).get_json()["rows"]

        assert response["not_estimated"] == "model_trained_on_invented_data"


class TestTheChangesOfAnEstimate:
    def test_show_what_changed_it_and_not_who_it_is_about(self, served: Service, client: FlaskClient) -> None:
        referral, person = uuid4(), uuid4()
        handle(
            served, received(referral, person), amended(referral, person, version=2, received_at=0, at=1, injury=None)
        )
        with served.database.read() as connection:
            estimate = connection.scalar(sa.select(results.c.id).where(results.c.is_current))

        read = client.get(f"/scoring/api/v1/estimates/{estimate}/changes", headers=SCIENTIST)

        first, second = read.get_json()["answers"]
        assert first["changes"] == []
        assert "injury" in {change["feature"] for change in second["changes"]}
        assert str(referral) not in read.text
        assert str(person) not in read.text
        with served.database.read() as connection:
            read_rows = sa.select(platform.audit_rows).where(platform.audit_rows.c.what == "estimate.changes_read")
            assert connection.execute(read_rows).one().subject_id == str(estimate)

    def test_are_not_for_a_police_organisation(self, served: Service, client: FlaskClient) -> None:
        handle(served, received(uuid4(), uuid4()))
        with served.database.read() as connection:
            estimate = connection.scalar(sa.select(results.c.id))

        address = f"/scoring/api/v1/estimates/{estimate}/changes"
        read = [client.get(address, headers=headers).status_code for headers in (SCIENTIST, POLICE)]

        assert read == [200, 404]

    def test_of_an_unknown_one_are_not_found(self, client: FlaskClient) -> None:
        assert client.get(f"/scoring/api/v1/estimates/{uuid4()}/changes", headers=SCIENTIST).status_code == 404


class TestTheModels:
    def test_are_listed_before_they_have_estimated(self, client: FlaskClient) -> None:
        [model] = client.get("/scoring/api/v1/models", headers=BOARD).get_json()["models"]

        assert (model["is_champion"], model["described_at"]) == (True, None)

    def test_include_those_used_before(self, served: Service, client: FlaskClient, settings: Settings) -> None:
        handle(served, received(uuid4(), uuid4()))
        small_model.save(settings.models_folder, number=2, seed=8)

        models = client.get("/scoring/api/v1/models", headers=SCIENTIST).get_json()["models"]

        assert [model["is_champion"] for model in models] == [True, False]
        assert models[0]["model_version"].startswith("2-")

    def test_have_a_page_that_says_they_come_from_invented_data(self, client: FlaskClient) -> None:
        page = client.get("/scoring/models", headers=SCIENTIST).text

        assert "Trained on invented data" in page
        assert "In use" in page
        assert "4,000 people who were not trained on" in page

    def test_have_a_page_when_there_is_none(self, served: Service) -> None:
        assert "No model is in use." in served.app.test_client().get("/scoring/models", headers=SCIENTIST).text

    def test_are_no_reviewers_business(self, client: FlaskClient) -> None:
        assert client.get("/scoring/models", headers=REVIEWER).status_code == 403


class TestTheDescription:
    def test_carries_an_example_that_works(self, client: FlaskClient) -> None:
        paths = client.get("/scoring/api/v1/openapi.json").get_json()["paths"]
        body = paths["/scoring/api/v1/estimates"]["post"]["requestBody"]["content"]["application/json"]

        answered = client.post("/scoring/api/v1/estimates", json=body["example"], headers=SCIENTIST)

        assert answered.status_code == 200
