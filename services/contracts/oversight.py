"""Events that oversight publishes: requests to republish or resend events."""

from services.contracts import topics
from services.contracts.lost_events import LostEventsRequested
from services.contracts.republish import RepublishRequested


class RepublishRequestedV1(RepublishRequested):
    """Oversight rebuilds its read side."""

    type = "oversight.republish.requested"
    topic = topics.OVERSIGHT_REPUBLISH_REQUESTS.name


class LostEventsRequestedV1(LostEventsRequested):
    """Events of other services never arrived."""

    type = "oversight.lost_events.requested"
    topic = topics.OVERSIGHT_REPUBLISH_REQUESTS.name
