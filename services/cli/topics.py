"""`waymark topics`: Kafka's topics as the contracts declare them."""

import os
from dataclasses import asdict

import click

from services.cli.options import answer, json_option
from services.contracts.topics import REPLICAS, TOPICS
from services.platform.messaging.kafka import topics
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.messaging.log import BrokerUnavailable
from services.platform.settings import environment


@click.group("topics")
def command() -> None:
    """Kafka's topics. The environment names the brokers: KAFKA_BOOTSTRAP_SERVERS and the other settings of a worker."""


@command.command("apply")
@click.option(
    "--replicas",
    type=click.IntRange(1, 9),
    default=REPLICAS,
    show_default=True,
    envvar="KAFKA_REPLICAS",
    help="Number of brokers that store each record; it counts as sent when all but one have it.",
)
@json_option
def apply(replicas: int, as_json: bool) -> None:
    """Create missing topics, grow small ones, and correct their settings."""
    try:
        changes = topics.apply(KafkaSettings.from_environment(environment(os.environ)), TOPICS, replicas=replicas)
    except BrokerUnavailable as error:
        raise click.ClickException("No broker of KAFKA_BOOTSTRAP_SERVERS answers.") from error
    lines = [f"{change.topic}: {change.what} ({_words(change)})" for change in changes]
    answer(
        {"changed": [asdict(change) for change in changes]},
        "\n".join(lines) or f"All {len(TOPICS)} topics match their declaration.",
        as_json=as_json,
    )


def _words(change: topics.Change) -> str:
    return ", ".join(f"{name} {value}" for name, value in change.to.items())
