"""What may be sent about an alarm: for the API's body and the page's form."""

from typing import ClassVar

from services.kernel.text import N_
from services.kernel.web.fields import RequiredText, StrictSchema

MOST_DONE = 2000


class ActionBody(StrictSchema):
    read_only: ClassVar = ("id", "version", "state", "acted_by", "acted_at", "raised_at", "due_at", "referral_id")

    done = RequiredText(most=MOST_DONE, ask=N_("Enter what you did"), label=N_("What you did"))
