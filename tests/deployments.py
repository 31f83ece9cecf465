"""The forms in which Waymark is deployed, read from their files: what each process of each service is given."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
ROLES = ("web", "worker", "migrate")
OVERLAYS = ("dev", "production")
FORMS = ("compose", *OVERLAYS)
SECRETS_FOLDER = "/run/waymark"


@dataclass(frozen=True, kw_only=True)
class Process:
    """One role of one service in one form."""

    service: str
    role: str
    image: str
    environment: Mapping[str, str]
    secrets: frozenset[str]
    """The names of the files in the folder of secrets."""
    labels: Mapping[str, str]
    container: Mapping[str, Any]

    @property
    def given(self) -> frozenset[str]:
        return frozenset(self.environment) | self.secrets


def processes(form: str) -> dict[tuple[str, str], Process]:
    """By service and role."""
    return dict(_processes(form))


@cache
def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return read


@cache
def manifests(overlay: str) -> tuple[dict[str, Any], ...]:
    """Everything that would be applied."""
    kubectl = Path(sys.executable).with_name("kubectl")
    folder = ROOT / "k8s" / "overlays" / overlay
    done = subprocess.run([kubectl, "kustomize", folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(document for document in yaml.safe_load_all(done.stdout) if document)


def of_kind(overlay: str, *kinds: str) -> list[dict[str, Any]]:
    return [document for document in manifests(overlay) if document["kind"] in kinds]


@cache
def written_secrets() -> Mapping[str, frozenset[str]]:
    """What `deploy/secrets.sh` writes: the names of the files in the folder of each process."""
    with tempfile.TemporaryDirectory() as folder:
        script = shutil.copy(ROOT / "deploy" / "secrets.sh", folder)
        subprocess.run([script], check=True, cwd=folder)
        processes = (Path(folder) / "secrets").iterdir()
        return {process.name: frozenset(file.name for file in process.iterdir()) for process in processes}


@cache
def image_environment() -> Mapping[str, str]:
    """What the image of every service sets itself."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    stage = text.partition(" AS service\n")[2].partition("\nFROM ")[0]
    line = next(line for line in stage.splitlines() if line.startswith("ENV "))
    return dict(pair.split("=", 1) for pair in line.removeprefix("ENV ").split())


@cache
def _processes(form: str) -> tuple[tuple[tuple[str, str], Process], ...]:
    found = _of_compose() if form == "compose" else _of_kubernetes(form)
    return tuple(((process.service, process.role), process) for process in found)


def _of_compose() -> Iterator[Process]:
    for service in SERVICES:
        for role in ROLES:
            container = compose()["services"][f"{service}-{role}"]
            environment = dict(_lines(container["env_file"])) | container.get("environment", {})
            yield Process(
                service=service,
                role=role,
                image=container["image"],
                environment={**image_environment(), **environment},
                secrets=_mounted(container["volumes"]),
                labels={},
                container=container,
            )


def _lines(files: Iterable[str]) -> Iterator[tuple[str, str]]:
    for file in files:
        for line in (ROOT / file).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.partition("=")
                yield name, value


def _mounted(volumes: Iterable[str]) -> frozenset[str]:
    folder = next(volume.split(":")[0] for volume in volumes if volume.endswith(f":{SECRETS_FOLDER}:ro"))
    return written_secrets()[Path(folder).name]


def _of_kubernetes(overlay: str) -> Iterator[Process]:
    settings = {document["metadata"]["name"]: document["data"] for document in of_kind(overlay, "ConfigMap")}
    for document in of_kind(overlay, "Deployment", "Job"):
        labels = document["spec"]["template"]["metadata"]["labels"]
        service, role = labels["app.kubernetes.io/name"], labels.get("app.kubernetes.io/component")
        if service not in SERVICES or role not in ROLES:
            continue
        pod = document["spec"]["template"]["spec"]
        container = pod["containers"][0]
        environment = dict(image_environment())
        for source in container["envFrom"]:
            environment |= settings[source["configMapRef"]["name"]]
        environment |= {pair["name"]: pair["value"] for pair in container.get("env", ())}
        yield Process(
            service=service,
            role=role,
            image=container["image"],
            environment=environment,
            secrets=frozenset(_projected(pod["volumes"])),
            labels=labels,
            container={**container, "pod": pod},
        )


def _projected(volumes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    volume = next(volume for volume in volumes if volume["name"] == "secrets")
    for source in volume["projected"]["sources"]:
        secret = source["secret"]
        if "items" in secret:
            yield from (item["path"] for item in secret["items"])
        else:
            yield from written_secrets()[secret["name"]]
