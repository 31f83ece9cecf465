"""One role of one service as a process, started as a container starts it: `python -m services.<name> <role>`."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
ENDS_WITHIN = 40.0

# Nothing of this process's own settings reaches the other.
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONDONTWRITEBYTECODE")


class Role:
    """It is told where to listen, writes its lines to a file, and never outlives the process that started it."""

    def __init__(self, service: str, role: str, settings: Mapping[str, str], *, folder: Path) -> None:
        self.service = service
        self.role = role
        self.port = spare_port()
        self.lines = folder / f"{service}-{role}.log"
        self.settings = {**settings, "PORT": str(self.port)}
        self._process: subprocess.Popen[bytes] | None = None
        self._asked = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._asked = False
        with self.lines.open("ab") as lines:
            self._process = subprocess.Popen(
                [*_ends_with_its_parent(), sys.executable, "-m", f"services.{self.service}", self.role],
                cwd=ROOT,
                env={**passed_on, **self.settings},
                stdout=lines,
                stderr=lines,
                process_group=0,  # Ctrl-C is its parent's to answer
            )

    def finish(self) -> None:
        """Wait for a role that ends by itself. Raises RuntimeError with what it wrote when it failed."""
        if self._process is not None and self._process.wait() != 0:
            raise RuntimeError(f"{self.service} {self.role} failed: {self.written()}")

    def lives(self) -> bool:
        """Whether it answers. Raises RuntimeError when it has ended."""
        if not self.running:
            raise RuntimeError(f"{self.service} {self.role} ended: {self.written()}")
        return self._answers("live")

    def is_ready(self) -> bool:
        """Whether it says that it can serve."""
        return self._answers("ready")

    def _answers(self, health: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", f"/{self.service}/health/{health}")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def written(self) -> str:
        """The end of what it wrote."""
        return self.lines.read_text(errors="replace")[-2000:] if self.lines.exists() else ""

    def ask_to_stop(self) -> None:
        """Once: gunicorn takes a second time for impatience."""
        if self._process is not None and self.running and not self._asked:
            self._process.send_signal(signal.SIGTERM)
            self._asked = True

    def stop(self) -> int | None:
        """As an orchestrator does: ask, and after a while do not ask. Gives the exit status."""
        if self._process is None:
            return None
        self.ask_to_stop()
        try:
            return self._process.wait(timeout=ENDS_WITHIN)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int | None:
        """End the process and those that it started, as a machine that fails would."""
        if self._process is not None and self.running:
            os.killpg(self._process.pid, signal.SIGKILL)
        return self._process.wait() if self._process else None


def spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _ends_with_its_parent() -> list[str]:
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig=TERM", "--"] if setpriv else []
