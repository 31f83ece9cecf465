"""The proxy of deploy/proxy in front of given upstreams, on a spare loopback port."""

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import wait_until

CONFIGURATION = Path(__file__).parents[1] / "deploy" / "proxy" / "nginx.conf"


def executable() -> str | None:
    """Debian keeps it where only root's path looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@contextmanager
def running(folder: Path, *, upstream: str | Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The address of the proxy. An upstream is host and port: one for all services, or some of each."""
    found = executable()
    if found is None:
        raise FileNotFoundError("nginx is not installed: `make test` sees to it.")
    port = _spare_port()
    text = CONFIGURATION.read_text(encoding="utf-8")
    text = re.sub(r"server ([a-z]+)-web:\d+( .*?)?;", lambda found: _servers(upstream, *found.groups("")), text)
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace(" /tmp/", f" {folder}/")
    text = text.replace("/dev/stdout", str(folder / "access.log")).replace("/dev/stderr", str(folder / "error.log"))
    written = folder / "nginx.conf"
    written.write_text(text, encoding="utf-8")
    server = subprocess.Popen(
        [found, "-c", written, "-e", folder / "error.log", "-g", "daemon off; master_process off;"]
    )
    try:
        wait_until(lambda: _listens(port), what="nginx")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(timeout=30)


def _servers(upstream: str | Mapping[str, Sequence[str]], service: str, how: str) -> str:
    """A service that has none is away."""
    some = [upstream] if isinstance(upstream, str) else upstream.get(service, ["127.0.0.1:1"])
    return " ".join(f"server {address}{how};" for address in some)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
