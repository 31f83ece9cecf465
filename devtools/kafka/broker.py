"""One broker process: broker and controller in one, its data in a folder of its own."""

import base64
import os
import shutil
import signal
import socket
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from devtools.kafka import jars

ENDS_WITHIN = 30.0

# The second is for a process that ends soon: its code is never compiled well, and it starts in two thirds of the work.
_QUICK_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")

# Nobody may do anything here that is not allowed, but for the tests themselves on the port without TLS.
_SECURED = """\
listeners=PLAINTEXT://127.0.0.1:{port},SECURED://127.0.0.1:{secured_port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},SECURED://127.0.0.1:{secured_port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secured.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.ssl.keystore.type=PEM
listener.name.secured.ssl.keystore.location={certificate}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
allow.everyone.if.no.acl.found=false
super.users=User:ANONYMOUS
"""

# A killed broker is known dead after 3 s and back after 6 (25 s with the defaults); one machine, so few partitions.
_PROPERTIES = """\
process.roles=broker,controller
node.id={node}
controller.quorum.voters={voters}
controller.listener.names=CONTROLLER
log.dirs={data}
auto.create.topics.enable=false
default.replication.factor={replicas}
min.insync.replicas={in_sync}
offsets.topic.replication.factor={replicas}
offsets.topic.num.partitions=4
transaction.state.log.replication.factor={replicas}
transaction.state.log.min.isr={in_sync}
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor={replicas}
share.coordinator.state.topic.min.isr={in_sync}
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=500
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
log.retention.check.interval.ms=60000
"""

_OPEN = """\
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
"""


@dataclass(frozen=True)
class Address:
    """A node's number, and the loopback ports of its broker (without and with TLS) and its controller."""

    node: int
    port: int
    secured_port: int
    controller_port: int


class Broker:
    """A process that can be started, killed and started again on what it had written."""

    def __init__(
        self,
        folder: Path,
        address: Address,
        others: tuple[Address, ...],
        *,
        heap_megabytes: int,
        short_lived: bool,
        certificate: Path | None,
        classes: str,
    ) -> None:
        self.address = address
        self._folder = folder
        self._options = [classes, "-Xms128m", f"-Xmx{heap_megabytes}m", *_QUICK_START[: None if short_lived else 1]]
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        nodes = (address, *others)
        replicas = min(3, len(nodes))
        self._properties = folder / "server.properties"
        self._properties.write_text(
            (_PROPERTIES + (_SECURED if certificate else _OPEN)).format(
                node=address.node,
                voters=",".join(f"{node.node}@127.0.0.1:{node.controller_port}" for node in nodes),
                port=address.port,
                secured_port=address.secured_port,
                certificate=certificate,
                controller_port=address.controller_port,
                data=folder / "data",
                replicas=replicas,
                in_sync=max(1, replicas - 1),
            ),
            encoding="utf-8",
        )

    def format(self, cluster_id: str) -> None:
        """Make the data folder ready, once in its life."""
        command = _java(
            "-Xmx128m",
            *_QUICK_START,
            "kafka.tools.StorageTool",
            "format",
            # One word: an id may begin with a hyphen, and would be taken for an option.
            f"--cluster-id={cluster_id}",
            "-c",
            str(self._properties),
        )
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"Kafka's storage was not formatted: {(done.stdout + done.stderr)[-1500:]}")

    @property
    def pid(self) -> int | None:
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.address.port)) == 0

    def start(self) -> None:
        """Start the process. It answers a little later: `Cluster.wait_until_it_answers`."""
        command = [*_ends_with_its_parent(), *_java(*self._options, "kafka.Kafka", str(self._properties))]
        with (self._folder / "output").open("ab") as output:
            # In a group of its own: Ctrl-C is its parent's to answer.
            self._process = subprocess.Popen(command, cwd=self._folder, stdout=output, stderr=output, process_group=0)

    def stop(self) -> None:
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a crash would; what it acknowledged is in its files."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Let it hang: its port is open, and nothing is answered."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def delete_data(self) -> None:
        """Deletes the data. The broker must be stopped, and formatted again before it starts."""
        shutil.rmtree(self._folder / "data", ignore_errors=True)

    def output(self) -> str:
        """The end of what the process wrote."""
        written = self._folder / "output"
        return written.read_text(errors="replace")[-3000:] if written.exists() else ""

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        self._signal(how)
        try:
            self._process.wait(timeout=ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def new_id() -> str:
    """What a cluster is known by."""
    return base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")


def spare_ports(count: int) -> list[int]:
    """Ports that are free now, all different: each is held until the last is found."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _java(*arguments: str) -> list[str]:
    log = f"-Dlog4j2.configurationFile={jars.HERE / 'log4j2.properties'}"
    return ["java", "-cp", f"{jars.folder()}/*", log, *arguments]


def _ends_with_its_parent() -> list[str]:
    """What to put before a command so that a killed test run leaves no broker behind."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=KILL", "--"] if setpriv and os.name == "posix" else []
