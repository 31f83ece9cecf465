"""Builds the scoring service: the one place where its parts are put together."""

from pathlib import Path

from services.platform.auth.identity import IdentityPort
from services.platform.clock import Clock, system_clock
from services.platform.db.batch import Batch
from services.platform.db.engine import Database
from services.platform.db.transaction import Transaction
from services.platform.dispatcher import Dispatcher
from services.platform.republish import RepublishNextBatch
from services.platform.service import KnownRecord, Routes, Service
from services.scoring.adapters.audit_ids import audit_ids
from services.scoring.adapters.champion import LoadedChampion
from services.scoring.adapters.champions import Champions
from services.scoring.adapters.model_cache import ModelCache
from services.scoring.adapters.model_store import ModelStore
from services.scoring.adapters.prefetch import prefetch
from services.scoring.adapters.replay import NoSuchEstimate
from services.scoring.adapters.tables import metadata, platform, results
from services.scoring.adapters.unit_of_work import SqlUnitOfWork
from services.scoring.application.handlers import HANDLERS
from services.scoring.entrypoints.commands import rescore
from services.scoring.entrypoints.subscriptions import SUBSCRIPTIONS
from services.scoring.settings import Settings

_HERE = Path(__file__).parent


RECORDS = (KnownRecord(argument="estimate_id", subject_type="estimate", id=results.c.id, missing=NoSuchEstimate),)


def build(settings: Settings, *, identities: IdentityPort, clock: Clock = system_clock) -> Service:
    """Opens nothing: the database and the model are opened by whoever first needs them."""
    database = Database.of(settings, service="scoring")
    champions = build_champions(settings)

    def champion(_: Batch) -> LoadedChampion | None:
        return champions.current()

    def unit_of_work(transaction: Transaction) -> SqlUnitOfWork:
        in_use = transaction.batch.shared(champion)
        return SqlUnitOfWork(transaction, champion=in_use, demonstration=settings.demonstration, limits=settings.limits)

    dispatcher = Dispatcher(
        service="scoring",
        database=database,
        tables=platform,
        unit_of_work=unit_of_work,
        handlers=HANDLERS,
        clock=clock,
        prefetch=prefetch,
    )
    champions.arrived = lambda: rescore(dispatcher)

    def routes() -> Routes:
        from services.scoring.entrypoints import api, pages

        return Routes(
            blueprints=[pages.blueprint(champions)], api_blueprints=[api.blueprint(champions, settings.limits)]
        )

    return Service(
        name="scoring",
        settings=settings,
        identities=identities,
        database=database,
        metadata=metadata,
        tables=platform,
        dispatcher=dispatcher,
        subscriptions=SUBSCRIPTIONS,
        batch_size=500,
        reconcile=(RepublishNextBatch(),),
        audit_ids=audit_ids,
        records=RECORDS,
        clock=clock,
        migrations=_HERE / "migrations",
        checks={"model": lambda: champions.current() is not None},
        routes=routes,
        templates=_HERE / "templates",
    )


def build_champions(settings: Settings) -> Champions:
    """The champion as this installation keeps it, for a command. `refresh()` takes over the registry's."""
    kept = ModelCache(settings.models_folder)
    store = ModelStore(settings.registry_url, kept) if settings.registry_url else None
    return Champions(kept, store)
