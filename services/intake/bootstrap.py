"""Builds the intake service from its parts."""

from pathlib import Path

from services.intake.adapters import acknowledgements
from services.intake.adapters.audit_ids import audit_ids, audit_references
from services.intake.adapters.repositories import delete_expired_drafts
from services.intake.adapters.row_security import POLICIES
from services.intake.adapters.tables import drafts, matches, metadata, platform, referrals
from services.intake.adapters.unit_of_work import SqlUnitOfWork
from services.intake.application.drafts import NoSuchDraft
from services.intake.application.handlers import HANDLERS
from services.intake.application.match_again import MatchAgain
from services.intake.application.republish import RepublishUnacknowledged
from services.intake.domain.match import NoSuchMatch
from services.intake.domain.referral import NoSuchReferral
from services.intake.entrypoints.subscriptions import SUBSCRIPTIONS
from services.intake.settings import Settings
from services.platform.auth.identity import IdentityPort
from services.platform.clock import Clock, system_clock
from services.platform.db.engine import Database
from services.platform.db.transaction import Transaction
from services.platform.dispatcher import Dispatcher
from services.platform.republish import RepublishNextBatch
from services.platform.service import KnownRecord, Routes, Service

_HERE = Path(__file__).parent
NAME = "intake"


RECORDS = (
    KnownRecord(argument="referral_id", subject_type="referral", id=referrals.c.id, missing=NoSuchReferral),
    KnownRecord(argument="match_id", subject_type="match", id=matches.c.id, missing=NoSuchMatch),
    KnownRecord(argument="draft_id", parameter="draft", subject_type="draft", id=drafts.c.id, missing=NoSuchDraft),
)


def build(settings: Settings, *, identities: IdentityPort, clock: Clock = system_clock) -> Service:
    """Builds the service without opening the database, which is opened on first use."""
    database = Database.of(settings, service=NAME)
    policy = settings.policy

    def unit_of_work(transaction: Transaction) -> SqlUnitOfWork:
        return SqlUnitOfWork(transaction, policy=policy)

    dispatcher = Dispatcher(
        service=NAME,
        database=database,
        tables=platform,
        unit_of_work=unit_of_work,
        handlers=HANDLERS,
        clock=clock,
        prefetch=acknowledgements.prefetch,
    )

    def routes() -> Routes:
        from services.intake.entrypoints import (
            api,
            change_pages,
            draft_section_pages,
            form_pages,
            in_transit_pages,
            match_pages,
            status_pages,
        )

        own = [form_pages, draft_section_pages, status_pages, change_pages]
        return Routes(
            blueprints=[module.pages for module in (*own, match_pages, in_transit_pages)],
            api_blueprints=[api.blueprint],
            extensions={"intake": settings.locality},
        )

    return Service(
        name=NAME,
        settings=settings,
        identities=identities,
        database=database,
        metadata=metadata,
        tables=platform,
        dispatcher=dispatcher,
        subscriptions=SUBSCRIPTIONS,
        batch_size=50,
        migrations=_HERE / "migrations",
        audit_ids=audit_ids,
        audit_references=audit_references,
        records=RECORDS,
        clock=clock,
        routes=routes,
        templates=_HERE / "templates",
        row_policies=POLICIES,
        housekeeping=(delete_expired_drafts,),
        reconcile=(RepublishUnacknowledged(), RepublishNextBatch(), MatchAgain()),
    )
