"""Builds the scoring service from its parts."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from services.platform.auth.identity import IdentityPort
from services.platform.clock import Clock, system_clock
from services.platform.db.engine import Database
from services.platform.dispatcher import Dispatcher
from services.platform.lost_events import RequestLostEvents
from services.platform.republish import RepublishNextBatch, StartRepublish
from services.platform.service import KnownRecord, Routes, Service
from services.scoring import on_events, queries, republish, tables
from services.scoring.champion.champions import Champions
from services.scoring.champion.model_cache import ModelCache
from services.scoring.champion.model_store import ModelStore
from services.scoring.replay import NoSuchEstimate
from services.scoring.rescore import Rescore, rescore, rescore_next_batch
from services.scoring.score import Scorer
from services.scoring.settings import Settings
from services.scoring.subscriptions import SUBSCRIPTIONS

HERE = Path(__file__).parent
NAME = "scoring"

RECORDS = (
    KnownRecord(argument="estimate_id", subject_type="estimate", id=tables.results.c.id, missing=NoSuchEstimate),
)


def build(settings: Settings, *, identities: IdentityPort, clock: Clock = system_clock) -> Service:
    """Opens nothing: the database and the model are opened on first use."""
    database = Database.of(settings, service=NAME)
    champions = build_champions(settings)
    scorer = Scorer(current=champions.current, limits=settings.limits, demonstration=settings.demonstration)
    dispatcher = Dispatcher(
        service=NAME,
        database=database,
        tables=tables.platform,
        unit_of_work=lambda transaction: transaction,
        handlers=handlers(scorer),
        clock=clock,
        prefetch=on_events.load,
    )
    champions.on_first_model = lambda: rescore(dispatcher)

    def routes() -> Routes:
        from services.scoring import api, pages

        return Routes(blueprints=[pages.blueprint(scorer)], api_blueprints=[api.blueprint(scorer)])

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
        reconcile=(RepublishNextBatch(),),
        audit_ids=queries.audit_ids,
        records=RECORDS,
        clock=clock,
        migrations=HERE / "migrations",
        checks={"model": lambda: champions.current() is not None},
        routes=routes,
        templates=HERE / "templates",
    )


def handlers(scorer: Scorer) -> Mapping[type, Callable[[Any, Any], Any]]:
    """By command, the function that handles it in a transaction."""
    return {
        on_events.ApplyReferral: partial(on_events.on_referral, scorer=scorer),
        on_events.ApplyWithdrawal: partial(on_events.on_withdrawal, scorer=scorer),
        on_events.ApplyMatch: partial(on_events.on_match, scorer=scorer),
        on_events.ApplyOutcome: on_events.on_outcome,
        RequestLostEvents: on_events.on_events_listed,
        Rescore: partial(rescore_next_batch, scorer=scorer),
        StartRepublish: republish.on_republish_requested,
        RepublishNextBatch: republish.republish_next_batch,
    }


def build_champions(settings: Settings) -> Champions:
    """The champion of this installation, for a command. `refresh()` fetches the registry's."""
    cache = ModelCache(settings.models_folder)
    store = ModelStore(settings.registry_url, cache) if settings.registry_url else None
    return Champions(cache, store)
