"""Composition root of the casework service."""

from pathlib import Path

from services.casework.adapters import alarm_tables, case_tables, review_tables
from services.casework.adapters.alarm_tables import alarms
from services.casework.adapters.audit_ids import audit_ids, audit_references
from services.casework.adapters.bases import expire_bases
from services.casework.adapters.case_tables import case_notices, cases
from services.casework.adapters.gauges import GAUGES
from services.casework.adapters.holding_queries import StaffNotFound
from services.casework.adapters.prefetch import prefetch
from services.casework.adapters.review_tables import reviews
from services.casework.adapters.row_security import POLICIES
from services.casework.adapters.tables import metadata, platform, staff
from services.casework.adapters.unit_of_work import SqlUnitOfWork
from services.casework.application.case_handlers import CASE_HANDLERS
from services.casework.application.claim_review import EndExpiredClaims
from services.casework.application.holdings import FindStrandedCases, NoticeNotFound
from services.casework.application.republish import RequestMissingData
from services.casework.application.review_handlers import REVIEW_HANDLERS
from services.casework.domain.alarm import AlarmNotFound
from services.casework.domain.case_rules import CaseNotFound
from services.casework.domain.review import ReviewNotFound
from services.casework.entrypoints.subscriptions import SUBSCRIPTIONS
from services.casework.settings import Settings
from services.platform.auth.identity import IdentityPort
from services.platform.clock import Clock, system_clock
from services.platform.db.engine import Database
from services.platform.dispatcher import Dispatcher
from services.platform.lost_events import ListPublishedEvents
from services.platform.republish import RepublishNextBatch
from services.platform.service import KnownRecord, Routes, Service

_HERE = Path(__file__).parent
TABLES = (case_tables.cases, review_tables.reviews, alarm_tables.alarms)
"""Imported so that the metadata is complete."""


RECORDS = (
    KnownRecord(argument="review_id", subject_type="review", id=reviews.c.id, missing=ReviewNotFound),
    KnownRecord(argument="case_id", subject_type="case", id=cases.c.id, missing=CaseNotFound),
    KnownRecord(argument="alarm_id", subject_type="alarm", id=alarms.c.id, missing=AlarmNotFound),
    KnownRecord(argument="referral_id", subject_type="referral", id=reviews.c.referral_id, missing=ReviewNotFound),
    KnownRecord(argument="notice_id", subject_type="case_notice", id=case_notices.c.id, missing=NoticeNotFound),
    KnownRecord(argument="staff_id", subject_type="staff", id=staff.c.id, missing=StaffNotFound),
)


def build(settings: Settings, *, identities: IdentityPort, clock: Clock = system_clock) -> Service:
    """Opens no connection: the first user of the database does."""
    database = Database.of(settings, service="casework")
    dispatcher = Dispatcher(
        service="casework",
        database=database,
        tables=platform,
        unit_of_work=lambda transaction: SqlUnitOfWork(transaction, settings),
        handlers={**REVIEW_HANDLERS, **CASE_HANDLERS},
        clock=clock,
        prefetch=prefetch,
    )

    def routes() -> Routes:
        from services.casework.entrypoints import (
            alarm_api,
            alarm_pages,
            case_api,
            case_notices,
            case_pages,
            case_queue,
            holding_api,
            holding_pages,
            review_agreement_pages,
            review_api,
            review_decision_pages,
            review_pages,
        )

        return Routes(
            blueprints=[
                review_pages.pages,
                review_decision_pages.pages,
                review_agreement_pages.pages,
                case_queue.pages,
                case_pages.pages,
                case_notices.pages,
                alarm_pages.pages,
                holding_pages.pages,
            ],
            api_blueprints=[review_api.api, case_api.api, alarm_api.api, holding_api.api],
            extensions={
                "casework": settings,
                "casework.consent_withdrawn_readable_days": settings.consent_withdrawn_readable_days,
            },
        )

    return Service(
        name="casework",
        settings=settings,
        identities=identities,
        database=database,
        metadata=metadata,
        tables=platform,
        dispatcher=dispatcher,
        subscriptions=SUBSCRIPTIONS,
        batch_size=50,
        audit_ids=audit_ids,
        audit_references=audit_references,
        records=RECORDS,
        clock=clock,
        migrations=_HERE / "migrations",
        housekeeping=(expire_bases,),
        reconcile=(
            EndExpiredClaims(),
            RequestMissingData(),
            RepublishNextBatch(),
            ListPublishedEvents(),
            FindStrandedCases(),
        ),
        gauges=GAUGES,
        routes=routes,
        templates=_HERE / "templates",
        row_policies=POLICIES,
    )
