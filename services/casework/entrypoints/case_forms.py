"""What may be sent about a case: one schema each, for the API's body and the page's form."""

import re
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, post_load

from services.contracts.codes import (
    CloseReason,
    ContactMode,
    Disability,
    Ethnicity,
    Outcome,
    Sex,
    YoungPersonAnswer,
)
from services.kernel.text import N_
from services.kernel.web.fields import (
    PersonName,
    StrictBoolean,
    StrictCode,
    StrictDate,
    StrictSchema,
    StrictString,
    StrictUuid,
)

MOST_NOTE = 4000
MOST_REMARK = 1000
_LONDON = ZoneInfo("Europe/London")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_CLOCK = re.compile(r"([0-9]{1,2})(?:[:.]?([0-9]{2}))? ?(am|pm)?", re.ASCII | re.IGNORECASE)
_READ_ONLY = (
    "id",
    "version",
    "state",
    "assignee_id",
    "recorded_at",
    "recorded_by",
    "person_id",
    "referral_id",
    "due_at",
)


class Moment(fields.AwareDateTime):
    """A time with its zone, such as 2026-11-22T14:30:00+00:00."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:
        if not isinstance(value, str) or not _MOMENT.fullmatch(value):
            raise ValidationError(N_("Enter a date and time with its zone"))
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            raise ValidationError(N_("Enter a real date and time")) from None


class ClockTime(StrictString):
    """A time of day as people write it: 14:30, 14.30, 2:30pm, 2pm."""

    def __init__(self, **options: Any) -> None:
        super().__init__(most=10, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        found = _CLOCK.fullmatch(super()._deserialize(value, attr, data, **kwargs))
        if found is None or not (found[2] or found[3]):
            self.refuse(N_("Enter a time, for example 14:30 or 2:30pm"))
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
        if half:
            if not 1 <= hour <= 12:
                self.refuse(N_("Enter a time, for example 14:30 or 2:30pm"))
            hour = hour % 12 + (12 if half == "pm" else 0)
        if hour > 23 or minute > 59:
            self.refuse(N_("Enter a time, for example 14:30 or 2:30pm"))
        return time(hour, minute)


class _Body(StrictSchema):
    read_only: ClassVar = _READ_ONLY


class NoteBody(_Body):
    text = StrictString(most=MOST_NOTE, lines=True, required=True, ask=N_("Enter the note"))
    corrects_id = StrictUuid(load_default=None, allow_none=True)


class ContactAttemptBody(_Body):
    mode = StrictCode(ContactMode, required=True, ask=N_("Select how you tried to reach the young person"))
    reached = StrictBoolean(required=True, ask=N_("Select yes if you reached the young person"))
    attempted_at = Moment(load_default=None, allow_none=True)
    """Null is now."""
    note = StrictString(most=MOST_REMARK, lines=True, load_default=None, allow_none=True)
    why = StrictString(most=MOST_REMARK, lines=True, load_default=None, allow_none=True)
    """Needed for a way that is on the do-not-contact list."""


class FirstContactBody(_Body):
    attempt_id = StrictUuid(load_default=None, allow_none=True)
    """Null is the first attempt that reached the young person."""
    answer = StrictCode(YoungPersonAnswer, load_default=None, allow_none=True)
    later_on = StrictDate(load_default=None, allow_none=True)


class AnswerBody(_Body):
    answer = StrictCode(YoungPersonAnswer, required=True, ask=N_("Select what the young person answered"))
    later_on = StrictDate(load_default=None, allow_none=True)


class EqualityBody(_Body):
    """Each may be left out: null is "not asked yet", which is not "prefers not to say"."""

    ethnicity = StrictCode(Ethnicity, load_default=None, allow_none=True)
    sex = StrictCode(Sex, load_default=None, allow_none=True)
    disability = StrictCode(Disability, load_default=None, allow_none=True)


class OutcomeBody(_Body):
    outcome = StrictCode(Outcome, required=True, ask=N_("Select the outcome"))


class ClosureBody(_Body):
    reason = StrictCode(CloseReason, required=True, ask=N_("Select why the case is closed"))


class ReopeningBody(_Body):
    why = StrictString(most=MOST_REMARK, lines=True, required=True, ask=N_("Enter what was wrong with the closing"))


class UnassignmentBody(_Body):
    reason = StrictString(
        most=MOST_REMARK, lines=True, required=True, ask=N_("Enter why the case goes back to Unassigned")
    )


class AssignmentBody(StrictSchema):
    assignee_id = StrictUuid(load_default=None, allow_none=True)
    """Null is whoever asks."""


class ConfirmationBody(_Body):
    confirmed_by = PersonName(required=True, ask=N_("Enter who confirmed"))
    confirmed_at = Moment(required=True)


class _DayAndTime(StrictSchema):
    """A moment as two questions of a page: the day, and the time in London."""

    on = StrictDate(required=True, ask=N_("Enter the date"))
    time = ClockTime(required=True, ask=N_("Enter a time, for example 14:30 or 2:30pm"))

    moment: ClassVar[str]

    @post_load
    def join(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        day: date = data.pop("on")
        at = datetime.combine(day, data.pop("time"), _LONDON)
        return data | {self.moment: at}


class FirstContactForm(FirstContactBody):
    attempt_id = StrictUuid(required=True, ask=N_("Select the contact that was the first"))


class AssignmentForm(StrictSchema):
    assignee_id = StrictUuid(required=True, ask=N_("Select a member of the team"))


class ContactAttemptForm(ContactAttemptBody, _DayAndTime):
    moment = "attempted_at"

    class Meta:
        exclude = ("attempted_at",)


class ConfirmationForm(ConfirmationBody, _DayAndTime):
    moment = "confirmed_at"

    class Meta:
        exclude = ("confirmed_at",)
