"""The scripts of deploy/database against a real server: roles, an encrypted backup, and the drill that proves it."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import psycopg
import pytest

from devtools import postgresql
from devtools.postgresql import Cluster
from services.platform.db import migrate
from services.platform.settings import Process
from tests.deployments import ROOT, SERVICES


@dataclass(frozen=True)
class Deployed:
    """A database made as a deployment makes it. What a container mounts at the root is in `folder`."""

    folder: Path
    cluster: Cluster

    def run(self, script: str, *arguments: str, user: str = "postgres") -> subprocess.CompletedProcess[str]:
        environ = {"PGHOST": "127.0.0.1", "PGPORT": str(self.cluster.port), "PGDATABASE": "waymark", "PGUSER": user}
        path = f"{postgresql.binaries()}:{os.environ['PATH']}"
        command = [str(self.folder / "scripts" / script), *arguments]
        return subprocess.run(command, env=environ | {"PATH": path}, capture_output=True, text=True, check=False)

    def address(self, process: str) -> str:
        written = (self.folder / "run" / "processes" / process / "DATABASE_URL").read_text().strip()
        return written.replace("@postgres:5432/", f"@127.0.0.1:{self.cluster.port}/")

    def execute(self, statement: str) -> None:
        with psycopg.connect(self._url("waymark"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def databases(self) -> set[str]:
        with psycopg.connect(self._url("postgres")) as connection:
            return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}

    def _url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.cluster.port}/{database}"


@pytest.fixture(scope="module")
def deployed(postgresql: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    folder = tmp_path_factory.mktemp("deployed")
    _lay_out(folder)
    deployed = Deployed(folder, postgresql)
    with psycopg.connect(deployed._url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE waymark")
    done = deployed.run("provision.sh")
    assert done.returncode == 0, done.stderr
    for service in SERVICES:
        _migrate(service, deployed.address(f"{service}-migrate"))
    yield deployed
    with psycopg.connect(deployed._url("postgres"), autocommit=True) as connection:
        connection.execute("DROP DATABASE waymark WITH (FORCE)")


def _lay_out(folder: Path) -> None:
    """The folders that a container has at its root, here; and the scripts looking for them here."""
    for name in ("run/backup", "run/restore", "run/waymark", "backups", "scripts"):
        (folder / name).mkdir(parents=True)
    subprocess.run([shutil.copy(ROOT / "deploy" / "secrets.sh", folder)], check=True)
    (folder / "secrets").rename(folder / "run" / "processes")
    shutil.copy(folder / "run/processes/backup/PGPASSWORD", folder / "run/waymark")
    identity = folder / "run/restore/identity"
    subprocess.run(["age-keygen", "-o", identity], check=True, capture_output=True)
    recipient = subprocess.run(["age-keygen", "-y", identity], check=True, capture_output=True)
    (folder / "run/backup/recipients").write_bytes(recipient.stdout)
    for file in (ROOT / "services/platform/db/provision.sql", *(ROOT / "deploy" / "database").iterdir()):
        text = (
            file.read_text(encoding="utf-8").replace("/run/", f"{folder}/run/").replace("/backups", f"{folder}/backups")
        )
        (folder / "scripts" / file.name).write_text(text, encoding="utf-8")
        (folder / "scripts" / file.name).chmod(0o755)


def _migrate(service: str, address: str) -> None:
    settings = import_module(f"services.{service}.settings").Settings
    environ = {"DATABASE_URL": address, "SECRET_KEY": "x" * 64}
    settings = replace(settings.from_environment(environ), process=Process.MIGRATE)
    built = import_module(f"services.{service}.bootstrap").build(settings, identities=None)
    migrate.upgrade(built)
    built.database.close()


def _backups(deployed: Deployed) -> list[Path]:
    return sorted((deployed.folder / "backups").iterdir())


class TestABackup:
    def test_is_written_whole_and_for_its_key_alone(self, deployed: Deployed) -> None:
        done = deployed.run("backup.sh", user="backup")

        assert done.returncode == 0, done.stderr
        (backup,) = _backups(deployed)
        assert backup.read_bytes().startswith(b"age-encryption.org/v1")
        assert b"PGDMP" not in backup.read_bytes()

    def test_that_fails_half_way_is_no_backup(self, deployed: Deployed) -> None:
        before = _backups(deployed)

        done = deployed.run("backup.sh", user="nobody-at-all")

        assert done.returncode != 0
        assert _backups(deployed) == before

    def test_restores_into_a_database_of_its_own_which_the_drill_drops(self, deployed: Deployed) -> None:
        done = deployed.run("restore-drill.sh")

        assert done.returncode == 0, done.stderr
        for service in SERVICES:
            assert f"{service}: revision 0" in done.stderr
        assert "restore_drill" not in deployed.databases()

    def test_is_never_restored_over_a_database_that_is_there(self, deployed: Deployed) -> None:
        done = deployed.run("restore.sh", "waymark")

        assert done.returncode != 0
        assert "already exists" in done.stderr

    def test_of_a_broken_audit_chain_fails_the_drill(self, deployed: Deployed) -> None:
        deployed.execute("INSERT INTO intake.audit_head (id, number, hash) VALUES (1, 7, repeat('0', 64))")
        for backup in _backups(deployed):
            backup.unlink()
        assert deployed.run("backup.sh", user="backup").returncode == 0

        done = deployed.run("restore-drill.sh")

        assert done.returncode != 0
        assert "intake: 0 sealed rows" in done.stderr
        assert "restore_drill" not in deployed.databases()


class TestTheBackupRole:
    def test_reads_every_service_and_writes_none(self, deployed: Deployed) -> None:
        address = f"postgresql://backup@127.0.0.1:{deployed.cluster.port}/waymark"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("SELECT count(*) FROM intake.referrals")

            with pytest.raises(psycopg.Error):
                connection.execute("DELETE FROM intake.referrals")
            connection.execute("SET default_transaction_read_only TO off")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute("DELETE FROM intake.referrals")
