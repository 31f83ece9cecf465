"""Counters of one service's requests, by route and status: no ids, no addresses, no people."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest


class Metrics:
    """A registry of its own: in one process, services do not see each other's counters."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        names = ("method", "route", "status")
        self._requests = Counter(f"{service}_requests", "Requests answered.", names, registry=self.registry)
        self._seconds = Histogram(
            f"{service}_request_seconds", "Time to answer.", ("method", "route"), registry=self.registry
        )

    def observe(self, *, method: str, route: str, status: int, seconds: float) -> None:
        if route == "none":
            method = "any"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        return generate_latest(self.registry)
