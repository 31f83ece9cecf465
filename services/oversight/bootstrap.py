"""Composition root of the oversight service."""

from pathlib import Path

from services.oversight import tables
from services.oversight.apply_events import HANDLERS, prefetch
from services.oversight.freezing import Freeze, Preparing, Publish, Publishing
from services.oversight.rebuilding import (
    EndRebuild,
    Rebuild,
    RecordRepublished,
    end_rebuild,
    rebuild,
    record_republished,
    request_lost_events,
)
from services.oversight.settings import Settings
from services.oversight.subscriptions import SUBSCRIPTIONS
from services.platform.auth.identity import IdentityPort
from services.platform.clock import Clock, system_clock
from services.platform.db.engine import Database
from services.platform.dispatcher import Dispatcher
from services.platform.lost_events import RequestLostEvents
from services.platform.service import Routes, Service

HERE = Path(__file__).parent
NAME = "oversight"


def build(settings: Settings, *, identities: IdentityPort, clock: Clock = system_clock) -> Service:
    database = Database.of(settings, service=NAME)
    dispatcher = Dispatcher(
        service=NAME,
        database=database,
        tables=tables.platform,
        unit_of_work=lambda transaction: transaction,
        handlers={
            **HANDLERS,
            Rebuild: rebuild,
            RecordRepublished: record_republished,
            EndRebuild: end_rebuild,
            Publish: Publishing(demonstration=settings.demonstration),
            RequestLostEvents: request_lost_events,
        },
        clock=clock,
        prefetch=prefetch,
        prepare={Freeze: Preparing(database=database, schedule=settings.schedule, clock=clock)},
    )

    def routes() -> Routes:
        from services.oversight.api import api
        from services.oversight.pages import pages
        from services.oversight.reading import EXTENSION

        return Routes(blueprints=[pages], api_blueprints=[api], extensions={EXTENSION: settings.schedule})

    return Service(
        name=NAME,
        settings=settings,
        identities=identities,
        database=database,
        metadata=tables.metadata,
        tables=tables.platform,
        dispatcher=dispatcher,
        subscriptions=SUBSCRIPTIONS,
        batch_size=500,
        reconcile=(EndRebuild(), Freeze()),
        migrations=HERE / "migrations",
        routes=routes,
        templates=HERE / "templates",
        clock=clock,
    )
