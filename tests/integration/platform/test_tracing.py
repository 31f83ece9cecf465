"""One trace is one correlation id: from the request, through the event it wrote, to what another service did with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.platform.dispatcher import EventCommand
from services.platform.operations import trace_sending, tracing
from tests.platform_service import WriteNote, a_clock, a_service
from tests.web_app import FakeIdentities, an_app


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = trace_sending.provided("notes", SimpleSpanProcessor(exporter))
    monkeypatch.setattr(tracing, "_tracer", provider.get_tracer("waymark"))
    yield exporter
    provider.shutdown()


def named(sent: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(span for span in sent.get_finished_spans() if span.name == name)


class TestATrace:
    def test_is_one_through_event_and_effect(self, sent: InMemorySpanExporter, database_url: str) -> None:
        service, correlation_id, event_id = a_service(database_url), uuid4(), uuid4()
        caused = EventCommand(
            command=WriteNote(text="hello", staff_id=uuid4()),
            event_id=event_id,
            event_type="notes.note.asked_for",
            written_at=a_clock(),
            correlation_id=correlation_id,
        )

        service.dispatcher.handle_events([caused])

        handled, written = named(sent, "handle notes.note.asked_for"), named(sent, "write accounts.staff.changed")
        assert handled.parent is not None
        assert written.parent is not None
        assert handled.context.trace_id == written.context.trace_id == correlation_id.int
        assert handled.parent.span_id == tracing.span_id(event_id)
        assert written.parent.span_id == handled.context.span_id

    def test_begins_with_the_request_and_tells_its_route_alone(
        self, sent: InMemorySpanExporter, tmp_path: Path
    ) -> None:
        app = an_app(f"sqlite:///{tmp_path / 'toy.sqlite'}", FakeIdentities(sessions={}, bearers={}))

        app.test_client().get(f"/toy/hidden/{uuid4()}?q=canary")

        span = named(sent, "GET /toy/hidden/<uuid:thing_id>")
        assert span.parent is None
        assert span.attributes == {
            "http.request.method": "GET",
            "http.route": "/toy/hidden/<uuid:thing_id>",
            "http.response.status_code": 303,
        }
        assert "canary" not in span.to_json()

    def test_arrives_at_the_collector(self) -> None:
        with _collector() as (address, arrived):
            provider = trace_sending.provider("notes", address)
            with provider.get_tracer("waymark").start_as_current_span("handle"):
                pass
            provider.shutdown()

        assert arrived == ["/v1/traces"]

    def test_is_not_begun_where_no_collector_is_named(self) -> None:
        tracing.configure("notes", {})

        with tracing.request(uuid4()) as span:
            assert not span.is_recording()


@contextmanager
def _collector() -> Iterator[tuple[str, list[str]]]:
    """A server that takes whatever is posted, and tells where it was posted to."""
    arrived: list[str] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            arrived.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Take) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", arrived
        server.shutdown()
