"""`make kafka`: Waymark in distributed mode on this machine, with invented data, until Ctrl-C."""

import signal
import tempfile
from pathlib import Path

import click

from devtools.distributed import Distributed
from devtools.gateway import gateway
from devtools.kafka.cluster import Cluster as Kafka
from devtools.postgresql import Cluster as PostgreSQL
from services.accounts.demonstration import accounts
from services.cli import progress
from services.cli.train import train
from services.contracts.topics import TOPICS
from services.demo import load
from services.embedded import champion, server, staff
from services.embedded.folder import Folder
from services.platform.messaging.kafka import topics
from services.platform.messaging.kafka.settings import KafkaSettings
from services.platform.operations import logs

MODELS = Folder(Path("var"))
"""A model that `make run` has trained is used; else one is trained, and `make run` uses it."""


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=server.PORT, show_default=True)
def main(port: int) -> None:
    """Start everything anew, with invented data, and stop it on Ctrl-C."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        tempfile.TemporaryDirectory(prefix="waymark-distributed-") as folder,
        Path(folder, "loading.log").open("w", encoding="utf-8") as lines,
    ):
        logs.configure(stream=lines)
        try:
            _serve(Path(folder), port)
        except KeyboardInterrupt:
            click.echo("Stopped.")
        except server.PortTaken as error:
            raise click.ClickException(str(error)) from error


def _serve(folder: Path, port: int) -> None:
    if not champion.is_usable(MODELS):
        train(MODELS, promote=True)
    click.echo("Starting PostgreSQL and Kafka", err=True)
    with PostgreSQL(durable=True) as postgresql, Kafka() as kafka:
        waymark = Distributed(
            folder,
            postgresql,
            bootstrap_servers=kafka.bootstrap_servers,
            models=MODELS.models.resolve(),
            registry_url=MODELS.tracking_uri,
        )
        # The port is held from the beginning: preparing takes too long to find out afterwards that somebody has it.
        web = server.listen(gateway({name: role.address for name, role in waymark.web.items()}), port=port)
        with waymark:
            try:
                _prepare(waymark)
                click.echo(f"Starting {len(waymark.roles)} processes", err=True)
                waymark.start()
                click.echo(_welcome(waymark, port, kafka.bootstrap_servers))
                web.run()
            finally:
                web.close()
                click.echo("Stopping every process", err=True)


def _prepare(waymark: Distributed) -> None:
    click.echo("Making each service's schema and topics", err=True)
    waymark.migrate()
    topics.apply(KafkaSettings.from_environment(waymark.kafka), TOPICS, replicas=1)
    with progress.shown() as report:
        load.load(waymark.folder, database_url=waymark.database_url, report=report)


def _welcome(waymark: Distributed, port: int, bootstrap_servers: str) -> str:
    lines = [f"Waymark is at http://{server.HOST}:{port}. Stop it with Ctrl-C.", ""]
    lines += [f"  {account.sign_in_name:<32}{account.display_name}" for account in accounts()]
    lines += ["", f"Everybody's password is {staff.password(waymark.folder)}. All people and data are invented.", ""]
    lines += [
        f"  {role.service + ' ' + role.role:<32}{role.address}/{role.service}/health/ready" for role in waymark.roles
    ]
    lines += [f"  {'Kafka':<32}{bootstrap_servers}", f"  {'lines of every process':<32}{waymark.folder.root}"]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
