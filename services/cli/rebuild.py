"""`waymark rebuild oversight`: rebuilds oversight's projections from republished events."""

import os
from dataclasses import replace

import click

from services.cli.opened import opened
from services.cli.options import answer, folder_option, json_option
from services.embedded.folder import Folder
from services.oversight import bootstrap as oversight
from services.oversight.rebuilding import Rebuild
from services.oversight.settings import Settings
from services.platform.messaging.leader_lock import LeaderLock
from services.platform.service import Service
from services.platform.settings import Process, environment


@click.group("rebuild")
def command() -> None:
    """Rebuild projections from events."""


@command.command("oversight")
@folder_option
@json_option
def oversight_command(folder: Folder, as_json: bool) -> None:
    """Clear what oversight has read, and make the other services republish it.

    If DATABASE_URL is set, that is oversight's database, and the running workers do the rest. Frozen figures stay as
    they are, and no new figures are frozen until the rebuild is done.
    """
    environ = environment(os.environ)
    if "DATABASE_URL" in environ:
        settings = replace(Settings.from_environment(environ), process=Process.WORKER)
        service = oversight.build(settings, identities=_Nobody())
        _ask(service)
        service.database.close()
        answer({"ended": False}, _ASKED, as_json=as_json)
        return
    with opened(folder) as system:
        service = system.services["oversight"]
        _ask(service)
        alone = _nobody_works_on(service)
        if alone:
            system.reconcile()
    answer({"ended": alone}, "Rebuilt." if alone else _ASKED, as_json=as_json)


_ASKED = "Requested. Figures are frozen again once everything has arrived; earlier figures stay."


class _Nobody:
    """The command line has no signed-in user."""

    def identify(self, *, session: str | None, bearer: str | None) -> None:
        return None


def _ask(service: Service) -> None:
    service.dispatcher.handle(Rebuild(), actor=None)


def _nobody_works_on(service: Service) -> bool:
    """Returns whether no worker runs: one would hold the relay's lock."""
    leader_lock = LeaderLock(service.database, "relay")
    alone = leader_lock.try_acquire()
    leader_lock.release()
    return alone
