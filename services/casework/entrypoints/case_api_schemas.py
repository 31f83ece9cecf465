"""Schemas of the API of cases, with a complete example of each request body."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.casework.adapters.case_queries import Tab
from services.casework.domain.alarm import AlarmReason
from services.casework.domain.case import CaseState
from services.casework.domain.case_entries import EntryKind
from services.casework.entrypoints.alarm_api_schemas import AlarmOfReferral
from services.casework.entrypoints.referral_api_schemas import VersionChangeItem
from services.contracts.codes import (
    CloseReason,
    ContactMode,
    Outcome,
    Pathway,
    Source,
    SupportLevel,
    UnassignReason,
    WithdrawalReason,
    YoungPersonAnswer,
)


def _code(codes: Any) -> fields.Field[Any]:
    return fields.Enum(codes, by_value=True)


class CaseQuery(Schema):
    list = fields.String(
        load_default=Tab.TEAM.value,
        validate=validate.OneOf([tab.value for tab in Tab]),
        metadata={"description": "Which list: mine, unassigned, team, hand-overs or closed"},
    )
    limit = fields.String(metadata={"description": "At most this many, 1 to 100"})
    cursor = fields.String(metadata={"description": "The next_cursor of the page before"})


class CaseItem(Schema):
    """Name, age, first contact and alarm reasons are present only for the assigned worker and the team's manager."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    initials = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)
    state = _code(CaseState)
    team_id = fields.UUID(required=True)
    assignee_id = fields.UUID(allow_none=True, attribute="owner_id")
    version = fields.Integer(required=True)
    danger = fields.Boolean(required=True)
    alarm = fields.Boolean(required=True)
    alarm_reasons = fields.List(fields.Enum(AlarmReason, by_value=True))
    name = fields.String(allow_none=True)
    age = fields.Integer(allow_none=True)
    first_contact_at = fields.AwareDateTime(allow_none=True)
    changed = fields.Boolean()
    another_referral = fields.Boolean()


class CaseNotice(Schema):
    """What a team sees of a case after consent was withdrawn."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    initials = fields.String(required=True)
    version = fields.Integer(required=True)
    consent_withdrawn_at = fields.AwareDateTime(required=True)
    stopped_at = fields.AwareDateTime(allow_none=True)


class CaseItems(Schema):
    items = fields.List(fields.Nested(CaseItem), required=True)
    next_cursor = fields.String(allow_none=True, required=True)
    notices = fields.List(fields.Nested(CaseNotice), required=True)


class CaseStopped(Schema):
    id = fields.UUID(required=True)
    version = fields.Integer(required=True)


class CaseEntry(Schema):
    """One entry of the chronology. Only the fields of its kind are not null."""

    id = fields.UUID(required=True)
    kind = _code(EntryKind)
    occurred_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    recorded_by = fields.UUID(required=True)
    text = fields.String(allow_none=True)
    corrects_id = fields.UUID(allow_none=True)
    assignee_id = fields.UUID(allow_none=True)
    mode = _code(ContactMode)
    reached = fields.Boolean(allow_none=True)
    attempt_id = fields.UUID(allow_none=True)
    answer = _code(YoungPersonAnswer)
    later_on = fields.Date(allow_none=True)
    outcome = _code(Outcome)
    close_reason = _code(CloseReason)
    confirmed_by = fields.String(allow_none=True)
    why = fields.String(allow_none=True, metadata={"description": "Why a way on the do-not-contact list was used"})
    unassign_reason = _code(UnassignReason)


class CaseChangeItem(Schema):
    referral_version = fields.Integer(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(["amended", "withdrawn"]))
    arrived_at = fields.AwareDateTime(required=True)
    reason = _code(WithdrawalReason)


class OtherReferralItem(Schema):
    """A later referral of the same young person that a lawful basis for the team's class covers."""

    reference = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True)
    source = _code(Source)


class CaseWholeItem(Schema):
    """What the assigned worker and the team's manager see. Excludes the estimate and reviewers' own views."""

    level = _code(SupportLevel)
    reasons = fields.String(allow_none=True, metadata={"description": "Why it was decided so"})
    source = _code(Source)
    circumstances = fields.Dict(keys=fields.String(), values=fields.Raw())
    date_of_birth = fields.Date(allow_none=True)
    phone = fields.String(allow_none=True)
    address = fields.String(allow_none=True)
    postcode = fields.String(allow_none=True)
    safe_contact = fields.List(fields.String())
    safe_contact_note = fields.String(allow_none=True)
    do_not_contact = fields.List(fields.String())
    do_not_contact_note = fields.String(allow_none=True)
    interpreter_language = fields.String(allow_none=True)
    facts = fields.Dict(keys=fields.String(), values=fields.Raw())
    texts = fields.Dict(keys=fields.String(), values=fields.String())
    answer = _code(YoungPersonAnswer)
    later_on = fields.Date(allow_none=True)
    outcome = _code(Outcome)
    closed_at = fields.AwareDateTime(allow_none=True)
    close_reason = _code(CloseReason)
    confirmed_at = fields.AwareDateTime(allow_none=True)
    equality_asked = fields.Boolean()
    changes = fields.List(fields.Nested(CaseChangeItem))
    referral_changes = fields.List(fields.Nested(VersionChangeItem))
    entries = fields.List(fields.Nested(CaseEntry))
    alarms = fields.List(fields.Nested(AlarmOfReferral))
    other_referrals = fields.List(fields.Nested(OtherReferralItem))


class CaseAnswer(CaseItem):
    """`whole` is null for callers who see only what the team sees."""

    pathway = _code(Pathway)
    team_name = fields.String(required=True)
    consent_withdrawn_at = fields.AwareDateTime(
        metadata={"description": "Only of a case whose consent was withdrawn: then nothing else but who it is is there"}
    )
    stopped_at = fields.AwareDateTime(allow_none=True)
    whole = fields.Nested(CaseWholeItem, allow_none=True)


class CaseChanged(Schema):
    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    state = _code(CaseState)


class EntryMade(Schema):
    location = fields.String(required=True)


EXAMPLES: dict[str, dict[str, Any]] = {
    "note": {"text": "Met at the youth centre. Wants help with college.", "corrects_id": None},
    "contact_attempt": {
        "mode": "phone",
        "reached": True,
        "attempted_at": None,
        "note": "Spoke for ten minutes. Good time to call is after 4pm.",
        "why": None,
    },
    "first_contact": {"attempt_id": None, "answer": "accepts", "later_on": None},
    "outcome": {"outcome": "support_completed"},
    "closure": {"reason": "plan_finished"},
    "assignment": {"assignee_id": None},
    "unassignment": {"reason": "On leave from Monday for three weeks."},
}
"""Request bodies that are accepted unchanged for a case in that state."""
