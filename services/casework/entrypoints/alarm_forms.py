"""The form of an alarm, shared by API and page."""

from typing import ClassVar

from services.platform.i18n import N_
from services.platform.web.fields import RequiredText, StrictSchema

MAX_DONE = 2000


class ActionBody(StrictSchema):
    read_only: ClassVar = ("id", "version", "state", "acted_by", "acted_at", "raised_at", "due_at", "referral_id")

    done = RequiredText(maximum=MAX_DONE, ask=N_("Enter what you did"), label=N_("What you did"))
