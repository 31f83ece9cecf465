"""Holds Dockerfiles, compose and Kubernetes to their schemas and to policies: `python -m devtools.manifests`.

The tools are large and have an environment of their own (requirements/manifests.lock), which `make manifests` makes.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from tests.deployments import OVERLAYS, ROOT, manifests

TOOLS = ROOT / ".venv" / "manifests" / "bin"
DOCKERFILES = ("Dockerfile", "mlflow/Dockerfile")

# Kinds of operators: their schemas are in no package. The tests hold what we say with them.
_CUSTOM = ("external-secrets.io/", "kafka.strimzi.io/", "keda.sh/", "monitoring.coreos.com/")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        for overlay in OVERLAYS:
            _write(overlay, Path(folder))
        faults = [*_images(), *_compose(), *_schemas(Path(folder)), *_policies(Path(folder))]
    for fault in faults:
        sys.stderr.write(f"{fault}\n")
    return 1 if faults else 0


def _write(overlay: str, folder: Path) -> None:
    builtin = [document for document in manifests(overlay) if not document["apiVersion"].startswith(_CUSTOM)]
    (folder / f"{overlay}.yaml").write_text(yaml.safe_dump_all(builtin), encoding="utf-8")


def _images() -> list[str]:
    return [fault for file in DOCKERFILES for fault in _complaints(["hadolint", str(ROOT / file)])]


def _compose() -> list[str]:
    # It exits with 0 whatever it finds: what counts is what it says.
    return _complaints(["docker-compose", "--profile", "*", "config", "--quiet"], says_it_on_stderr=True)


def _schemas(folder: Path) -> list[str]:
    return [
        fault
        for file in sorted(folder.glob("*.yaml"))
        for fault in _complaints(["kubernetes-validate", "--strict", "--quiet", str(file)])
    ]


def _policies(folder: Path) -> list[str]:
    checkov = ["checkov", "--skip-download", "--quiet", "--compact", "--config-file", str(ROOT / "deploy/checkov.yaml")]
    files = [flag for file in DOCKERFILES for flag in ("--file", str(ROOT / file))]
    return [
        *_complaints([*checkov, "--framework", "kubernetes", "--directory", str(folder)]),
        *_complaints([*checkov, "--framework", "dockerfile", *files]),
    ]


def _complaints(command: Sequence[str], *, says_it_on_stderr: bool = False) -> list[str]:
    tool, *arguments = command
    done = subprocess.run([TOOLS / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stderr if says_it_on_stderr else done.stdout + done.stderr
    return [f"{tool}: {said.strip()}"] if done.returncode or (says_it_on_stderr and said.strip()) else []


if __name__ == "__main__":
    sys.exit(main())
