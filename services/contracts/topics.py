"""Every topic: its owner, readers, retention, and whether it may carry identities."""

from dataclasses import dataclass
from datetime import timedelta

RETENTION = timedelta(days=14)
"""Retention of records, exceeded by a day at most. A reader that was down for longer requests republishing."""

REPLICAS = 3
IN_SYNC = 2
"""An event counts as sent when so many brokers have it."""

_SPREAD = 12
"""Enough for twelve readers of a service, and a number that 2, 3, 4 and 6 divide: each has as much to do."""
_FEW = 1
"""For what changes by hand."""


@dataclass(frozen=True)
class Topic:
    name: str
    owner: str
    readers: frozenset[str]
    """The services that subscribe to something on it; no other service is granted access."""
    identifying: bool = False
    """True for the two topics that may carry a name, a contact or free text about a person."""
    partitions: int = _SPREAD
    """May grow, never shrink. It is the same for all that one service reads by person, so that they meet."""


STAFF = Topic("accounts.staff", "accounts", frozenset({"intake", "casework"}), partitions=_FEW)
TEAMS = Topic("accounts.teams", "accounts", frozenset({"intake", "casework"}), partitions=_FEW)
REFERRALS = Topic("intake.referrals", "intake", frozenset({"scoring", "casework", "oversight"}))
IDENTITIES = Topic("intake.identities", "intake", frozenset({"casework"}), identifying=True)
NARRATIVES = Topic("intake.narratives", "intake", frozenset({"casework"}), identifying=True)
INTAKE_EQUALITY = Topic("intake.equality", "intake", frozenset({"oversight"}))
ESTIMATES = Topic("scoring.estimates", "scoring", frozenset({"casework"}))
MODELS = Topic("scoring.models", "scoring", frozenset({"casework", "oversight"}), partitions=_FEW)
REVIEWS = Topic("casework.reviews", "casework", frozenset({"oversight"}))
CASES = Topic("casework.cases", "casework", frozenset({"oversight"}))
CASEWORK_EQUALITY = Topic("casework.equality", "casework", frozenset({"oversight"}))
PROGRESS = Topic("casework.progress", "casework", frozenset({"intake"}))
OUTCOMES = Topic("casework.outcomes", "casework", frozenset({"scoring"}))
CASEWORK_REPUBLISH_REQUESTS = Topic(
    "casework.republish-requests", "casework", frozenset({"intake", "scoring"}), partitions=_FEW
)
CASEWORK_PUBLISHED_LISTS = Topic(
    "casework.published-lists", "casework", frozenset({"intake", "scoring", "oversight"}), partitions=_FEW
)
INTAKE_LOST_EVENT_REQUESTS = Topic("intake.lost-event-requests", "intake", frozenset({"casework"}), partitions=_FEW)
SCORING_LOST_EVENT_REQUESTS = Topic("scoring.lost-event-requests", "scoring", frozenset({"casework"}), partitions=_FEW)
OVERSIGHT_REPUBLISH_REQUESTS = Topic(
    "oversight.republish-requests", "oversight", frozenset({"intake", "scoring", "casework"}), partitions=_FEW
)

TOPICS = (
    STAFF, TEAMS,
    REFERRALS, IDENTITIES, NARRATIVES, INTAKE_EQUALITY,
    ESTIMATES, MODELS,
    REVIEWS, CASES, CASEWORK_EQUALITY, PROGRESS, OUTCOMES, CASEWORK_REPUBLISH_REQUESTS,
    OVERSIGHT_REPUBLISH_REQUESTS,
    CASEWORK_PUBLISHED_LISTS, INTAKE_LOST_EVENT_REQUESTS, SCORING_LOST_EVENT_REQUESTS,
)  # fmt: skip
