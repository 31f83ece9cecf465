"""A distributed Waymark to be measured: everything made, nothing running but PostgreSQL and Kafka."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import champion
from devtools.distributed import Distributed
from devtools.kafka.cluster import Cluster as Kafka
from devtools.postgresql import Cluster as PostgreSQL
from services.contracts.topics import TOPICS, Topic
from services.embedded import staff
from services.embedded.system import System
from services.platform.messaging.kafka import topics
from services.platform.messaging.kafka.log import KafkaLog
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.service import Service
from tests.world import World

FLOOR = Topic("bench.floor", "bench", frozenset())
"""Where the broker's own tools write."""

_TIMES = "track_commit_timestamp=on"
"""PostgreSQL keeps when each transaction was committed, for everybody to see."""
_ROOM = "shared_buffers=2GB", "max_wal_size=16GB"
"""What PostgreSQL's manual gives a machine of 8 GB, and no checkpoint amid the making of a million rows."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    waymark: Distributed
    postgresql: PostgreSQL
    kafka: Kafka
    system: System
    log: KafkaLog
    model: str
    """In words."""

    @property
    def world(self) -> World:
        return World(system=self.system, folder=self.waymark.folder)

    def address(self, service: str) -> str:
        """Of its database, as programs of PostgreSQL take it."""
        return self.waymark.database_url(service).replace("+psycopg", "")

    @contextmanager
    def everything(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that sees every schema."""
        database = self.address("intake").rpartition("/")[2]
        url = self.postgresql.url.replace("+psycopg", "").rpartition("/")[0]
        with psycopg.connect(f"{url}/{database}", autocommit=True) as connection:
            yield connection

    @contextmanager
    def beside(self, service: str) -> Iterator[str]:
        """The address of this service's database in another installation, where nothing is ever read again."""
        folder = self.waymark.folder.root / "beside"
        with Distributed(folder, self.postgresql, services=["accounts", service]) as other:
            other.migrate()
            yield other.database_url(service).replace("+psycopg", "")

    @contextmanager
    def reading(self) -> Iterator[KafkaLog]:
        """A log whose readers begin now and are gone afterwards: one that pauses long is taken for dead."""
        with closing(KafkaLog(KafkaSettings.from_environment(self.waymark.kafka))) as log:
            yield log

    def estimated_all(self) -> None:
        """Raises SystemExit when there is a referral that scoring did not estimate: then its figures are none."""
        with self.everything() as connection:
            found = connection.execute("SELECT count(*) FROM scoring.results WHERE estimate_id IS NULL").fetchone()
        if found != (0,):
            raise SystemExit(f"Not estimated were {found}: what was measured is not scoring.")

    def pass_over(self, *services: str) -> None:
        """Let these groups be done with all that lies in their topics."""
        with self.reading() as log:
            for name in services:
                topics = topics_of(self.system.services[name])
                while records := log.poll(name, topics, limit=500, wait=5.0):
                    log.commit(name, records)


def topics_of(service: Service) -> Sequence[str]:
    return sorted({schema.topic for schema in service.subscriptions})


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """With a model in use."""
    with (
        PostgreSQL(durable=True, settings=[_TIMES, *_ROOM]) as postgresql,
        Kafka() as kafka,
        Distributed(folder, postgresql, bootstrap_servers=kafka.bootstrap_servers) as waymark,
    ):
        waymark.migrate()
        model = champion.save(waymark.folder.models)
        settings = KafkaSettings.from_environment(waymark.kafka)
        topics.apply(settings, [*TOPICS, FLOOR], replicas=1)
        system, log = waymark.in_process(), KafkaLog(settings)
        staff.load(system, waymark.folder)
        system.drain()
        yield Installation(waymark=waymark, postgresql=postgresql, kafka=kafka, system=system, log=log, model=model)
        log.close()
        system.close()


def percentiles(connection: psycopg.Connection[Any], query: str, since: object) -> Iterable[float]:
    """The 50th, 95th and 99th, in seconds, of what the query gives as `seconds`."""
    ask = f"SELECT percentile_cont(ARRAY[.5, .95, .99]) WITHIN GROUP (ORDER BY seconds) FROM ({query}) AS measured"  # noqa: S608
    found = connection.execute(ask, {"since": since}).fetchone()
    assert found is not None
    return [float(each) for each in found[0]]
