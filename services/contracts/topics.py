"""Every topic: who owns it, and whether it may carry who a person is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    name: str
    owner: str
    identifying: bool = False
    """True for the two topics that may carry a name, a contact or free text about a person."""


STAFF = Topic("accounts.staff", "accounts")
TEAMS = Topic("accounts.teams", "accounts")
REFERRALS = Topic("intake.referrals", "intake")
IDENTITIES = Topic("intake.identities", "intake", identifying=True)
NARRATIVES = Topic("intake.narratives", "intake", identifying=True)
INTAKE_EQUALITY = Topic("intake.equality", "intake")
ESTIMATES = Topic("scoring.estimates", "scoring")
MODELS = Topic("scoring.models", "scoring")
REVIEWS = Topic("casework.reviews", "casework")
CASES = Topic("casework.cases", "casework")
CASEWORK_EQUALITY = Topic("casework.equality", "casework")
PROGRESS = Topic("casework.progress", "casework")
OUTCOMES = Topic("casework.outcomes", "casework")

TOPICS = (
    STAFF, TEAMS,
    REFERRALS, IDENTITIES, NARRATIVES, INTAKE_EQUALITY,
    ESTIMATES, MODELS,
    REVIEWS, CASES, CASEWORK_EQUALITY, PROGRESS, OUTCOMES,
)  # fmt: skip
