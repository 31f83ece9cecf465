"""The `waymark` command: what it prints, and how it says that something is wrong."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Set
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import click
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from services.cli import first_start
from services.cli.main import waymark
from services.embedded.folder import Folder
from services.platform.db import audit_subjects
from tests.world import BASE, World, a_world

REFERRALS = "/intake/api/v1/referrals"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("var")) as world:
        world.caller("navigator").post(REFERRALS, world.example("intake", REFERRALS))
        world.drain()
        world.system.seal()
        yield world


def run(world: World, *arguments: str) -> Result:
    return CliRunner().invoke(waymark, [*arguments, "--folder", str(world.folder.root)])


class TestToken:
    def test_is_alone_on_its_line_and_opens_the_door(self, world: World) -> None:
        said = run(world, "token", "--role", "navigator")

        (token,) = said.stdout.splitlines()
        headers = {"Authorization": f"Bearer {token}"}
        assert world.anyone().get("/intake/referrals", base_url=BASE, headers=headers).status_code == 200

    @pytest.mark.parametrize("arguments", [["--role", "king"], [], ["--role", "navigator", "--user", "navigator"]])
    def test_is_refused_with_one_sentence_when_wrongly_asked_for(self, world: World, arguments: list[str]) -> None:
        said = run(world, "token", *arguments)

        assert said.exit_code == 2
        assert said.stdout == ""

    def test_is_refused_for_nobody(self, world: World) -> None:
        said = run(world, "token", "--user", "nobody")

        assert said.exit_code == 1
        assert "Traceback" not in said.output


class TestAFolderFromBeforeTheFirstRelease:
    def test_is_refused_with_one_sentence_that_says_what_to_do(self, world: World) -> None:
        accounts = world.system.services["accounts"].database
        with accounts.write() as connection:
            current = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0011'"))
        said = run(world, "token", "--role", "navigator")
        with accounts.write() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = :it"), {"it": current})

        assert said.exit_code == 1
        assert "before 0.1.0" in said.output
        assert "delete the folder var" in said.output
        assert "Traceback" not in said.output


class TestAuditVerify:
    def test_finds_the_chains_sound(self, world: World) -> None:
        said = run(world, "audit", "verify", "--json")

        assert said.exit_code == 0
        assert {chain["service"] for chain in json.loads(said.stdout) if chain["sound"]} == set(world.system.services)

    def test_says_that_without_an_anchor_a_cut_tail_is_not_seen(self, world: World) -> None:
        assert "a cut tail cannot be seen" in run(world, "audit", "verify").stdout

    def test_sees_a_cut_tail_with_an_earlier_answer_as_anchor(self, world: World, tmp_path: Path) -> None:
        anchors = tmp_path / "anchors.json"
        anchors.write_text(run(world, "audit", "verify", "--json").stdout, encoding="utf-8")
        with _without_the_last_row(world):
            without, beside = run(world, "audit", "verify"), run(world, "audit", "verify", "--anchors", str(anchors))

        assert (without.exit_code, beside.exit_code) == (0, 1)

    def test_finds_a_change(self, world: World) -> None:
        accounts = world.system.services["accounts"]
        rows = accounts.tables.audit_rows
        with accounts.database.write() as connection:
            first = rows.c.number == 1
            what = connection.execute(sa.select(rows.c.what).where(first)).scalar_one()
            connection.execute(sa.update(rows).where(first).values(what="nothing.happened"))
        said = run(world, "audit", "verify")
        with accounts.database.write() as connection:
            connection.execute(sa.update(rows).where(first).values(what=what))

        assert said.exit_code == 1
        assert "accounts: NOT SOUND: row 1 is not what was sealed" in said.stdout

    def test_refuses_an_anchor_that_is_none(self, world: World, tmp_path: Path) -> None:
        path = tmp_path / "anchors.json"
        path.write_text("[1]", encoding="utf-8")

        assert run(world, "audit", "verify", "--anchors", str(path)).exit_code == 2


class TestReplayEstimate:
    def test_gives_the_same_numbers_to_the_last_bit(self, world: World) -> None:
        scoring = world.system.services["scoring"]
        with scoring.database.read() as connection:
            answers = scoring.metadata.tables["results"]
            published = sa.select(answers.c.id).where(answers.c.estimate_id.is_not(None))
            estimate = connection.execute(published).scalars().first()

        said = run(world, "replay", "estimate", str(estimate), "--json")

        assert said.exit_code == 0, said.output
        assert json.loads(said.stdout)["same"]

    def test_says_that_there_is_no_such_estimate(self, world: World) -> None:
        said = run(world, "replay", "estimate", str(uuid4()))

        assert said.exit_code == 1
        assert len(said.output.splitlines()) == 1


class TestRedrive:
    def test_has_nothing_to_do(self, world: World) -> None:
        assert run(world, "redrive", "casework").stdout == "0 redriven, 0 failed again.\n"

    def test_names_the_services_when_asked_for_another(self, world: World) -> None:
        said = run(world, "redrive", "kitchen")

        assert said.exit_code == 2
        assert "casework" in said.output


class TestTheCommand:
    def test_lists_its_commands_without_importing_one(self) -> None:
        assert imported("--help", of={"mlflow", "lightgbm", "sklearn", "sqlalchemy", "flask"}) == set()

    def test_says_of_each_command_what_the_command_says_of_itself(self) -> None:
        context = click.Context(waymark)

        own = {name: waymark.get_command(context, name) for name in waymark.list_commands(context)}

        listed = " ".join(CliRunner().invoke(waymark, ["--help"]).output.split())
        missing = [name for name, command in own.items() if f"{name} {_first_sentence(command)}" not in listed]
        assert missing == []

    def test_imports_the_service_that_it_needs_and_no_other(self, world: World) -> None:
        services = {f"services.{name}.bootstrap" for name in world.system.services}

        said = imported("token", "--role", "navigator", "--folder", str(world.folder.root), of={*services, "alembic"})

        assert said == {"services.accounts.bootstrap"}


@pytest.mark.slow
class TestAFirstStart:
    def test_has_the_registry_made_beside_the_training(self, tmp_path: Path) -> None:
        with first_start.beside(Folder(tmp_path)) as ready:
            ready()
            with closing(sqlite3.connect(tmp_path / "mlflow" / "mlflow.db")) as store:
                assert store.execute("SELECT count(*) FROM registered_models").fetchone() == (0,)


def _first_sentence(command: click.Command | None) -> str:
    assert command is not None
    return (command.help or "").partition(".")[0] + "."


def imported(*arguments: str, of: Set[str]) -> set[str]:
    """Which of these modules a call brings into its process."""
    program = (
        "import sys\nfrom click.testing import CliRunner\nfrom services.cli.main import waymark\n"
        "assert CliRunner().invoke(waymark, sys.argv[1:]).exit_code == 0\nprint(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return of & set(done.stdout.split())


class _without_the_last_row:  # noqa: N801 (reads as a sentence)
    """Accounts' audit chain with its newest row cut off, and the head moved back to match."""

    def __init__(self, world: World) -> None:
        self._service = world.system.services["accounts"]
        rows, head = self._service.tables.audit_rows, self._service.tables.audit_head
        with self._service.database.read() as connection:
            *_, before, self._row = connection.execute(
                sa.select(rows).where(rows.c.number.is_not(None)).order_by(rows.c.number)
            ).all()
            self._head = connection.execute(sa.select(head)).one()
        self._before = before

    def __enter__(self) -> None:
        rows, head = self._service.tables.audit_rows, self._service.tables.audit_head
        with self._service.database.write() as connection:
            connection.execute(sa.delete(rows).where(rows.c.id == self._row.id))
            named = self._service.tables.audit_subjects
            connection.execute(sa.delete(named).where(named.c.row_id == self._row.id))
            connection.execute(sa.update(head).values(number=self._before.number, hash=self._before.hash))

    def __exit__(self, *_: object) -> None:
        rows, head = self._service.tables.audit_rows, self._service.tables.audit_head
        with self._service.database.write() as connection:
            connection.execute(sa.insert(rows).values(**self._row._mapping))
            subjects = audit_subjects.of({**self._row._mapping})
            connection.execute(sa.insert(self._service.tables.audit_subjects), subjects)
            connection.execute(sa.update(head).values(number=self._head.number, hash=self._head.hash))
