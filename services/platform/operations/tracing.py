"""Traces, if an export address is configured: one trace is one correlation id, through requests and events."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from opentelemetry import trace
from opentelemetry.trace import NonRecordingSpan, Span, SpanContext, SpanKind, TraceFlags

ADDRESS = "OTEL_EXPORTER_OTLP_ENDPOINT"
_LOW_64_BITS = (1 << 64) - 1

wanted_ids: ContextVar[tuple[UUID | None, UUID | None]] = ContextVar("wanted_ids", default=(None, None))
"""The correlation id and event id from which the next span derives its ids."""

_tracer = trace.get_tracer("waymark")


def configure(service: str, environ: Mapping[str, str]) -> None:
    """Exports spans to the collector named by OTEL_EXPORTER_OTLP_ENDPOINT, if set. Called after the fork."""
    if environ.get(ADDRESS):
        from services.platform.operations import trace_sending  # the extra `tracing`

        trace.set_tracer_provider(trace_sending.provider(service, environ[ADDRESS]))


def span_id(event_id: UUID) -> int:
    """Returns the id of the span in which this event was published: the span of its handler has it as parent."""
    return event_id.int & _LOW_64_BITS


@contextmanager
def request(correlation_id: UUID) -> Iterator[Span]:
    """Opens a request's span. It gets the route once known, never the URL, which may contain search terms."""
    with _numbered(correlation_id, None), _tracer.start_as_current_span("request", kind=SpanKind.SERVER) as span:
        yield span


def answered(span: Span, *, method: str, route: str, status: int) -> None:
    """Names a request's span by its route and records the status."""
    span.update_name(f"{method} {route}")
    span.set_attributes({"http.request.method": method, "http.route": route, "http.response.status_code": status})


def written(event_type: str, event_id: UUID, correlation_id: UUID) -> None:
    """Records that an event was published in this span."""
    with _numbered(correlation_id, event_id):
        _tracer.start_span(f"write {event_type}", kind=SpanKind.PRODUCER).end()


@contextmanager
def handling(event_type: str, event_id: UUID, correlation_id: UUID) -> Iterator[None]:
    """Opens the span in which an event is handled, a child of the one in which it was published."""
    written_in = SpanContext(correlation_id.int, span_id(event_id), is_remote=True, trace_flags=TraceFlags(1))
    context = trace.set_span_in_context(NonRecordingSpan(written_in))
    with _tracer.start_as_current_span(f"handle {event_type}", context=context, kind=SpanKind.CONSUMER):
        yield


@contextmanager
def _numbered(correlation_id: UUID, event_id: UUID | None) -> Iterator[None]:
    token = wanted_ids.set((correlation_id, event_id))
    try:
        yield
    finally:
        wanted_ids.reset(token)
