"""The same reconciliation over Apache Kafka: offsets are committed by us, after the database, or something is lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from devtools.kafka.cluster import Cluster
from services.contracts.topics import TOPICS
from services.embedded import system as embedded
from services.embedded.folder import Folder
from tests.chaos.carried import OnKafka
from tests.kill import faults
from tests.kill.matrix import come_to_rest
from tests.kill.prepared import Prepared
from tests.kill.process import killed_at
from tests.kill.reconciliation import Reconciliation
from tests.logs import KafkaStorage, OnItsOwnTopics

pytestmark = pytest.mark.slow


@pytest.fixture
def on_kafka(system: Prepared, kafka: Cluster) -> Iterator[tuple[Prepared, Reconciliation]]:
    """The prepared system with its log on a broker; what its staff are was told to the other log, and is told here."""
    storage = KafkaStorage(kafka.bootstrap_servers)
    log = OnItsOwnTopics(storage, storage.opened(), *(topic.name for topic in TOPICS))
    stored = replace(system.stored, topics=(kafka.bootstrap_servers, log.prefix))
    with Reconciliation(
        embedded.build(Folder(stored.folder)), OnKafka(storage.settings, prefix=log.prefix)
    ) as reconciliation:
        yield replace(system, stored=stored), reconciliation
    storage.close()


class TestAReferralThatWasAccepted:
    def test_is_there_once_though_scoring_was_killed_before_it_committed_its_offset(
        self, on_kafka: tuple[Prepared, Reconciliation]
    ) -> None:
        system, reconciliation = on_kafka
        ledger = system.referrals(2)
        killed_at("scoring.before_offset_commit", ledger, system.stored)

        come_to_rest(ledger, system.stored, reconciliation)

        event_trace = reconciliation.event_trace()
        assert [
            *reconciliation.lost(ledger),
            *reconciliation.unhandled(event_trace),
            *reconciliation.doubled(ledger),
            *event_trace.done_twice(),
        ] == []

    def test_is_lost_where_offsets_are_committed_by_themselves(self, on_kafka: tuple[Prepared, Reconciliation]) -> None:
        """The same reconciliation of a system broken on purpose: they must show the loss."""
        system, reconciliation = on_kafka
        ledger = system.referrals(2)
        killed_at("scoring.begun", ledger, system.stored, fault=faults.COMMITS_BY_ITSELF)

        come_to_rest(ledger, system.stored, reconciliation)

        assert reconciliation.lost(ledger) != []
