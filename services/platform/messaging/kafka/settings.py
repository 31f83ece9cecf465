"""Settings of the Kafka clients: all are explicit, none relies on a library default."""

import importlib.util
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from kafka.codec import has_lz4
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.partitioner import DefaultPartitioner

from services.platform.settings import SettingsError, flag, required

PLAINTEXT = "PLAINTEXT"
SASL_SSL = "SASL_SSL"

_MAX_BYTES = 1024 * 1024
_GATHERED_BYTES = 256 * 1024

_SOCKET_OPTIONS = [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1), (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)]


@dataclass(frozen=True, kw_only=True)
class KafkaSettings:
    """Addresses and credentials of the brokers. Times are in milliseconds, as in Kafka."""

    bootstrap_servers: tuple[str, ...]
    """`host:port` of some brokers; the clients discover the others."""
    security_protocol: str = SASL_SSL
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: str | None = None
    """The authority that signed the brokers' certificates; without it, the authorities that the machine trusts."""
    connect_timeout_ms: int = 3_000
    """How long a call waits for the first broker that responds."""
    request_timeout_ms: int = 10_000
    delivery_timeout_ms: int = 15_000
    """After this time an unacknowledged record expires, and its relay sends it again."""
    session_timeout_ms: int = 10_000
    """A consumer that was killed loses its partitions to the others after this time."""
    max_poll_interval_ms: int = 60_000
    """A consumer whose whole process hangs loses its partitions after this time."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Raises SettingsError. Without encryption and a password only invented data is allowed."""
        protocol = environ.get("KAFKA_SECURITY_PROTOCOL", SASL_SSL)
        if protocol not in {PLAINTEXT, SASL_SSL}:
            raise SettingsError(f"The setting KAFKA_SECURITY_PROTOCOL must be {SASL_SSL} or {PLAINTEXT}.")
        if protocol == PLAINTEXT and not flag(environ, "DEMONSTRATION"):
            raise SettingsError(f"KAFKA_SECURITY_PROTOCOL may be {PLAINTEXT} in demonstration mode only.")
        signed_in = protocol == SASL_SSL
        return cls(
            bootstrap_servers=_servers(required(environ, "KAFKA_BOOTSTRAP_SERVERS")),
            security_protocol=protocol,
            username=required(environ, "KAFKA_SASL_USERNAME") if signed_in else "",
            password=required(environ, "KAFKA_SASL_PASSWORD") if signed_in else "",
            ca_file=environ.get("KAFKA_CA_FILE") or None,
        )

    def connection(self) -> dict[str, Any]:
        """Returns the settings shared by every client, the administrator's too."""
        return {
            "bootstrap_servers": list(self.bootstrap_servers),
            "bootstrap_timeout_ms": self.connect_timeout_ms,
            "client_dns_lookup": "use_all_dns_ips",
            "connections_max_idle_ms": 540_000,
            "max_in_flight_requests_per_connection": 5,
            "metadata_max_age_ms": 30_000,
            "receive_message_max_bytes": 100_000_000,
            # Reconnects to an unavailable broker every second; the library's own limit is 30.
            "reconnect_backoff_ms": 50,
            "reconnect_backoff_max_ms": 1_000,
            "request_timeout_ms": self.request_timeout_ms,
            "retry_backoff_ms": 100,
            "socket_options": _SOCKET_OPTIONS,
            "security_protocol": self.security_protocol,
            **(self._signed_in() if self.security_protocol == SASL_SSL else {}),
        }

    def producer(self) -> dict[str, Any]:
        """Acknowledged by all in-sync replicas and idempotent, so that the broker drops duplicates of a retry."""
        return {
            **self.connection(),
            "acks": "all",
            "allow_auto_create_topics": False,
            # 256 KB instead of 16 more than doubles the speed.
            "batch_size": 262_144,
            "compression_type": "lz4" if has_lz4() else "gzip",
            "delivery_timeout_ms": self.delivery_timeout_ms,
            "enable_idempotence": True,
            # Longer than the hand-over of one batch of the relay, which then flushes it.
            "linger_ms": 100,
            "max_block_ms": self.connect_timeout_ms,
            "max_request_size": _MAX_BYTES,
            "metrics_enabled": False,
            # murmur2 of the key, as in Kafka's own clients: the partition of a key is part of the contract.
            "partitioner": DefaultPartitioner(),
            "retries": float("inf"),
            # Outbox and inbox replace Kafka's transactions: docs/adr/0010.
            "transactional_id": None,
        }

    def consumer(self, group: str) -> dict[str, Any]:
        """Starts at the earliest record; offsets are committed explicitly only."""
        return {
            **self.connection(),
            "group_id": group,
            "allow_auto_create_topics": False,
            "auto_offset_reset": "earliest",
            "check_crcs": True,
            "consumer_timeout_ms": float("inf"),
            "enable_auto_commit": False,
            "enable_incremental_fetch_sessions": True,
            "exclude_internal_topics": True,
            "fetch_max_bytes": 16 * _MAX_BYTES,
            # Records are gathered for a quarter of a second: many small polls cost far more than one large poll.
            "fetch_max_wait_ms": 250,
            "fetch_min_bytes": _GATHERED_BYTES,
            "group_instance_id": None,
            "heartbeat_interval_ms": self.session_timeout_ms // 4,
            "isolation_level": "read_committed",
            "max_partition_fetch_bytes": 2 * _MAX_BYTES,
            "max_poll_interval_ms": self.max_poll_interval_ms,
            "max_poll_records": 500,
            "metrics_enabled": False,
            # Range: the same consumer gets a person's partition of every topic. The sticky assignors have looped.
            "partition_assignment_strategy": (RangePartitionAssignor,),
            "session_timeout_ms": self.session_timeout_ms,
        }

    def _signed_in(self) -> dict[str, Any]:
        return {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
            "ssl_cafile": self.ca_file,
            "ssl_check_hostname": True,
        }


def require_fast_checksums() -> None:
    """Raises SettingsError without crc32c: in pure Python, checksums make Kafka's client 3 to 10 times slower."""
    if importlib.util.find_spec("crc32c") is None:
        raise SettingsError("Install the extra `kafka` whole: the package crc32c is missing.")


def _servers(text: str) -> tuple[str, ...]:
    servers = tuple(server.strip() for server in text.split(",") if server.strip())
    if not servers or not all(":" in server and server.rpartition(":")[2].isdigit() for server in servers):
        raise SettingsError("The setting KAFKA_BOOTSTRAP_SERVERS must be host:port, several with a comma between.")
    return servers
