"""`waymark redrive`: handles dead letters again."""

from uuid import UUID

import click

from services.cli.opened import opened
from services.cli.options import answer, folder_option, json_option
from services.embedded.folder import Folder
from services.platform.messaging import dead_letters
from services.platform.messaging.dead_letters import RedriveReason
from services.platform.service import Service


@click.command("redrive")
@click.argument("service_name", metavar="SERVICE")
@click.option(
    "--reason",
    type=click.Choice([reason.value for reason in RedriveReason]),
    default=RedriveReason.FAULT_MENDED.value,
    show_default=True,
    help="Why they can be handled now; recorded in the audit.",
)
@folder_option
@json_option
def command(service_name: str, reason: str, folder: Folder, as_json: bool) -> None:
    """Handle every dead letter of SERVICE again. Exit code 1 if one fails again; it stays a dead letter."""
    with opened(folder) as system:
        service = system.services.get(service_name)
        if service is None:
            raise click.BadParameter(f"one of {', '.join(system.services)}", param_hint="SERVICE")
        done, failed = _redrive(service, RedriveReason(reason))
    answer({"redriven": done, "failed": failed}, f"{done} redriven, {failed} failed again.", as_json=as_json)
    if failed:
        raise SystemExit(1)


def _redrive(service: Service, reason: RedriveReason) -> tuple[int, int]:
    done = failed = 0
    for letter_id in dead_letters.waiting(service):
        try:
            _handle(service, letter_id, reason)
        except Exception as error:
            # Any exception: the letter stays, and only the kind of error is reported, never its message.
            click.echo(f"{letter_id}: {type(error).__name__}", err=True)
            failed += 1
        else:
            done += 1
    return done, failed


def _handle(service: Service, letter_id: UUID, reason: RedriveReason) -> None:
    dispatcher = service.dispatcher
    with dispatcher.transaction(actor=None) as transaction:
        dead_letters.redrive(
            letter_id, reason, transaction=transaction, dispatcher=dispatcher, subscriptions=service.subscriptions
        )
