"""With TLS and a password: a service may do on each topic what the contracts say, and nothing else."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
    ScramMechanism,
    UserScramCredentialUpsertion,
)
from kafka.errors import GroupAuthorizationFailedError

from devtools.kafka.cluster import Cluster
from services.contracts.topics import TOPICS, Topic
from services.platform.messaging.kafka import topics
from services.platform.messaging.kafka.log import KafkaLog
from services.platform.messaging.kafka.settings import SASL_SSL, KafkaSettings
from services.platform.messaging.log import BrokerUnavailable, Record
from tests.logs import close_refused_sockets, read, settings_for

SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
PASSWORD = "a password of this test"  # pragma: allowlist secret

pytestmark = pytest.mark.filterwarnings("ignore:unclosed <:ResourceWarning")


def secured(kafka: Cluster, service: str) -> KafkaSettings:
    return KafkaSettings(
        bootstrap_servers=tuple(kafka.secured_servers.split(",")),
        security_protocol=SASL_SSL,
        username=service,
        password=PASSWORD,
        ca_file=str(kafka.trusted),
        connect_timeout_ms=30_000,
    )


def allowed(service: str, kind: ResourceType, name: str, operation: ACLOperation) -> ACL:
    resource = ResourcePattern(kind, name, ACLResourcePatternType.LITERAL)
    return ACL(f"User:{service}", "*", operation, ACLPermissionType.ALLOW, resource)


def what_contracts_allow(service: str) -> list[ACL]:
    """Write and read as owner and reader, and one group: the table that every deployment must give."""
    rules = [allowed(service, ResourceType.TOPIC, t.name, ACLOperation.WRITE) for t in TOPICS if t.owner == service]
    rules += [allowed(service, ResourceType.TOPIC, t.name, ACLOperation.READ) for t in TOPICS if service in t.readers]
    return [*rules, allowed(service, ResourceType.GROUP, service, ACLOperation.READ)]


@pytest.fixture(scope="module")
def kafka_with_users(kafka: Cluster) -> Iterator[Cluster]:
    settings = settings_for(kafka.bootstrap_servers)
    topics.apply(settings, TOPICS, replicas=1)
    with closing(KafkaAdminClient(**settings.connection())) as admin:
        mechanism = ScramMechanism.SCRAM_SHA_512
        admin.alter_user_scram_credentials(
            [UserScramCredentialUpsertion(service, mechanism, PASSWORD, iterations=4096) for service in SERVICES]
        )
        admin.create_acls([rule for service in SERVICES for rule in what_contracts_allow(service)])
    yield kafka
    close_refused_sockets()


class TestSignedIn:
    def test_a_service_sends_and_another_reads(self, kafka_with_users: Cluster) -> None:
        with (
            closing(KafkaLog(secured(kafka_with_users, "accounts"))) as sender,
            closing(KafkaLog(secured(kafka_with_users, "casework"))) as reader,
        ):
            sender.append([Record(topic="accounts.teams", key="k", value=b"by TLS")])

            assert b"by TLS" in {record.value for record in read(reader, "casework", ["accounts.teams"], count=1)}

    def test_a_wrong_password_gets_nowhere(self, kafka_with_users: Cluster) -> None:
        wrong = replace(secured(kafka_with_users, "accounts"), password="another", connect_timeout_ms=2_000)
        with closing(KafkaLog(wrong)) as log, pytest.raises(BrokerUnavailable):
            log.append([Record(topic="accounts.teams", key="k", value=b"")])

    def test_a_broker_whose_certificate_is_unknown_gets_nothing(self, kafka_with_users: Cluster) -> None:
        trusting_others = replace(secured(kafka_with_users, "accounts"), ca_file=None, connect_timeout_ms=500)
        with closing(KafkaLog(trusting_others)) as log, pytest.raises(BrokerUnavailable):
            log.append([Record(topic="accounts.teams", key="k", value=b"")])


class TestEachService:
    @pytest.mark.parametrize("service", SERVICES)
    def test_may_do_on_each_topic_what_the_contracts_say(self, kafka_with_users: Cluster, service: str) -> None:
        with closing(KafkaAdminClient(**secured(kafka_with_users, service).connection())) as admin:
            found = {
                topic["name"]: {
                    ACLOperation(o).name if isinstance(o, int) else str(o) for o in topic["authorized_operations"]
                }
                for topic in admin.describe_topics()
            }

        assert {name: operations & {"WRITE", "READ", "DELETE", "ALTER"} for name, operations in found.items()} == {
            topic.name: operations for topic in TOPICS if (operations := expected(topic, service))
        }


def expected(topic: Topic, service: str) -> set[str]:
    return {name for name, holds in (("WRITE", topic.owner == service), ("READ", service in topic.readers)) if holds}


def test_a_service_may_read_in_no_other_group(kafka_with_users: Cluster) -> None:
    with closing(KafkaLog(secured(kafka_with_users, "casework"))) as log, pytest.raises(GroupAuthorizationFailedError):
        log.poll("scoring", ["accounts.teams"], limit=1, wait=30.0)
