"""Prometheus metrics of every service, each named and described here or as a `DatabaseGauge`: codes, never people."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.platform.clock import Clock
from services.platform.db.engine import Database

_AGES = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)


Figures = Mapping[tuple[str, ...], float]
"""By label values."""


@dataclass(frozen=True, kw_only=True)
class DatabaseGauge:
    """A gauge that is read from the service's database at each scrape. An index must serve it."""

    name: str
    help: str
    read: Callable[[sa.Connection, datetime], float]


class Metrics:
    """A separate registry: services in one process do not share counters."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self._service = service
        self._gauges: dict[str, Collector] = {}
        self._measured: Collector | None = None
        self._requests = Counter(
            "waymark_requests",
            "Requests answered.",
            ("service", "method", "route", "status"),
            registry=self.registry,
        )
        self._request_seconds = Histogram(
            "waymark_request_seconds",
            "From a request's arrival in the process to its answer.",
            ("service", "method", "route"),
            registry=self.registry,
        )
        self._written = Counter(
            "waymark_events_written",
            "Events committed to the outbox. `code` tells them apart where their schema names a field for it.",
            ("service", "event_type", "code"),
            registry=self.registry,
        )
        self._handled_age = Histogram(
            "waymark_event_age_seconds",
            "From an event's writing to the commit of what it caused here: of intake.referral.received, received to "
            "estimated in scoring and received to reviewable in casework.",
            ("service", "event_type"),
            buckets=_AGES,
            registry=self.registry,
        )

    def request(self, *, method: str, route: str, status: int, seconds: float) -> None:
        if route == "none":
            method = "any"
        self._requests.labels(self._service, method, route, str(status)).inc()
        self._request_seconds.labels(self._service, method, route).observe(seconds)

    def written(self, event_type: str, code: str) -> None:
        self._written.labels(self._service, event_type, code).inc()

    def handled(self, event_type: str, age: float) -> None:
        """`age` in seconds; it can be negative if the clocks of two machines differ."""
        self._handled_age.labels(self._service, event_type).observe(max(0.0, age))

    def register_gauges(self, database: Database, clock: Clock, gauges: Sequence[DatabaseGauge]) -> None:
        """Registers gauges to read at each scrape, replacing all registered before."""
        if self._measured is not None:
            self.registry.unregister(self._measured)
        self._measured = _Read(self._service, database, clock, gauges)
        self.registry.register(self._measured)

    def register_gauge(self, name: str, help: str, labels: tuple[str, ...], read: Callable[[], Figures]) -> None:
        """Registers a gauge to read at each scrape, replacing one of the same name."""
        if earlier := self._gauges.get(name):
            self.registry.unregister(earlier)
        self._gauges[name] = _GaugeCollector(name, help, self._service, labels, read)
        self.registry.register(self._gauges[name])

    def text(self) -> bytes:
        return generate_latest(self.registry)


@dataclass(frozen=True)
class _GaugeCollector(Collector):
    name: str
    help: str
    service: str
    labels: tuple[str, ...]
    read: Callable[[], Figures]

    def describe(self) -> Iterator[Metric]:
        yield self._family()

    def collect(self) -> Iterator[Metric]:
        family = self._family()
        for values, figure in self.read().items():
            family.add_metric((self.service, *values), figure)
        yield family

    def _family(self) -> GaugeMetricFamily:
        return GaugeMetricFamily(self.name, self.help, labels=("service", *self.labels))


class _Read(Collector):
    def __init__(self, service: str, database: Database, clock: Clock, gauges: Sequence[DatabaseGauge]) -> None:
        self._service, self._database, self._clock, self._gauges = service, database, clock, gauges

    def describe(self) -> Iterator[Metric]:
        """Does not read values: registration must not connect to the database."""
        for measure in self._gauges:
            yield GaugeMetricFamily(measure.name, measure.help, labels=("service",))

    def collect(self) -> Iterator[Metric]:
        with self._database.read() as connection:
            for measure in self._gauges:
                family = GaugeMetricFamily(measure.name, measure.help, labels=("service",))
                family.add_metric((self._service,), measure.read(connection, self._clock()))
                yield family
