"""What Kafka's clients are told: everything, and nothing that could lose an event or show a name."""

import pytest
from kafka import KafkaConsumer, KafkaProducer
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor

from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.settings import SettingsError

DEMONSTRATION = {
    "KAFKA_BOOTSTRAP_SERVERS": "one:9092, two:9092",
    "KAFKA_SECURITY_PROTOCOL": "PLAINTEXT",
    "DEMONSTRATION": "true",
}
PRODUCTION = {
    "KAFKA_BOOTSTRAP_SERVERS": "one:9093",
    "KAFKA_SASL_USERNAME": "scoring",
    "KAFKA_SASL_PASSWORD": "a password of this test",  # pragma: allowlist secret
}

# What we have no opinion on: other ways to sign in, other ways to connect, and what the library does for itself.
NOT_OURS = {
    *("api_version", "client_id", "client_rack", "kafka_client", "selector", "proxy_url", "socks5_proxy"),
    *("key_serializer", "value_serializer", "key_deserializer", "value_deserializer", "partitioner"),
    *("receive_buffer_bytes", "send_buffer_bytes", "default_offset_commit_callback"),
    *("metric_reporters", "metrics_num_samples", "metrics_sample_window_ms", "metric_group_prefix"),
    *("ssl_context", "ssl_certfile", "ssl_keyfile", "ssl_crlfile", "ssl_password", "ssl_ciphers"),
    *("sasl_kerberos_name", "sasl_kerberos_service_name", "sasl_kerberos_domain_name", "sasl_oauth_token_provider"),
    # These do nothing while auto-commit is off and no transaction is begun.
    *("auto_commit_interval_ms", "transaction_timeout_ms"),
}


@pytest.fixture
def settings() -> KafkaSettings:
    return KafkaSettings.from_environment(PRODUCTION)


class TestEverySetting:
    def test_of_the_producer_is_written(self, settings: KafkaSettings) -> None:
        assert set(KafkaProducer.DEFAULT_CONFIG) - set(settings.producer()) - NOT_OURS == set()

    def test_of_the_consumer_is_written(self, settings: KafkaSettings) -> None:
        assert set(KafkaConsumer.DEFAULT_CONFIG) - set(settings.consumer("g")) - NOT_OURS == set()

    def test_is_one_that_the_library_knows(self, settings: KafkaSettings) -> None:
        assert set(settings.producer()) <= set(KafkaProducer.DEFAULT_CONFIG)
        assert set(settings.consumer("g")) <= set(KafkaConsumer.DEFAULT_CONFIG)


class TestTheConsumer:
    def test_commits_nothing_by_itself_and_misses_nothing_old(self, settings: KafkaSettings) -> None:
        told = settings.consumer("g")

        assert told["enable_auto_commit"] is False
        assert told["auto_offset_reset"] == "earliest"
        assert StickyPartitionAssignor not in told["partition_assignment_strategy"]

    def test_may_beat_several_times_before_it_is_given_up(self, settings: KafkaSettings) -> None:
        told = settings.consumer("g")

        assert told["heartbeat_interval_ms"] * 3 < told["session_timeout_ms"] < told["max_poll_interval_ms"]


class TestTheProducer:
    def test_takes_a_record_as_sent_when_all_brokers_in_sync_have_it(self, settings: KafkaSettings) -> None:
        told = settings.producer()

        assert (told["acks"], told["enable_idempotence"], told["transactional_id"]) == ("all", True, None)
        assert told["delivery_timeout_ms"] >= told["request_timeout_ms"] + told["linger_ms"]


class TestTheEnvironment:
    def test_gives_encryption_and_a_password_unless_it_says_otherwise(self, settings: KafkaSettings) -> None:
        told = settings.connection()

        assert (told["security_protocol"], told["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
        assert told["ssl_check_hostname"] is True

    def test_may_do_without_them_for_invented_people(self) -> None:
        settings = KafkaSettings.from_environment(DEMONSTRATION)

        assert settings.bootstrap_servers == ("one:9092", "two:9092")
        assert "sasl_mechanism" not in settings.connection()

    @pytest.mark.parametrize(
        ("changed", "says"),
        [
            ({"DEMONSTRATION": "false"}, "demonstration mode only"),
            ({"KAFKA_SECURITY_PROTOCOL": "SSL"}, "must be SASL_SSL or PLAINTEXT"),
            ({"KAFKA_BOOTSTRAP_SERVERS": ""}, "KAFKA_BOOTSTRAP_SERVERS is missing"),
            ({"KAFKA_BOOTSTRAP_SERVERS": "one"}, "host:port"),
            ({"KAFKA_BOOTSTRAP_SERVERS": "one:9092,two:x"}, "host:port"),
            ({"KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}, "KAFKA_SASL_USERNAME is missing"),
        ],
    )
    def test_is_refused_in_one_sentence(self, changed: dict[str, str], says: str) -> None:
        with pytest.raises(SettingsError, match=says):
            KafkaSettings.from_environment(DEMONSTRATION | changed)

    def test_never_shows_the_password(self, settings: KafkaSettings) -> None:
        assert PRODUCTION["KAFKA_SASL_PASSWORD"] not in repr(settings)
