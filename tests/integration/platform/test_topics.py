"""Topics are made as they are declared, grow, are set, and never shrink."""

import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from uuid import uuid4

import pytest
from click.testing import CliRunner
from kafka.admin import ConfigResource, KafkaAdminClient

from devtools.kafka.cluster import Cluster
from services.cli.main import waymark
from services.contracts import topics as declared
from services.contracts.topics import Topic
from services.platform.messaging.kafka import topics
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.messaging.log import BrokerUnavailable
from tests.logs import close_refused_sockets, settings_for


@pytest.fixture
def settings(kafka: Cluster) -> KafkaSettings:
    return settings_for(kafka.bootstrap_servers)


@pytest.fixture
def topic() -> Topic:
    return Topic(f"test.{uuid4().hex[:8]}", "test", frozenset(), partitions=2)


Apply = Callable[[Topic], list[topics.Change]]


@pytest.fixture
def apply(settings: KafkaSettings) -> Apply:
    return lambda topic: topics.apply(settings, [topic], replicas=1)


def setting(settings: KafkaSettings, topic: Topic, name: str) -> str:
    with closing(KafkaAdminClient(**settings.connection())) as admin:
        found = admin.describe_configs([ConfigResource("TOPIC", topic.name, [name])], config_filter="all")
    return str(found["topic"][topic.name][name]["value"])


def partitions(settings: KafkaSettings, topic: Topic) -> int:
    with closing(KafkaAdminClient(**settings.connection())) as admin:
        (found,) = admin.describe_topics([topic.name])
    return len(found["partitions"])


class TestApplying:
    def test_makes_what_is_missing(self, settings: KafkaSettings, topic: Topic, apply: Apply) -> None:
        (change,) = apply(topic)

        assert (change.topic, change.what) == (topic.name, "created")
        assert partitions(settings, topic) == 2
        assert setting(settings, topic, "retention.ms") == str(14 * 24 * 3600 * 1000)
        assert setting(settings, topic, "cleanup.policy") == "delete"

    def test_changes_nothing_the_second_time(self, topic: Topic, apply: Apply) -> None:
        apply(topic)

        assert apply(topic) == []

    def test_adds_partitions(self, settings: KafkaSettings, topic: Topic, apply: Apply) -> None:
        apply(topic)

        (change,) = apply(replace(topic, partitions=3))

        assert (change.what, dict(change.to)) == ("grown", {"partitions": 3})
        assert partitions(settings, topic) == 3

    def test_never_takes_one_away(self, settings: KafkaSettings, topic: Topic, apply: Apply) -> None:
        apply(topic)

        with pytest.raises(topics.WouldShrink, match="has 2 partitions and 1 are declared"):
            apply(replace(topic, partitions=1))

        assert partitions(settings, topic) == 2

    def test_changes_nothing_at_all_when_it_must_refuse_one(self, settings: KafkaSettings, topic: Topic) -> None:
        topics.apply(settings, [topic], replicas=1)
        another = replace(topic, name=f"{topic.name}.another")

        with pytest.raises(topics.WouldShrink):
            topics.apply(settings, [another, replace(topic, partitions=1)], replicas=1)

        with closing(KafkaAdminClient(**settings.connection())) as admin:
            assert another.name not in admin.list_topics()

    def test_puts_back_what_somebody_set(self, settings: KafkaSettings, topic: Topic, apply: Apply) -> None:
        apply(topic)
        with closing(KafkaAdminClient(**settings.connection())) as admin:
            admin.alter_configs([ConfigResource("TOPIC", topic.name, {"retention.ms": "-1"})])

        (change,) = apply(topic)

        assert (change.what, set(change.to)) == ("set", {"retention.ms"})
        assert setting(settings, topic, "retention.ms") != "-1"

    def test_leaves_the_number_of_replicas_to_an_operator(self, settings: KafkaSettings, topic: Topic) -> None:
        topics.apply(settings, [topic], replicas=1)

        with pytest.raises(topics.OtherReplicas):
            topics.apply(settings, [topic], replicas=3)

    def test_says_when_a_broker_cannot_do_it(self, settings: KafkaSettings, topic: Topic) -> None:
        with pytest.raises(topics.NotChanged):
            topics.apply(settings, [topic], replicas=3)

    def test_says_when_there_is_no_broker(self, topic: Topic) -> None:
        nowhere = replace(settings_for("127.0.0.1:9"), connect_timeout_ms=100)

        with pytest.raises(BrokerUnavailable):
            topics.apply(nowhere, [topic], replicas=1)

        close_refused_sockets()


class TestTheCommand:
    @pytest.fixture
    def run(self, kafka: Cluster, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
        monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", kafka.bootstrap_servers)
        monkeypatch.setenv("KAFKA_SECURITY_PROTOCOL", "PLAINTEXT")
        monkeypatch.setenv("DEMONSTRATION", "true")

        def invoke(*arguments: str) -> tuple[int, str]:
            result = CliRunner().invoke(waymark, ["topics", "apply", "--replicas", "1", *arguments])
            return result.exit_code, result.output

        return invoke

    def test_makes_every_declared_topic_and_prints_what_changed(
        self, run: Callable[..., tuple[int, str]], settings: KafkaSettings
    ) -> None:
        code, _ = run("--json")
        assert code == 0

        assert run() == (0, f"All {len(declared.TOPICS)} topics match their declaration.\n")
        assert json.loads(run("--json")[1]) == {"changed": []}
        with closing(KafkaAdminClient(**settings.connection())) as admin:
            assert {topic.name for topic in declared.TOPICS} <= set(admin.list_topics())

    def test_wants_encryption_where_people_are_real(
        self, run: Callable[..., tuple[int, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DEMONSTRATION", "false")

        assert run()[0] != 0
