"""A Kafka of the tests' own, of one broker or three, on spare loopback ports."""

import shutil
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from devtools.kafka import archive, certificate
from devtools.kafka.broker import Address, Broker, new_id, spare_ports

STARTS_WITHIN = 180.0


class Cluster:
    """Running brokers. `bootstrap_servers` is what a client is told."""

    def __init__(
        self, *, brokers: int = 1, folder: Path | None = None, short_lived: bool = False, secured: bool = False
    ) -> None:
        """In `folder` data outlives the cluster; without it, it does not. Short-lived brokers start sooner, and are slower."""
        self._kept = folder is not None
        self._folder = folder or Path(tempfile.mkdtemp(prefix="waymark-kafka-"))
        self._folder.mkdir(parents=True, exist_ok=True)
        key_and_certificate, self.trusted = certificate.write(self._folder) if secured else (None, None)
        ports = spare_ports(3 * brokers)
        addresses = [Address(node + 1, *ports[3 * node : 3 * node + 3]) for node in range(brokers)]
        heap = 512 if brokers == 1 else 384
        classes = archive.option()
        self.brokers = [
            Broker(
                self._folder / f"node-{address.node}",
                address,
                tuple(other for other in addresses if other is not address),
                heap_megabytes=heap,
                short_lived=short_lived,
                certificate=key_and_certificate,
                classes=classes,
            )
            for address in addresses
        ]
        self._format()

    @property
    def bootstrap_servers(self) -> str:
        return ",".join(f"127.0.0.1:{broker.address.port}" for broker in self.brokers)

    def _running(self) -> list[str]:
        return [f"127.0.0.1:{broker.address.port}" for broker in self.brokers if broker.running]

    @property
    def secured_servers(self) -> str:
        """The same for a client with a password; `trusted` is the authority of their certificates."""
        return ",".join(f"127.0.0.1:{broker.address.secured_port}" for broker in self.brokers)

    def start(self) -> None:
        for broker in self.brokers:
            if not broker.running:
                broker.start()
        self.wait_until_it_answers()

    def stop(self) -> None:
        for broker in self.brokers:
            broker.stop()

    def wait_until_it_answers(self) -> None:
        """Return when every running broker is known to the cluster. Raises RuntimeError after a minute."""
        until = time.monotonic() + STARTS_WITHIN
        wanted = {broker.address.node for broker in self.brokers if broker.running}
        while time.monotonic() < until and all(
            broker.running for broker in self.brokers if broker.address.node in wanted
        ):
            if self._known() >= wanted:
                return
            time.sleep(0.1)
        raise RuntimeError(f"Kafka did not start: {self.brokers[0].output()}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for broker in self.brokers:
            broker.stop() if self._kept else broker.kill()
        if not self._kept:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _format(self) -> None:
        cluster_id = new_id()
        for broker in self.brokers:
            broker.format(cluster_id)

    def _known(self) -> set[int]:
        """The numbers of the brokers that a client is told of now."""
        # The library leaves the socket of a refused connection to the garbage collector, which complains of it.
        if not all(broker.listens for broker in self.brokers if broker.running):
            return set()
        try:
            admin = KafkaAdminClient(bootstrap_servers=self._running(), bootstrap_timeout_ms=5000)
        except KafkaError:
            return set()
        try:
            return {broker["broker_id"] for broker in admin.describe_cluster()["brokers"]}
        except KafkaError:
            return set()
        finally:
            admin.close()
