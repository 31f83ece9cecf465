"""The forms of a case, shared by API and pages."""

from typing import ClassVar

from services.contracts.codes import (
    CloseReason,
    ContactMode,
    Disability,
    Ethnicity,
    Outcome,
    Sex,
    YoungPersonAnswer,
)
from services.platform.i18n import N_
from services.platform.web.fields import (
    PersonName,
    RequiredText,
    StrictBoolean,
    StrictCode,
    StrictDate,
    StrictSchema,
    StrictString,
    StrictTimestamp,
    StrictUuid,
)

MAX_NOTE = 4000
MAX_REMARK = 1000
_ATTEMPTED_AT = N_("When you tried")
_LATER_ON = N_("When they want to be asked again")
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


class _Body(StrictSchema):
    read_only: ClassVar = _READ_ONLY


class NoteBody(_Body):
    text = RequiredText(maximum=MAX_NOTE, ask=N_("Enter the note"), label=N_("The note"))
    corrects_id = StrictUuid(load_default=None, allow_none=True)


class ContactAttemptBody(_Body):
    mode = StrictCode(ContactMode, required=True, ask=N_("Select how you tried to reach the young person"))
    reached = StrictBoolean(required=True, ask=N_("Select yes if you reached the young person"))
    attempted_at = StrictTimestamp(load_default=None, allow_none=True, label=_ATTEMPTED_AT)
    """None means now."""
    note = StrictString(maximum=MAX_REMARK, lines=True, load_default=None, allow_none=True, label=N_("What happened"))
    why = StrictString(
        maximum=MAX_REMARK, lines=True, load_default=None, allow_none=True, label=N_("Why you used this way")
    )
    """Required for a mode on the do-not-contact list."""


class FirstContactBody(_Body):
    attempt_id = StrictUuid(load_default=None, allow_none=True)
    """None means the first attempt that reached the young person."""
    answer = StrictCode(YoungPersonAnswer, load_default=None, allow_none=True)
    later_on = StrictDate(load_default=None, allow_none=True, label=_LATER_ON)


class AnswerBody(_Body):
    answer = StrictCode(YoungPersonAnswer, required=True, ask=N_("Select whether the young person accepts support"))
    later_on = StrictDate(load_default=None, allow_none=True, label=_LATER_ON)


class EqualityBody(_Body):
    """Each is optional: None means "not asked yet", unlike "prefers not to say"."""

    ethnicity = StrictCode(Ethnicity, load_default=None, allow_none=True)
    sex = StrictCode(Sex, load_default=None, allow_none=True)
    disability = StrictCode(Disability, load_default=None, allow_none=True)


class OutcomeBody(_Body):
    outcome = StrictCode(Outcome, required=True, ask=N_("Select the outcome"))


class ClosureBody(_Body):
    reason = StrictCode(CloseReason, required=True, ask=N_("Select why the case is closed"))


class ReopeningBody(_Body):
    why = RequiredText(
        maximum=MAX_REMARK,
        ask=N_("Enter why closing the case was a mistake"),
        label=N_("Why closing the case was a mistake"),
    )


class UnassignmentBody(_Body):
    reason = RequiredText(
        maximum=MAX_REMARK, ask=N_("Enter why you are returning the case"), label=N_("Why the case is returned")
    )


class AssignmentBody(StrictSchema):
    assignee_id = StrictUuid(load_default=None, allow_none=True)
    """None means the caller."""


class ConfirmationBody(_Body):
    confirmed_by = PersonName(required=True, ask=N_("Enter who confirmed"), label=N_("Who confirmed"))
    confirmed_at = StrictTimestamp(required=True, ask=N_("Enter when they confirmed"), label=N_("When they confirmed"))


class FirstContactForm(FirstContactBody):
    attempt_id = StrictUuid(required=True, ask=N_("Select the contact that was the first"))


class AssignmentForm(StrictSchema):
    assignee_id = StrictUuid(required=True, ask=N_("Select a member of the team"))


class ContactAttemptForm(ContactAttemptBody):
    attempted_at = StrictTimestamp(required=True, ask=N_("Enter when you tried"), label=_ATTEMPTED_AT)
