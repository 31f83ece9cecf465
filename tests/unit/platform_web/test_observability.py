"""Logs and counters hold ids and routes, never what a person wrote or searched."""

import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from flask.testing import FlaskClient

from services.platform.operations import logs
from services.platform.web import access
from tests.figures import checks_in
from tests.web_app import METRICS_TOKEN, FakeIdentities, an_app

METRICS = {"Authorization": f"Bearer {METRICS_TOKEN}"}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    structlog.reset_defaults()


class TestLogs:
    def test_a_request_is_one_line_without_its_address_or_query(self, client: FlaskClient, lines: io.StringIO) -> None:
        client.get(
            "/toy/hidden/4f0f8a4e-9a3f-4a60-9bd5-1d7b0e1f7d11?q=canary", headers={"Authorization": "Bearer good"}
        )

        line = json.loads(lines.getvalue())
        assert line["route"] == "/toy/hidden/<uuid:thing_id>"
        assert line["status"] == 404
        assert "canary" not in lines.getvalue()
        assert "4f0f8a4e" not in lines.getvalue()

    def test_a_fault_names_its_kind_and_place_never_its_message(self, client: FlaskClient, lines: io.StringIO) -> None:
        client.get("/toy/fails")

        failure = json.loads(lines.getvalue().splitlines()[0])
        assert failure["error"] == "builtins.ValueError"
        assert "web_app.py" in failure["where"]
        assert "canary" not in lines.getvalue()

    @pytest.mark.parametrize("path", ["/toy/fails", "/toy/unknown", "/toy/hidden/4f0f8a4e-9a3f-4a60-9bd5-1d7b0e1f7d11"])
    def test_an_error_page_shows_the_id_that_each_line_of_its_request_carries(
        self, client: FlaskClient, lines: io.StringIO, path: str
    ) -> None:
        page = client.get(path, headers={"Authorization": "Bearer good"}).text

        (shown,) = set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]{21}", page))
        written = [json.loads(line) for line in lines.getvalue().splitlines()]
        assert written
        assert {(line["service"], line["correlation_id"]) for line in written} == {("toy", shown)}

    def test_a_problem_names_the_id_that_each_line_of_its_request_carries(
        self, client: FlaskClient, lines: io.StringIO
    ) -> None:
        problem = client.get("/toy/api/v1/unknown").get_json()

        (line,) = map(json.loads, lines.getvalue().splitlines())
        assert problem["instance"] == f"urn:uuid:{line['correlation_id']}"
        assert line["service"] == "toy"

    def test_what_a_library_says_in_a_request_carries_its_id(
        self, client: FlaskClient, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def view(number: int) -> str:
            logging.getLogger("library").warning("canary")
            return str(number)

        app = client.application
        monkeypatch.setitem(app.view_functions, "pages.number", access.public(view))
        client.get("/toy/number/7")

        said, request = map(json.loads, lines.getvalue().splitlines())
        assert said["event"] == "library"
        assert (said["service"], said["correlation_id"]) == ("toy", request["correlation_id"])

    def test_what_follows_a_request_carries_no_id_of_it(self, client: FlaskClient, lines: io.StringIO) -> None:
        client.get("/toy/unknown")

        structlog.get_logger().info("afterwards")

        last = json.loads(lines.getvalue().splitlines()[-1])
        assert last.keys() == {"event", "level", "timestamp"}

    def test_each_line_of_a_process_of_one_service_names_it(self) -> None:
        stream = io.StringIO()
        logs.configure(stream=stream, service="toy")
        try:
            logging.getLogger("library").warning("said before any request")
        finally:
            logs.configure(stream=stream)
            structlog.reset_defaults()

        assert json.loads(stream.getvalue())["service"] == "toy"

    def test_a_key_that_is_not_listed_is_dropped(self, lines: io.StringIO) -> None:
        structlog.get_logger().info("event", status=1, name="canary")

        assert json.loads(lines.getvalue()).keys() == {"event", "status", "level", "timestamp"}

    @pytest.mark.parametrize("path", ['/toy/x%0d%0a{"level":"info"}', "/toy/thing?q=%0d%0aevil"])
    def test_a_new_line_in_an_address_makes_no_new_line(
        self, client: FlaskClient, lines: io.StringIO, path: str
    ) -> None:
        client.get(path)

        assert len(lines.getvalue().splitlines()) == 1
        assert "evil" not in lines.getvalue()


class TestMetrics:
    def test_count_by_route_and_status(self, client: FlaskClient) -> None:
        client.get("/toy/canary")
        client.get("/toy/hidden/4f0f8a4e-9a3f-4a60-9bd5-1d7b0e1f7d11", headers={"Authorization": "Bearer good"})

        text = client.get("/toy/metrics", headers=METRICS).text

        assert (
            'waymark_requests_total{method="GET",route="/toy/hidden/<uuid:thing_id>",service="toy",status="404"} 1.0'
            in text
        )
        assert 'waymark_requests_total{method="any",route="none",service="toy",status="404"} 1.0' in text
        assert "canary" not in text

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Authorization": "Bearer "},
            {"Authorization": "Bearer good"},
            {"Authorization": f"Basic {METRICS_TOKEN}"},
            {"Authorization": f"Bearer {METRICS_TOKEN[:-1]}"},
        ],
    )
    def test_are_not_there_for_whoever_lacks_their_token(self, client: FlaskClient, headers: dict[str, str]) -> None:
        answer = client.get("/toy/metrics", headers=headers)

        assert answer.status_code == 404
        assert "waymark_" not in answer.text

    def test_are_read_by_nobody_where_no_token_is_set(self, tmp_path: Path) -> None:
        client = an_app(f"sqlite:///{tmp_path / 'toy.sqlite'}", FakeIdentities(), metrics_token=None).test_client()

        assert client.get("/toy/metrics", headers={"Authorization": "Bearer "}).status_code == 404
        assert client.get("/toy/metrics", headers=METRICS).status_code == 404


class TestHealth:
    def test_lives_and_is_ready(self, client: FlaskClient) -> None:
        assert client.get("/toy/health/live").get_json() == {"status": "live"}

        assert client.get("/toy/health/ready").get_json() == {"status": "ready"}

    def test_names_each_check_among_the_figures_alone(self, client: FlaskClient) -> None:
        assert checks_in(client.get("/toy/metrics", headers=METRICS).text) == {
            "always": True,
            "audit": True,
            "consumer": True,
            "dead_letters": True,
            "outbox": True,
        }
