"""What a service holds now: every row of its own that counts, but for ids, times and counters that it made itself."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from services.casework.adapters import review_tables as reviews
from services.casework.adapters import tables as casework
from services.platform.service import Service
from services.scoring import tables as scoring

_OF_THE_PLATFORM = frozenset(
    [
        "outbox",
        "inbox",
        "dead_letters",
        "idempotency_keys",
        "request_counts",
        "audit_rows",
        "audit_subjects",
        "audit_head",
    ]
)

_OWN: Mapping[str, frozenset[str]] = {
    # How often a referral was answered, and when: a late fact gives one answer more. An answer bears the person whose
    # the referral was when it was given: a link that changes nothing else gives no other.
    "referrals": frozenset({"sequence"}),
    "models": frozenset({"described_at"}),
    "results": frozenset({"id", "estimate_id", "sequence", "person_id", "cause", "given_at"}),
    "estimates": frozenset({"id", "made_at", "sequence", "arrived_at"}),
    # A review counts its own changes, and is asked for again by its own clock.
    "reviews": frozenset({"id", "version", "revision"}),
    # When it was raised is when what it was raised from had arrived.
    "alarms": frozenset({"id", "raised_at", "due_at", "version"}),
    "progress": frozenset({"version", "at", "ask_again_at"}),
}
_TOLD_OF_IT = frozenset({"estimate_id", "sequence", "person_id", "estimated_at", "decided_at", "described_at", "cause"})

# Results that were superseded stay, each with its estimate.
_stands = scoring.results.c.is_current
_told, _later = reviews.estimates, reviews.estimates.alias()
_newest = sa.and_(
    _told.c.referral_id == casework.referrals.c.id,
    _told.c.referral_version == casework.referrals.c.version,
    ~sa.exists().where(
        _later.c.referral_id == _told.c.referral_id,
        _later.c.referral_version == _told.c.referral_version,
        _later.c.sequence > _told.c.sequence,
    ),
)
_CURRENT: Mapping[tuple[str, str], sa.Select[Any]] = {
    ("scoring", "results"): sa.select(scoring.results).where(_stands),
    ("scoring", "estimates"): sa.select(scoring.estimates).where(
        _stands, scoring.results.c.estimate_id == scoring.estimates.c.id
    ),
    ("casework", "estimates"): sa.select(_told).where(_newest),
}


def current(service: Service) -> Counter[tuple[str, str]]:
    """Table and row, for every row of every table that is not the platform's."""
    with service.database.read() as connection:
        return Counter(
            (table.name, _shown(table.name, row))
            for table in service.metadata.sorted_tables
            if table.name not in _OF_THE_PLATFORM
            for row in connection.execute(_CURRENT.get((service.name, table.name), sa.select(table))).mappings()
        )


def _shown(table: str, row: sa.RowMapping) -> str:
    shown = {name: value for name, value in row.items() if name not in _OWN.get(table, ())}
    if "content" in shown:
        shown["content"] = {name: value for name, value in shown["content"].items() if name not in _TOLD_OF_IT}
    return repr(sorted((name, value) for name, value in shown.items()))
