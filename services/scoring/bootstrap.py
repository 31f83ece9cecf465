"""Builds the scoring service: the one place where its parts are put together."""

from pathlib import Path

from services.kernel.auth.identity import IdentityPort
from services.kernel.clock import Clock, system_clock
from services.kernel.db.batch import Batch
from services.kernel.db.engine import Database
from services.kernel.db.transaction import Transaction
from services.kernel.dispatcher import Dispatcher
from services.kernel.retelling import TellAgainSome
from services.kernel.service import KnownRecord, Routes, Service
from services.scoring.adapters.audit_ids import audit_ids
from services.scoring.adapters.champion import LoadedChampion
from services.scoring.adapters.champions import Champions
from services.scoring.adapters.kept_models import KeptModels
from services.scoring.adapters.model_store import ModelStore
from services.scoring.adapters.read_ahead import read_ahead
from services.scoring.adapters.replay import NoSuchEstimate
from services.scoring.adapters.tables import answers, kernel, metadata
from services.scoring.adapters.unit_of_work import SqlUnitOfWork
from services.scoring.application.handlers import HANDLERS
from services.scoring.entrypoints.commands import estimate_again
from services.scoring.entrypoints.subscriptions import SUBSCRIPTIONS
from services.scoring.settings import Settings

_HERE = Path(__file__).parent


RECORDS = (KnownRecord(argument="estimate_id", subject_type="estimate", id=answers.c.id, missing=NoSuchEstimate),)


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
        tables=kernel,
        unit_of_work=unit_of_work,
        handlers=HANDLERS,
        clock=clock,
        read_ahead=read_ahead,
    )
    champions.arrived = lambda: estimate_again(dispatcher)

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
        tables=kernel,
        dispatcher=dispatcher,
        subscriptions=SUBSCRIPTIONS,
        at_once=500,
        reconcile=(TellAgainSome(),),
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
    kept = KeptModels(settings.models_folder)
    store = ModelStore(settings.registry_url, kept) if settings.registry_url else None
    return Champions(kept, store)
