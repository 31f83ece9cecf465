"""What the broker alone can do: Kafka's own load tools, on this machine, with records as long as ours."""

import re
import subprocess
from uuid import uuid4

from devtools.kafka import jars


def produced(topic: str, *, records: int, size: int, bootstrap_servers: str) -> float:
    """Records per second that ProducerPerformance had acknowledged as durably as our relay asks for."""
    said = _run(
        "ProducerPerformance",
        *("--topic", topic, "--num-records", str(records), "--record-size", str(size), "--throughput", "-1"),
        *("--producer-props", f"bootstrap.servers={bootstrap_servers}", "acks=all", "enable.idempotence=true"),
        *("batch.size=262144", "compression.type=lz4"),
    )
    return float(re.findall(r"([\d.]+) records/sec", said)[-1])


def consumed(topic: str, *, records: int, bootstrap_servers: str) -> float:
    """Records per second that ConsumerPerformance read."""
    said = _run(
        "ConsumerPerformance",
        *("--topic", topic, "--num-records", str(records), "--bootstrap-server", bootstrap_servers),
        *("--group", f"bench-{uuid4()}", "--hide-header", "--timeout", "30000"),
    )
    return float(said.strip().splitlines()[-1].split(",")[9])


def _run(tool: str, *arguments: str) -> str:
    log = f"-Dlog4j2.configurationFile={jars.HERE / 'log4j2.properties'}"
    command = ["java", "-Xmx256m", "-cp", f"{jars.folder()}/*", log, f"org.apache.kafka.tools.{tool}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
