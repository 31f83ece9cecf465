"""Events that oversight publishes: it only asks others to tell again what it reads."""

from services.contracts import topics
from services.contracts.retelling import RetellingAsked


class RetellingAskedV1(RetellingAsked):
    """Oversight's read side begins from nothing."""

    type = "oversight.retelling.asked"
    topic = topics.OVERSIGHT_RETELLINGS.name
