"""What one transaction writes together: a row, the audit row that says so, and the event that tells it."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from services.contracts import casework, envelope, intake, scoring
from services.contracts.schema import EventSchema
from services.platform.service import Service

_PAGE_SIZE = 5_000


@dataclass(frozen=True, kw_only=True)
class SideEffect:
    """`column` holds the id that the audit row is about and that `field` of the event carries."""

    service: str
    table: str
    column: str
    audited: tuple[str, ...]
    told: tuple[type[EventSchema], ...]
    field: str


DEEDS = (
    SideEffect(
        service="intake",
        table="referrals",
        column="id",
        audited=("referral.received",),
        told=(intake.ReferralReceivedV1,),
        field="referral_id",
    ),
    SideEffect(
        service="scoring",
        table="results",
        column="referral_id",
        audited=("estimate.given", "estimate.refused"),
        told=(scoring.ReferralEstimatedV1, scoring.ReferralNotEstimatedV1),
        field="referral_id",
    ),
    SideEffect(
        service="casework",
        table="reviews",
        column="id",
        audited=("review.opened",),
        told=(casework.ReviewOpenedV1,),
        field="review_id",
    ),
    SideEffect(
        service="casework",
        table="own_views",
        column="review_id",
        audited=("review.own_view_recorded",),
        told=(casework.OwnViewRecordedV1,),
        field="review_id",
    ),
    SideEffect(
        service="casework",
        table="decisions",
        column="review_id",
        audited=("review.decided",),
        told=(casework.ReviewDecidedV1,),
        field="review_id",
    ),
    SideEffect(
        service="casework",
        table="cases",
        column="id",
        audited=("case.opened",),
        told=(casework.CaseOpenedV1,),
        field="case_id",
    ),
)


def halves(side_effect: SideEffect, service: Service, *, told_again: bool) -> list[str]:
    """One line per row without its audit row or its event, and the other way round.

    `told_again`: somebody waited so long for an event that its owner told it a second time, which is no half.
    """
    written, audited, told = _counted(side_effect, service)
    return [
        f"{side_effect.table} {found}: written {written[found]}, audited {audited[found]}, told {told[found]} times"
        for found in written | audited | told
        if not written[found] == audited[found] == (min(told[found], written[found]) if told_again else told[found])
    ]


def _counted(side_effect: SideEffect, service: Service) -> tuple[Counter[UUID], Counter[UUID], Counter[UUID]]:
    """How often each id was written, audited and told, all three as they are at one moment."""
    audit, outbox = service.tables.audit_rows, service.tables.outbox
    column = service.metadata.tables[side_effect.table].c[side_effect.column]
    noted = sa.select(audit.c.subject_id).where(audit.c.what.in_(side_effect.audited))
    values = sa.select(outbox.c.value).where(outbox.c.topic == side_effect.told[0].topic)
    types = {schema.type for schema in side_effect.told}
    with service.database.read() as connection:
        connection.execution_options(yield_per=_PAGE_SIZE)
        events = (envelope.read(value) for value in connection.execute(values).scalars())
        return (
            Counter(connection.execute(sa.select(column)).scalars()),
            Counter(map(UUID, connection.execute(noted).scalars())),
            Counter(UUID(event.data[side_effect.field]) for event in events if event.type in types),
        )
