"""The errors of a case, each named after what it rejects."""

from services.platform.errors import Conflict, FieldError, Invalid, NotFound, Stale
from services.platform.i18n import N_


class CaseNotFound(NotFound):
    """The case does not exist, or this person may not read this much of it."""


class NoteNotFound(NotFound):
    pass


class StaleCase(Stale):
    title = N_("Somebody else changed this case after you opened it")


class _Refused(Conflict):
    sentence = ""

    def __init__(self) -> None:
        super().__init__(self.sentence)


class NoCaseOnPathway(_Refused):
    sentence = N_("This pathway does not go to a team, so it opens no case.")


class TeamNotOfPathway(_Refused):
    sentence = N_("This pathway does not go to this kind of team.")


class CaseIsClosed(_Refused):
    sentence = N_("The case is closed. The team’s manager can reopen it.")


class CaseNotClosed(_Refused):
    sentence = N_("The case is not closed.")


class NewReviewStarted(_Refused):
    sentence = N_("A new review of this referral has started. Its decision says what happens next.")


class HandOverIsWorkedElsewhere(_Refused):
    sentence = N_("This is a hand-over. The receiving service works on it in its own records.")


class NotAHandOver(_Refused):
    sentence = N_("This is a case, not a hand-over: there is nothing to confirm.")


class HandOverAlreadyConfirmed(_Refused):
    sentence = N_("The hand-over is already confirmed.")


class CaseAlreadyAssigned(_Refused):
    sentence = N_("This case is already assigned.")


class SupportAlreadyStopped(_Refused):
    sentence = N_("It is already recorded that support has stopped.")


class SupportNotStopped(_Refused):
    sentence = N_("Record that support has stopped before you close the case.")


class CaseNotAssigned(_Refused):
    sentence = N_("This case is already unassigned.")


class NoteAlreadyCorrected(_Refused):
    sentence = N_("This note has already been corrected. Correct the latest version.")


class FirstContactAlreadyRecorded(_Refused):
    sentence = N_("First contact is already recorded.")


class AnswerBeforeFirstContact(_Refused):
    sentence = N_("Record the first contact before the young person’s answer.")


class EqualityBeforeFirstContact(_Refused):
    sentence = N_("Record the first contact before these questions: the young person must answer them.")


class CloseNeedsOutcome(_Refused):
    sentence = N_("Record an outcome before you close the case.")


class _InvalidField(Invalid):
    pointer = ""
    sentence = ""

    def __init__(self, pointer: str = "") -> None:
        super().__init__(errors=[FieldError(pointer or self.pointer, self.sentence)])


class NotAMemberOfTheTeam(_InvalidField):
    pointer = "/assignee_id"
    sentence = N_("Choose a member of the team")


class AttemptNotFound(_InvalidField):
    pointer = "/attempt_id"
    sentence = N_("Choose a contact attempt of this case")


class ForbiddenWayNeedsReason(_InvalidField):
    pointer = "/why"
    sentence = N_("Enter why you used a way of contact that is on the do-not-contact list")


class NotReached(_InvalidField):
    pointer = "/attempt_id"
    sentence = N_("Choose a contact attempt that reached the young person")


class NothingAnswered(_InvalidField):
    pointer = "/ethnicity"
    sentence = N_("Select at least one answer, or go back to the case")


class InTheFuture(_InvalidField):
    sentence = N_("The time must not be in the future")


class BeforeTheCase(_InvalidField):
    sentence = N_("The time must not be before the case was opened")


class LaterNeedsDate(_InvalidField):
    pointer = "/later_on"
    sentence = N_("Enter the date when the young person wants to be asked again")


class LaterIsPast(_InvalidField):
    pointer = "/later_on"
    sentence = N_("The date must be today or later")


class DateOnlyForLater(_InvalidField):
    pointer = "/later_on"
    sentence = N_("Enter a date only when the answer is “later”")
