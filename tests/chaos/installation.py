"""Makes a distributed Waymark ready to be started: topics, schemas, staff and a small model."""

from collections.abc import Iterable, Mapping

from devtools.distributed import Distributed
from services.contracts.topics import TOPICS
from services.embedded import staff
from services.platform.messaging.kafka import topics
from services.platform.messaging.kafka.settings import KafkaSettings
from tests.factories import small_model


def prepare(waymark: Distributed, *, people: Iterable[str], replicas: int = 1) -> Mapping[str, str]:
    """Gives a bearer token of each of these demonstration users."""
    topics.apply(KafkaSettings.from_environment(waymark.kafka), TOPICS, replicas=replicas)
    small_model.save(waymark.folder.models)
    waymark.migrate()
    system = waymark.in_process()
    try:
        staff.load(system, waymark.folder)
        return {name: staff.token(system, name) for name in people}
    finally:
        system.close()
