"""Keycloak without Docker: the real identity provider, from its distribution, with the realm of `deploy/keycloak`."""

import os
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from devtools import fetched
from devtools.roles import spare_port
from tests.waiting import wait_until

ROOT = Path(__file__).parents[1]
REALM = ROOT / "deploy" / "keycloak" / "waymark-realm.json"
CACHE = ROOT / ".venv" / "keycloak"
VERSION = "26.4.0"
PASSWORD = "of the tests alone"  # pragma: allowlist secret
CLIENT_SECRET = "client of the tests alone"  # pragma: allowlist secret
_ANSWERS_WITHIN = 600.0
"""Half a minute on a machine of two idle cores, and more than three on one that is busy."""


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """Its address, once it has the realm. It keeps nothing, and writes its lines into the folder."""
    home, port = _distribution(), spare_port()
    (home / "data" / "import").mkdir(parents=True, exist_ok=True)
    shutil.copy(REALM, home / "data" / "import")
    address = f"http://127.0.0.1:{port}"
    with (folder / "keycloak.log").open("wb") as lines:
        process = subprocess.Popen(
            ["bash", str(home / "bin" / "kc.sh"), "start-dev", *_options(port)],
            env=_environment(),
            stdout=lines,
            stderr=lines,
            start_new_session=True,
        )
    try:
        wait_until(lambda: _answers(address, process), within=_ANSWERS_WITHIN, what="Keycloak")
        yield address
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _options(port: int) -> list[str]:
    return [f"--http-port={port}", "--http-host=127.0.0.1", "--import-realm", "--db=dev-mem", "--log-level=warn"]


def _environment() -> dict[str, str]:
    """The realm takes both secrets from it, as it does in compose."""
    return {
        **os.environ,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "DEMONSTRATION_PASSWORD": PASSWORD,
        "JAVA_OPTS_KC_HEAP": "-Xms128m -Xmx512m",
    }


def _answers(address: str, process: "subprocess.Popen[bytes]") -> bool:
    if process.poll() is not None:
        raise RuntimeError("Keycloak ended before it answered: see keycloak.log in the test's folder.")
    try:
        return requests.get(f"{address}/realms/waymark/.well-known/openid-configuration", timeout=5).ok
    except requests.RequestException:
        return False


def _distribution() -> Path:
    """The unpacked distribution, fetched now if it was not before. Raises NotFetched."""
    return fetched.once(CACHE / f"keycloak-{VERSION}", _fetch)


def _fetch(scratch: Path) -> Path:
    artifact = f"-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
    fetched.by_maven("Keycloak", "dependency:copy", artifact, f"-DoutputDirectory={scratch}")
    with zipfile.ZipFile(next(scratch.glob("*.zip"))) as packed:
        packed.extractall(scratch)
    return scratch / f"keycloak-{VERSION}"
