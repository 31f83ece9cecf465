"""Events that oversight publishes: it only asks others for what it reads."""

from services.contracts import topics
from services.contracts.lost_events import LostEventsRequested
from services.contracts.republish import RepublishRequested


class RepublishRequestedV1(RepublishRequested):
    """Oversight's read side begins from nothing."""

    type = "oversight.republish.requested"
    topic = topics.OVERSIGHT_REPUBLISH_REQUESTS.name


class LostEventsRequestedV1(LostEventsRequested):
    """Events of others never arrived."""

    type = "oversight.lost_events.requested"
    topic = topics.OVERSIGHT_REPUBLISH_REQUESTS.name
