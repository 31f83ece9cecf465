"""Exports spans by OTLP, with the ids that `tracing` derives."""

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from services.platform.operations.tracing import span_id, wanted_ids


class _Ids(RandomIdGenerator):
    """A new trace id is a correlation id; the span in which an event is published gets its id from the event id."""

    def generate_trace_id(self) -> int:
        correlation_id, _ = wanted_ids.get()
        return correlation_id.int if correlation_id else super().generate_trace_id()

    def generate_span_id(self) -> int:
        _, event_id = wanted_ids.get()
        return span_id(event_id) if event_id else super().generate_span_id()


def provider(service: str, address: str) -> TracerProvider:
    """For `address`, a collector's base URL: exports spans to its /v1/traces in batches, from a separate thread."""
    return provided(service, BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{address.rstrip('/')}/v1/traces")))


def provided(service: str, processor: SpanProcessor) -> TracerProvider:
    tracers = TracerProvider(resource=Resource({"service.name": f"waymark-{service}"}), id_generator=_Ids())
    tracers.add_span_processor(processor)
    return tracers
