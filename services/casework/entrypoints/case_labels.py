"""Labels of a case's codes, marked for translation."""

from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from services.casework.domain.alarm import AlarmReason
from services.casework.domain.case import CaseState
from services.casework.domain.case_entries import EntryKind
from services.casework.domain.case_notice import NoticeKind
from services.contracts.codes import (
    CloseReason,
    ContactMode,
    Disability,
    Ethnicity,
    Outcome,
    Pathway,
    Sex,
    SupportLevel,
    UnassignReason,
    WithdrawalReason,
    YoungPersonAnswer,
)
from services.platform.i18n import N_

_LABELS: dict[type[StrEnum], dict[str, str]] = {
    ContactMode: {
        ContactMode.FACE_TO_FACE: N_("Face to face"),
        ContactMode.PHONE: N_("Phone call"),
        ContactMode.TEXT: N_("Text message"),
        ContactMode.HOME_VISIT: N_("Home visit"),
        ContactMode.THROUGH_TRUSTED_ADULT: N_("Through an adult they trust"),
        ContactMode.LETTER: N_("Letter"),
    },
    YoungPersonAnswer: {
        YoungPersonAnswer.ACCEPTS: N_("Accepts support"),
        YoungPersonAnswer.DECLINES: N_("Declines support"),
        YoungPersonAnswer.LATER: N_("Not now: ask again later"),
    },
    Outcome: {
        Outcome.SUPPORT_COMPLETED: N_("Support completed"),
        Outcome.SUPPORT_PARTLY_COMPLETED: N_("Support partly completed"),
        Outcome.DECLINED: N_("The young person declined support"),
        Outcome.NOT_REACHED: N_("The young person could not be reached"),
        Outcome.MOVED_TO_OTHER_SERVICE: N_("Another service took over the support"),
    },
    CloseReason: {
        CloseReason.PLAN_FINISHED: N_("The support is finished"),
        CloseReason.DECLINED: N_("The young person declined support"),
        CloseReason.NOT_REACHED: N_("The young person could not be reached"),
        CloseReason.TRANSFERRED: N_("Transferred to another service"),
        CloseReason.MOVED_AWAY: N_("The young person moved away"),
        CloseReason.OPENED_IN_ERROR: N_("The case was opened in error"),
    },
    UnassignReason: {
        UnassignReason.RETURNED: N_("Returned to the team"),
        UnassignReason.CANNOT_SIGN_IN: N_("Their account was switched off"),
        UnassignReason.ROLE_ENDED: N_("They no longer have the role for this case"),
        UnassignReason.TEAM_ENDED: N_("They left the team"),
    },
    NoticeKind: {
        NoticeKind.UNASSIGNED: N_("Unassigned: the worker can no longer work on the case"),
        NoticeKind.RETURNED: N_("Returned by the worker"),
        NoticeKind.WORKER_IDLE: N_("The worker has not signed in for a long time"),
        NoticeKind.WORKER_CANNOT_ACT: N_("The worker can no longer work on the case"),
    },
    Pathway: {
        Pathway.YOUTH_JUSTICE: N_("Youth justice"),
        Pathway.EARLY_INTERVENTION: N_("Early intervention"),
        Pathway.SAFEGUARDING: N_("Safeguarding"),
        Pathway.ADULT_SERVICES: N_("Adult services"),
    },
    SupportLevel: {
        SupportLevel.URGENT: N_("Urgent support"),
        SupportLevel.PLANNED: N_("Planned support"),
        SupportLevel.LIGHT: N_("Light touch or advice"),
        SupportLevel.NONE: N_("No support from this service"),
        SupportLevel.NOT_ENOUGH_INFORMATION: N_("Not enough information"),
    },
    CaseState: {
        CaseState.OPEN: N_("Open"),
        CaseState.CLOSED: N_("Closed"),
        CaseState.AWAITING_CONFIRMATION: N_("Waiting for confirmation"),
        CaseState.CONFIRMED: N_("Confirmed"),
    },
    EntryKind: {
        EntryKind.OPENED: N_("Case opened"),
        EntryKind.ASSIGNED: N_("Case assigned"),
        EntryKind.UNASSIGNED: N_("Case unassigned"),
        EntryKind.NOTE: N_("Note"),
        EntryKind.NOTE_CORRECTED: N_("Note corrected"),
        EntryKind.CONTACT_ATTEMPTED: N_("Contact attempted"),
        EntryKind.FIRST_CONTACT_MADE: N_("First contact made"),
        EntryKind.ANSWER_RECORDED: N_("The young person’s answer"),
        EntryKind.OUTCOME_RECORDED: N_("Outcome recorded"),
        EntryKind.HAND_OVER_CONFIRMED: N_("Hand-over confirmed"),
        EntryKind.CLOSED: N_("Case closed"),
        EntryKind.REOPENED: N_("Case reopened: closed by mistake"),
        EntryKind.ALARM_ACTED_ON: N_("Alarm: what was done"),
        EntryKind.SUPPORT_STOPPED: N_("Support stopped: consent was withdrawn"),
    },
    WithdrawalReason: {
        WithdrawalReason.MADE_IN_ERROR: N_("It was made in error"),
        WithdrawalReason.DUPLICATE: N_("The same referral was made twice"),
        WithdrawalReason.CONSENT_WITHDRAWN: N_("Consent was withdrawn"),
        WithdrawalReason.NEEDS_MET_ELSEWHERE: N_("Somebody else supports them now"),
        WithdrawalReason.MOVED_AWAY: N_("They moved away"),
    },
    AlarmReason: {
        AlarmReason.DANGER_RAISED: N_("Now in immediate danger"),
        AlarmReason.DO_NOT_CONTACT_ADDED: N_("New on the do-not-contact list"),
        AlarmReason.CONTACT_REMOVED: N_("A way to contact them was removed"),
    },
    Ethnicity: {
        Ethnicity.INDIAN: N_("Indian"),
        Ethnicity.PAKISTANI: N_("Pakistani"),
        Ethnicity.BANGLADESHI: N_("Bangladeshi"),
        Ethnicity.CHINESE: N_("Chinese"),
        Ethnicity.OTHER_ASIAN: N_("Any other Asian background"),
        Ethnicity.CARIBBEAN: N_("Caribbean"),
        Ethnicity.AFRICAN: N_("African"),
        Ethnicity.OTHER_BLACK: N_("Any other Black background"),
        Ethnicity.WHITE_AND_BLACK_CARIBBEAN: N_("White and Black Caribbean"),
        Ethnicity.WHITE_AND_BLACK_AFRICAN: N_("White and Black African"),
        Ethnicity.WHITE_AND_ASIAN: N_("White and Asian"),
        Ethnicity.OTHER_MIXED: N_("Any other mixed or multiple ethnic background"),
        Ethnicity.ARAB: N_("Arab"),
        Ethnicity.OTHER: N_("Any other ethnic group"),
        Ethnicity.WHITE_BRITISH: N_("English, Welsh, Scottish, Northern Irish or British"),
        Ethnicity.WHITE_IRISH: N_("Irish"),
        Ethnicity.GYPSY_OR_IRISH_TRAVELLER: N_("Gypsy or Irish Traveller"),
        Ethnicity.ROMA: N_("Roma"),
        Ethnicity.OTHER_WHITE: N_("Any other White background"),
        Ethnicity.PREFER_NOT_TO_SAY: N_("Prefers not to say"),
    },
    Sex: {
        Sex.FEMALE: N_("Female"),
        Sex.MALE: N_("Male"),
        Sex.PREFER_NOT_TO_SAY: N_("Prefers not to say"),
    },
    Disability: {
        Disability.YES: N_("Yes"),
        Disability.NO: N_("No"),
        Disability.PREFER_NOT_TO_SAY: N_("Prefers not to say"),
    },
}


def label(code: StrEnum) -> str:
    """Returns the code's label in the viewer's language."""
    return str(_(_LABELS[type(code)][code]))


def choices(codes: type[StrEnum]) -> list[dict[str, Any]]:
    """Returns every code with its label, for radios."""
    return [{"value": code.value, "text": label(code)} for code in codes]


_DO_NOT_CONTACT = {
    "at_home": N_("At home"),
    "by_phone": N_("By phone"),
    "by_text": N_("By text message"),
    "by_letter": N_("By letter"),
    "at_school": N_("At school"),
    "parent_or_carer": N_("Through a parent or carer"),
}


def contact_label(code: str) -> str:
    """Returns the label of a way of contact; an unknown code is returned unchanged."""
    known = _LABELS[ContactMode].get(code) or _DO_NOT_CONTACT.get(code)
    return str(_(known)) if known else code.replace("_", " ")
