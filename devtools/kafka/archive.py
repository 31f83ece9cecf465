"""The broker's classes as its JVM keeps them between starts, as Apache's own image has them: half the work of a start."""

import hashlib
import subprocess
from pathlib import Path

from devtools import fetched
from devtools.kafka import jars
from devtools.kafka.broker import Address, Broker, new_id, spare_ports
from tests.waiting import wait_until

_STARTS_WITHIN = 180.0


def option() -> str:
    """What to start a broker with. The classes are gathered now, from one that is started and stopped, if they were not."""
    java = subprocess.run(["java", "-version"], capture_output=True, check=True).stderr
    made_of = hashlib.sha256(jars.folder().name.encode() + java).hexdigest()[:16]
    # In a folder of its own, whose lock is not the jars': a broker asks for them while this one is held.
    return f"-XX:SharedArchiveFile={fetched.once(jars.CACHE / 'classes' / made_of, _gathered) / 'classes.jsa'}"


def _gathered(scratch: Path) -> Path:
    archive = scratch / "archive"
    archive.mkdir()
    gather = f"-XX:ArchiveClassesAtExit={archive / 'classes.jsa'}"
    address = Address(1, *spare_ports(3))
    broker = Broker(
        scratch / "node", address, (), heap_megabytes=512, short_lived=True, certificate=None, classes=gather
    )
    broker.format(new_id())
    broker.start()
    wait_until(lambda: broker.listens, within=_STARTS_WITHIN, what="the broker")
    broker.stop()
    if not (archive / "classes.jsa").exists():
        raise RuntimeError(f"The broker wrote no class archive: {broker.output()}")
    return archive
