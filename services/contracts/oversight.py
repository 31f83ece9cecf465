"""Events that oversight publishes: it only asks others for what it reads."""

from services.contracts import topics
from services.contracts.republish import RepublishRequested
from services.contracts.retelling import RetellingAsked


class RetellingAskedV1(RetellingAsked):
    """Oversight's read side begins from nothing."""

    type = "oversight.retelling.asked"
    topic = topics.OVERSIGHT_RETELLINGS.name


class RepublishRequestedV1(RepublishRequested):
    """Events of others never arrived."""

    type = "oversight.republish.requested"
    topic = topics.OVERSIGHT_RETELLINGS.name
