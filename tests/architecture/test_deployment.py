"""Compose, Kubernetes, the images, the documents and the code are held to one truth."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.accounts import load_demonstration
from services.contracts.topics import IN_SYNC, REPLICAS, TOPICS
from services.platform import failpoints
from services.platform.messaging.kafka.topics import settings_of
from services.platform.settings import environment
from tests import deployments, settings_read
from tests.architecture.test_deployable_alone import MODELS, NOT_INSTALLED
from tests.deployments import FORMS, OVERLAYS, ROLES, ROOT, SERVICES, Process

EVERY_PROCESS = [(service, role) for service in SERVICES for role in ROLES]

# Read by Python, by the loader of commands, and by PostgreSQL's own client.
OTHERS = {"HOME", "PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PGSSLMODE", "PGSSLROOTCERT"}
# A schema is the role's own; the port is the same everywhere; what is for accounts' web alone is not given to the rest.
LEFT_OUT = {"DATABASE_SCHEMA", "PORT"}
FOR_WEB_ALONE = re.compile("INTROSPECTION_KEY_|OIDC_CLIENT_SECRET")

PORT = 8000


def processes() -> list[Any]:
    return [
        pytest.param(deployments.processes(form)[service, role], id=f"{form}-{service}-{role}")
        for form in FORMS
        for service, role in EVERY_PROCESS
    ]


def documented() -> dict[str, tuple[set[str], set[str]]]:
    """Of each setting in docs/settings.md, the services and the roles that read it."""
    table = re.findall(r"^\| `([A-Z_]+)` \| ([^|]+) \| ([^|]+) \|", (ROOT / "docs" / "settings.md").read_text(), re.M)
    return {name: (_all_of(services, SERVICES), _all_of(roles, ROLES)) for name, services, roles in table}


def _all_of(column: str, everything: tuple[str, ...]) -> set[str]:
    return set(everything) if column == "all" else set(column.split(", "))


class TestASetting:
    def test_is_documented_for_exactly_those_who_read_it(self) -> None:
        read: dict[str, tuple[set[str], set[str]]] = {}
        for service, role in EVERY_PROCESS:
            for name in settings_read.reads(service, role):
                services, roles = read.setdefault(name, (set(), set()))
                services.add(service)
                roles.add(role)

        assert documented() == read

    @pytest.mark.parametrize("process", processes())
    def test_is_set_wherever_it_is_read(self, process: Process) -> None:
        not_set = settings_read.reads(process.service, process.role) - process.given - LEFT_OUT

        allowed = set()
        if process.role != "web":
            allowed = {name for name in not_set if FOR_WEB_ALONE.match(name)}
        if process.role == "migrate":
            allowed |= {"MATCH_KEY", "METRICS_TOKEN"}
        if process.environment.get("KAFKA_SECURITY_PROTOCOL") == "PLAINTEXT":
            allowed |= {"KAFKA_SASL_PASSWORD"}
        assert not_set <= allowed

    @pytest.mark.parametrize("process", processes())
    def test_is_read_wherever_it_is_set(self, process: Process) -> None:
        read = set().union(*(settings_read.reads(process.service, role) for role in ROLES))

        assert process.given - read - OTHERS == set()

    @pytest.mark.parametrize("process", processes())
    def test_lets_the_process_start(self, process: Process, tmp_path: Path) -> None:
        for name in process.secrets:
            (tmp_path / name).write_text("postgresql+psycopg://a:b@c/d" if name == "DATABASE_URL" else "x" * 64)
        given = {**process.environment, "SECRETS_FOLDER": str(tmp_path)}

        settings_read.start(process.service, process.role, environment(given))

    @pytest.mark.parametrize("form", FORMS)
    def test_never_makes_a_deployed_process_fail_on_purpose(self, form: str) -> None:
        assert [p for p in deployments.processes(form).values() if failpoints.VARIABLE in p.given] == []

    @pytest.mark.parametrize("process", processes())
    def test_that_is_secret_is_a_file_and_never_in_the_environment(self, process: Process) -> None:
        assert process.environment["SECRETS_FOLDER"] == deployments.SECRETS_FOLDER
        assert [
            name for name in process.environment if re.search(r"(PASSWORD|SECRET|TOKEN|DATABASE_URL)$|_KEY(_|$)", name)
        ] == []

    def test_of_production_takes_real_referrals_and_speaks_to_kafka_encrypted(self) -> None:
        for process in deployments.processes("production").values():
            assert process.environment["DEMONSTRATION"] == "false"
            assert process.environment["HTTPS"] == "true"
            assert process.environment["KAFKA_SECURITY_PROTOCOL"] == "SASL_SSL"


class TestAProcess:
    @pytest.mark.parametrize("process", processes())
    def test_runs_its_role_in_the_image_of_its_service(self, process: Process) -> None:
        arguments = process.container.get("args") or process.container["command"]

        assert arguments == [process.role]
        assert re.fullmatch(rf"(waymark-|.*/){process.service}(:.+)?", process.image)

    @pytest.mark.parametrize("process", processes())
    def test_signs_in_to_kafka_by_the_name_of_its_service(self, process: Process) -> None:
        assert process.environment["KAFKA_SASL_USERNAME"] == process.service

    @pytest.mark.parametrize(
        ("overlay", "service"), [(overlay, service) for overlay in OVERLAYS for service in SERVICES]
    )
    def test_is_probed_where_its_service_answers(self, overlay: str, service: str) -> None:
        for role in ("web", "worker"):
            container = deployments.processes(overlay)[service, role].container
            probes = {
                kind: container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")
            }

            assert container["ports"] == [{"name": "http", "containerPort": PORT}]
            assert probes == {
                "startup": f"/{service}/health/live",
                "liveness": f"/{service}/health/live",
                "readiness": f"/{service}/health/ready",
            }

    def test_is_asked_for_its_figures_where_it_tells_them(self) -> None:
        """As Prometheus does: the labels named, with what stands between them, are put where `$1` is."""
        (monitor,) = deployments.of_kind("production", "PodMonitor")
        (chosen,) = monitor["spec"]["selector"]["matchExpressions"]
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]
        (down,) = (rule["expr"] for rule in _alerts() if rule["alert"] == "WaymarkProcessDown")

        for (service, role), process in deployments.processes("production").items():
            labels = {re.sub(r"\W", "_", f"__meta_kubernetes_pod_label_{key}"): v for key, v in process.labels.items()}
            told = {
                rule["targetLabel"]: rule["replacement"].replace(
                    "$1", rule.get("separator", ";").join(labels[name] for name in rule["sourceLabels"])
                )
                for rule in endpoint["relabelings"]
            }
            assert (process.labels[chosen["key"]] in chosen["values"]) == (role != "migrate")
            assert told == {"__metrics_path__": f"/{service}/metrics", "job": f"waymark-{service}-{role}"}
        assert down == 'up{job=~"waymark-.*"} == 0'
        assert endpoint["port"] == "http"
        assert endpoint["authorization"] == {"credentials": {"name": "waymark-metrics", "key": "METRICS_TOKEN"}}
        assert monitor["spec"]["namespaceSelector"] == {"matchNames": ["waymark"]}

    @pytest.mark.parametrize("overlay", OVERLAYS)
    def test_reaches_what_it_needs_and_nothing_else(self, overlay: str) -> None:
        reaches = {
            key: {label.partition("/")[2] for label in process.labels if label.startswith("reaches/")}
            for key, process in deployments.processes(overlay).items()
        }

        for service in SERVICES:
            registry = {"registry"} if service == "scoring" else set()
            asks = {"accounts"}
            if service == "accounts":
                asks = {"web"} | ({"identity-provider"} if overlay == "production" else set())
            assert reaches[service, "web"] == {"database"} | asks | registry
            assert reaches[service, "worker"] == {"database", "kafka"} | registry
            assert reaches[service, "migrate"] == {"database"}

    def test_is_the_same_whatever_serves_the_address(self) -> None:
        proxy = (ROOT / "deploy" / "proxy" / "nginx.conf").read_text(encoding="utf-8")

        assert re.findall(r"server ([a-z]+)-web:(\d+)", proxy) == [(service, str(PORT)) for service in SERVICES]
        assert {f"{service}-web" for service in SERVICES} <= set(deployments.compose()["services"])
        for overlay in OVERLAYS:
            ports = {
                d["metadata"]["name"]: d["spec"]["ports"][0]["port"] for d in deployments.of_kind(overlay, "Service")
            }
            assert {ports[f"{service}-web"] for service in SERVICES} == {PORT}


def _alerts() -> list[dict[str, Any]]:
    (rules,) = deployments.of_kind("production", "PrometheusRule")
    return [rule for group in rules["spec"]["groups"] for rule in group["rules"]]


class TestTheInventedStaff:
    def test_is_loaded_where_people_are_invented_and_nowhere_else(self) -> None:
        jobs = {
            overlay: {job["metadata"]["name"] for job in deployments.of_kind(overlay, "Job")} for overlay in OVERLAYS
        }

        assert "accounts-demonstration-dev" in jobs["dev"]
        assert not any("demonstration" in name for name in jobs["production"])

    def test_signs_in_with_a_password_that_is_there(self) -> None:
        (job,) = (job for job in deployments.of_kind("dev", "Job") if "demonstration" in job["metadata"]["name"])
        (container,) = job["spec"]["template"]["spec"]["containers"]
        secrets = job["spec"]["template"]["spec"]["volumes"][0]["projected"]["sources"]

        assert container["command"] == ["python", "-m", load_demonstration.__name__]
        assert secrets == [{"secret": {"name": "accounts-demonstration"}}]
        assert "DEMONSTRATION_PASSWORD" in deployments.written_secrets()["accounts-demonstration"]


class TestKafka:
    @pytest.mark.parametrize(("overlay", "replicas", "in_sync"), [("production", REPLICAS, IN_SYNC), ("dev", 1, 1)])
    def test_has_the_topics_of_the_contracts_kept_as_they_say(self, overlay: str, replicas: int, in_sync: int) -> None:
        declared = {
            document["metadata"]["name"]: (
                document["spec"]["partitions"],
                document["spec"]["replicas"],
                {name: _as_kafka_writes(value) for name, value in document["spec"]["config"].items()},
            )
            for document in deployments.of_kind(overlay, "KafkaTopic")
        }

        assert declared == {topic.name: (topic.partitions, replicas, settings_of(in_sync=in_sync)) for topic in TOPICS}

    @pytest.mark.parametrize("overlay", OVERLAYS)
    def test_lets_each_service_write_its_own_topics_and_read_what_it_subscribes_to(self, overlay: str) -> None:
        rights = {
            document["metadata"]["name"]: _rights(document["spec"]["authorization"]["acls"])
            for document in deployments.of_kind(overlay, "KafkaUser")
        }

        assert rights == {service: _wanted(service) for service in SERVICES}

    @pytest.mark.parametrize("overlay", OVERLAYS)
    def test_makes_no_topic_by_itself_and_lets_nobody_in_unnamed(self, overlay: str) -> None:
        (cluster,) = deployments.of_kind(overlay, "Kafka")
        kafka = cluster["spec"]["kafka"]

        assert kafka["config"]["auto.create.topics.enable"] is False
        assert kafka["authorization"] == {"type": "simple"}
        assert [(listener["tls"], listener["authentication"]) for listener in kafka["listeners"]] == [
            (True, {"type": "scram-sha-512"})
        ]

    def test_is_read_by_no_more_workers_than_it_has_partitions(self) -> None:
        scaled = {
            d["spec"]["triggers"][0]["metadata"]["consumerGroup"]: d
            for d in deployments.of_kind("production", "ScaledObject")
        }
        readers = {service for topic in TOPICS for service in topic.readers}

        assert set(scaled) == readers
        for service, document in scaled.items():
            maximum = max(topic.partitions for topic in TOPICS if service in topic.readers)
            assert document["spec"]["maxReplicaCount"] <= maximum
            assert document["spec"]["scaleTargetRef"]["name"] == f"{service}-worker"


def _as_kafka_writes(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _rights(acls: list[Mapping[str, Any]]) -> set[tuple[str, str, str]]:
    return {
        (
            operation,
            acl["resource"]["type"],
            acl["resource"]["name"] + ("*" if "patternType" in acl["resource"] else ""),
        )
        for acl in acls
        for operation in acl["operations"]
    }


def _wanted(service: str) -> set[tuple[str, str, str]]:
    reads = [topic.name for topic in TOPICS if service in topic.readers]
    # By the beginning of its name: that is what makes a topic the service's own.
    assert all((topic.owner == service) == topic.name.startswith(f"{service}.") for topic in TOPICS)
    may = {(operation, "topic", f"{service}.*") for operation in ("Write", "Describe")}
    may |= {(operation, "topic", name) for name in reads for operation in ("Read", "Describe")}
    return may | ({(operation, "group", service) for operation in ("Read", "Describe")} if reads else set())


class TestAnImage:
    @pytest.mark.parametrize("service", SERVICES)
    def test_has_the_source_of_its_service_alone(self, service: str) -> None:
        copied = {line.split()[-2].removeprefix("/app/") for line in _stage(service) if "--from=source" in line}

        models = {f"models/{package}" for package in MODELS.get(service, []) if (ROOT / "models" / package).is_dir()}
        assert copied == {f"services/{service}"} | models | ({"models/__init__.py"} if models else set())

    @pytest.mark.parametrize("service", SERVICES)
    def test_lacks_the_packages_that_its_service_does_without(self, service: str) -> None:
        stage = next(line for line in _stage(service) if "packages /venv" in line)
        lock = re.search(r"--from=([a-z]+)-packages", stage)
        assert lock is not None
        locked = _locked(ROOT / "requirements" / f"{lock[1]}.lock")

        without = tuple({"sklearn": "scikit-learn"}.get(name, name) for name in NOT_INSTALLED[service])
        assert [name for name in locked if name.startswith(without)] == []

    @pytest.mark.parametrize("lock", ["service", "scoring"])
    def test_has_the_versions_that_the_suite_runs_with(self, lock: str) -> None:
        everything = _locked(ROOT / "requirements" / "runtime.lock")

        assert _locked(ROOT / "requirements" / f"{lock}.lock").items() <= everything.items()

    @pytest.mark.parametrize("service", SERVICES)
    def test_asks_its_own_process_whether_it_lives(self, service: str) -> None:
        (health,) = (line for line in _stage(service) if line.startswith("HEALTHCHECK"))
        (entry,) = (line for line in _stage(service) if line.startswith("ENTRYPOINT"))

        assert health.endswith(f'CMD ["python", "-m", "services.platform.operations.alive", "{service}"]')
        assert entry == f'ENTRYPOINT ["python", "-m", "services.{service}"]'


def _stage(name: str) -> list[str]:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    return text.partition(f" AS {name}\n")[2].partition("\nFROM ")[0].splitlines()


def _locked(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.\-]+)(?:\[\w+\])?==(\S+)", lock.read_text(encoding="utf-8"), re.M))


class TestADatabaseRole:
    def test_has_its_schema_provisioned_and_its_password_from_one_place(self) -> None:
        script = (ROOT / "deploy" / "database" / "provision.sh").read_text(encoding="utf-8")

        (provisioned,) = re.findall(r"for service in ([a-z ]+); do", script)
        assert tuple(provisioned.split()) == SERVICES

    @pytest.mark.parametrize("form", FORMS)
    def test_that_uses_the_tables_is_named_to_the_one_that_owns_them(self, form: str) -> None:
        for service in SERVICES:
            assert deployments.processes(form)[service, "migrate"].environment["APPLICATION_ROLE"] == service

    @pytest.mark.parametrize("overlay", OVERLAYS)
    def test_gets_no_right_from_a_secret_that_is_not_provisioned(self, overlay: str) -> None:
        (job,) = (d for d in deployments.of_kind(overlay, "Job") if d["metadata"]["name"].startswith("provision"))
        volumes = job["spec"]["template"]["spec"]["volumes"]
        mounted = {
            item["path"]
            for volume in volumes
            for source in volume.get("projected", {}).get("sources", ())
            for item in source["secret"]["items"]
        }

        addresses = {f"{service}-{role}/DATABASE_URL" for service in SERVICES for role in ("web", "migrate")}
        assert mounted == addresses | {"mlflow/DATABASE_URL", "postgres/PGPASSWORD", "backup/PGPASSWORD"}
