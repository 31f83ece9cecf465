"""A PostgreSQL cluster of the tests' own, in a temporary folder, on a spare loopback port."""

import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import sql

STARTS_WITHIN = 180.0
PROVISION = Path(__file__).parents[1] / "services" / "platform" / "db" / "provision.sql"

# Nothing a test writes outlives it, so nothing waits for the disk.
_CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True)
class Addresses:
    """A service's schema, as its owner and as those who use it sign in to it."""

    owner: str
    user: str


def binaries() -> Path | None:
    """The folder of `initdb` and `postgres`: Debian keeps them off the path, one folder per version."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda initdb: int(initdb.parts[-3]))
    if debian:
        return debian[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Cluster:
    """A running server. `schema("intake")` gives the address of an empty database for one service."""

    def __init__(self, *, durable: bool = False, settings: Iterable[str] = ()) -> None:
        found = binaries()
        if found is None:
            raise FileNotFoundError("PostgreSQL is not installed: `make test` sees to it.")
        self._binaries = found
        self._settings = ("max_connections=200", *(() if durable else _CARELESS), *settings)
        self._folder = Path(tempfile.mkdtemp(prefix="waymark-postgresql-"))
        self._serial = itertools.count(1)
        self._server: subprocess.Popen[bytes] | None = None
        self.port = _spare_port()
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
        initdb = [str(self._binaries / "initdb"), "-D", str(self._data), "-U", "postgres", "-A", "trust"]
        self._run([*initdb, "-E", "UTF8", "--locale=C", "--no-sync"])

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def url(self) -> str:
        """The superuser's address, for what no service may do."""
        return self._url("postgres")

    def schema(self, service: str) -> str:
        """The address of a fresh schema, as a fresh role that owns it and may touch nothing else."""
        name = f"{service}_{next(self._serial)}"
        role = sql.Identifier(name)
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
            connection.execute(sql.SQL("CREATE SCHEMA {0} AUTHORIZATION {0}").format(role))
            connection.execute(sql.SQL("ALTER ROLE {0} SET search_path TO {0}").format(role))
        return self._url(name)

    def provisioned(self, services: Iterable[str]) -> Mapping[str, Addresses]:
        """A fresh database in which each service has its schema and its two roles, made as operators make them."""
        database = f"waymark_{next(self._serial)}"
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
        psql = [str(self._binaries / "psql"), "-qX", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        passwords = {"PASSWORD": "unused", "OWNER_PASSWORD": "unused"}  # pragma: allowlist secret
        provision = PROVISION.read_text(encoding="utf-8")  # postgres may not read our folder
        for service in services:
            self._run([*psql, "-d", database, "-v", f"service={service}", "-f", "-"], passwords, text=provision)
        return {
            service: Addresses(self._url(f"{service}_owner", database), self._url(service, database))
            for service in services
        }

    def empty(self, schema: str, *, database: str = "postgres") -> None:
        """Delete every row but the schema's revision: append-only and references do not stop a replica's session."""
        url = self._url("postgres", database).replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            held = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
            delete = sql.SQL("DELETE FROM {};")
            rows = [delete.format(sql.Identifier(schema, name)) for (name,) in held if name != "alembic_version"]
            connection.execute(sql.SQL("SET session_replication_role = replica;") + sql.SQL("").join(rows))

    def start(self) -> None:
        log = (self._folder / "log").open("ab")
        options = ["listen_addresses=127.0.0.1", f"unix_socket_directories={self._folder}", *self._settings]
        arguments = [argument for option in options for argument in ("-c", option)]
        command = [str(self._binaries / "postgres"), "-D", str(self._data), "-p", str(self.port), *arguments]
        with log:
            self._server = subprocess.Popen(
                [*_as_postgres(dies_with_parent=True), *command],
                cwd=self._folder,
                stdout=log,
                stderr=log,
                process_group=0,  # Ctrl-C is its parent's to answer
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Stop it as an operator would: sessions are cut, everything committed is kept."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """Stop it as a crash would: the next start recovers from the log. Only a durable cluster outlives this."""
        self._end(signal.SIGQUIT)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _url(self, role: str, database: str = "postgres") -> str:
        return f"postgresql+psycopg://{role}@127.0.0.1:{self.port}/{database}"

    def _run(self, command: list[str], more: Mapping[str, str] | None = None, *, text: str = "") -> None:
        done = subprocess.run(
            [*_as_postgres(), *command],
            cwd=self._folder,
            env={**os.environ, **(more or {})},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr}")

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(how)
            self._server.wait(timeout=STARTS_WITHIN)
        self._server = None

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + STARTS_WITHIN
        while self._server is not None and self._server.poll() is None and time.monotonic() < until:
            try:
                psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError(f"PostgreSQL did not start: {(self._folder / 'log').read_text(errors='replace')[-2000:]}")


def _as_postgres(*, dies_with_parent: bool = False) -> list[str]:
    """What to put before a command: PostgreSQL refuses to run as root, and must not outlive a killed test run."""
    setpriv = shutil.which("setpriv")
    as_root = os.geteuid() == 0
    if setpriv is None:
        return ["runuser", "-u", "postgres", "--"] if as_root else []
    options = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if as_root else []
    if dies_with_parent:
        options.append("--pdeathsig=INT")
    return [setpriv, *options, "--"] if options else []


def _spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
