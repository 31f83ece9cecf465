"""The same books over Apache Kafka: offsets are committed by us, after the database, or something is lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from services.contracts.topics import TOPICS
from services.embedded import system as embedded
from services.embedded.folder import Folder
from tests.chaos.carried import OnKafka
from tests.kill import faults
from tests.kill.books import Books
from tests.kill.matrix import come_to_rest
from tests.kill.prepared import Prepared
from tests.kill.process import killed_at
from tests.logs import KafkaStorage, OnItsOwnTopics
from tests.parts.kafka.cluster import Cluster

pytestmark = pytest.mark.slow


@pytest.fixture
def on_kafka(system: Prepared, kafka: Cluster) -> Iterator[tuple[Prepared, Books]]:
    """The prepared system with its log on a broker; what its staff are was told to the other log, and is told here."""
    storage = KafkaStorage(kafka.bootstrap_servers)
    log = OnItsOwnTopics(storage, storage.opened(), *(topic.name for topic in TOPICS))
    stored = replace(system.stored, topics=(kafka.bootstrap_servers, log.prefix))
    with Books(embedded.build(Folder(stored.folder)), OnKafka(storage.settings, prefix=log.prefix)) as books:
        yield replace(system, stored=stored), books
    storage.close()


class TestAReferralThatWasAccepted:
    def test_is_there_once_though_scoring_was_killed_before_it_committed_its_offset(
        self, on_kafka: tuple[Prepared, Books]
    ) -> None:
        system, books = on_kafka
        ledger = system.referrals(2)
        killed_at("scoring.before_offset_commit", ledger, system.stored)

        come_to_rest(ledger, system.stored, books)

        trail = books.trail()
        assert [*books.lost(ledger), *books.unhandled(trail), *books.doubled(ledger), *trail.done_twice()] == []

    def test_is_lost_where_offsets_are_committed_by_themselves(self, on_kafka: tuple[Prepared, Books]) -> None:
        """The same books of a system broken on purpose: they must show the loss."""
        system, books = on_kafka
        ledger = system.referrals(2)
        killed_at("scoring.begun", ledger, system.stored, fault=faults.COMMITS_BY_ITSELF)

        come_to_rest(ledger, system.stored, books)

        assert books.lost(ledger) != []
