"""Brings the broker's topics to what `services.contracts.topics` declares. Never reduces anything."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError

from services.contracts.topics import RETENTION, Topic
from services.platform.errors import Conflict
from services.platform.i18n import N_
from services.platform.messaging.kafka.clients import connected, is_transient
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.messaging.log import BrokerUnavailable


class WouldShrink(Conflict):
    """A topic has more partitions than declared: removing one would lose its records and their order."""

    title = N_("A topic may only grow")


class OtherReplicas(Conflict):
    """A topic has another number of replicas. Kafka changes that by moving data, which an operator plans."""

    title = N_("A topic has another number of replicas")


class NotChanged(Conflict):
    """The broker refused a setting."""

    title = N_("The broker refused a change")


@dataclass(frozen=True)
class Change:
    topic: str
    what: str
    """created, grown or set."""
    to: Mapping[str, int | str]


@dataclass(frozen=True)
class _Held:
    """A topic as the broker has it."""

    partitions: int
    replicas: int
    settings: Mapping[str, str]


def settings_of(*, in_sync: int) -> dict[str, str]:
    """Returns the settings of every topic, independent of the broker's defaults."""
    return {
        # A day's records are one file, and files are deleted whole: a record stays for at most RETENTION and a day.
        "cleanup.policy": "delete",
        "retention.ms": _milliseconds(RETENTION),
        "retention.bytes": "-1",
        "segment.ms": _milliseconds(timedelta(days=1)),
        # Uses the broker's clock: one wrong clock of ours can neither retain nor delete a record.
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": str(in_sync),
        "unclean.leader.election.enable": "false",
        "compression.type": "producer",
    }


def apply(settings: KafkaSettings, topics: Sequence[Topic], *, replicas: int) -> list[Change]:
    """Creates, grows and configures topics as needed. Idempotent.

    Raises WouldShrink or OtherReplicas before it changes anything, BrokerUnavailable, or NotChanged.
    """
    wanted = settings_of(in_sync=max(1, replicas - 1))
    with closing(connected(KafkaAdminClient, settings.connection())) as admin:
        try:
            held = _held(admin, [topic.name for topic in topics], wanted)
            for topic in topics:
                if topic.name in held:
                    _refuse_what_cannot_be(topic, held[topic.name], replicas)
            return [
                *_create(admin, [topic for topic in topics if topic.name not in held], replicas, wanted),
                *_grow(admin, [topic for topic in topics if topic.name in held], held),
                *_set(admin, held, wanted),
            ]
        except KafkaError as error:
            if is_transient(error):
                raise BrokerUnavailable(type(error).__name__) from None
            raise NotChanged(f"The broker refused: {type(error).__name__}.") from error


def _refuse_what_cannot_be(topic: Topic, held: _Held, replicas: int) -> None:
    if held.partitions > topic.partitions:
        raise WouldShrink(
            f"{topic.name} has {held.partitions} partitions and {topic.partitions} are declared: "
            "a partition cannot be taken away."
        )
    if held.replicas != replicas:
        raise OtherReplicas(
            f"{topic.name} has {held.replicas} replicas and {replicas} are asked for: "
            "let Kafka's own tool move them first."
        )


def _held(admin: KafkaAdminClient, names: Iterable[str], wanted: Mapping[str, str]) -> dict[str, _Held]:
    present = sorted(set(names) & set(admin.list_topics()))
    if not present:
        return {}
    resources = [ConfigResource("TOPIC", name, list(wanted)) for name in present]
    settings = admin.describe_configs(resources, config_filter="all")["topic"]
    return {
        topic["name"]: _Held(
            partitions=len(topic["partitions"]),
            replicas=min(len(partition["replica_nodes"]) for partition in topic["partitions"]),
            settings={key: str(entry["value"]) for key, entry in settings[topic["name"]].items()},
        )
        for topic in admin.describe_topics(present)
    }


def _create(
    admin: KafkaAdminClient, topics: Sequence[Topic], replicas: int, wanted: Mapping[str, str]
) -> Iterable[Change]:
    if not topics:
        return []
    made: dict[str, Any] = {
        topic.name: {"num_partitions": topic.partitions, "replication_factor": replicas, "configs": dict(wanted)}
        for topic in topics
    }
    admin.create_topics(made, wait_for_metadata=True)
    return [Change(topic.name, "created", {"partitions": topic.partitions, "replicas": replicas}) for topic in topics]


def _grow(admin: KafkaAdminClient, topics: Sequence[Topic], held: Mapping[str, _Held]) -> Iterable[Change]:
    small = [topic for topic in topics if held[topic.name].partitions < topic.partitions]
    if small:
        admin.create_partitions({topic.name: topic.partitions for topic in small})
    return [Change(topic.name, "grown", {"partitions": topic.partitions}) for topic in small]


def _set(admin: KafkaAdminClient, held: Mapping[str, _Held], wanted: Mapping[str, str]) -> Iterable[Change]:
    differing = {
        name: differs
        for name, topic in held.items()
        if (differs := {key: value for key, value in wanted.items() if topic.settings.get(key) != value})
    }
    if differing:
        answers = admin.alter_configs([ConfigResource("TOPIC", name, differs) for name, differs in differing.items()])
        refused = sorted(name for name, answer in answers["topic"].items() if answer != "OK")
        if refused:
            raise NotChanged(f"The broker refused the settings of {', '.join(refused)}.")
    return [Change(name, "set", differs) for name, differs in differing.items()]


def _milliseconds(time: timedelta) -> str:
    return str(time // timedelta(milliseconds=1))
