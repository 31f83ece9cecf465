"""The forms of a review, shared by API and pages."""

from typing import Any, ClassVar

from marshmallow import ValidationError, fields, post_load

from services.contracts.codes import (
    DifferenceReason,
    DisclosureGateway,
    LawfulBasis,
    Pathway,
    Question,
    RecipientClass,
    SupportLevel,
    Sureness,
)
from services.platform.i18n import N_
from services.platform.web.fields import (
    RequiredText,
    StrictBoolean,
    StrictCode,
    StrictDate,
    StrictList,
    StrictSchema,
    StrictString,
)

MAX_WHY = 1000
MAX_REASONS = 2000
MAX_REASON = 500
# Consent comes through the referrer, and the referral states the basis for triage.
ADDED_BASES = tuple(
    basis
    for basis in LawfulBasis
    if basis not in (LawfulBasis.CONSENT_YOUNG_PERSON, LawfulBasis.CONSENT_PARENT_OR_CARER)
)
ADDED_RECIPIENTS = tuple(recipient for recipient in RecipientClass if recipient is not RecipientClass.TRIAGE)
_WHERE = N_("Select where the referral goes")
_READ_ONLY = ("id", "version", "state", "referral_id", "due_at", "decided_by", "decided_at", "recorded_at")


class _Body(StrictSchema):
    read_only: ClassVar = _READ_ONLY


class NothingBody(_Body):
    """No fields: the address is enough."""


class OwnViewBody(_Body):
    level = StrictCode(SupportLevel, required=True, ask=N_("Select how much support you think they need"))
    sureness = StrictCode(Sureness, required=True, ask=N_("Select how sure you are"))
    why = RequiredText(maximum=MAX_WHY, ask=N_("Enter why you think so"), label=N_("Why you think so"))


class _Decision(_Body):
    level = StrictCode(SupportLevel, required=True, ask=N_("Select how much support they need"))
    pathway: fields.Field[Any] = StrictCode(Pathway, required=True, ask=_WHERE)
    reasons = RequiredText(maximum=MAX_REASONS, ask=N_("Enter your reasons"), label=N_("Your reasons"))
    difference_reasons = StrictList(StrictCode(DifferenceReason), unique=True, load_default=list)


class DecisionBody(_Decision):
    team = StrictString(maximum=64, load_default=None, allow_none=True)
    """The team's code; None for a pathway without one."""


class DecisionForm(_Decision):
    """Combines pathway and team in one field: "early_intervention:early-help"."""

    pathway = StrictString(maximum=100, required=True, ask=_WHERE, label=N_("Where the referral goes"))

    @post_load
    def part_pathway_and_team(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        pathway, _colon, team = data["pathway"].partition(":")
        if pathway not in list(Pathway):
            raise ValidationError({"pathway": [N_("Choose one of the answers listed")]})
        return data | {"pathway": Pathway(pathway), "team": team or None}


class AgreementBody(_Body):
    """The second reviewer's answer to a proposal."""

    agree = StrictBoolean(required=True, ask=N_("Select yes if you agree with the proposal"))
    reason = RequiredText(
        maximum=MAX_REASONS, ask=N_("Enter why you agree or do not agree"), label=N_("Why you agree or do not agree")
    )


class QuestionBody(_Body):
    question = StrictCode(Question, required=True, ask=N_("Select the question to ask"))


class LaterBody(_Body):
    on = StrictDate(
        required=True, ask=N_("Enter the date when it should come back"), label=N_("The date when it should come back")
    )


class BasisBody(_Body):
    """Accepts any basis and recipient; the domain rule rejects what a reviewer cannot record."""

    recipient = StrictCode(RecipientClass, required=True, ask=N_("Select who this can be shared with"))
    basis = StrictCode(LawfulBasis, required=True, ask=N_("Select the lawful basis"))
    gateway = StrictCode(DisclosureGateway, load_default=None, allow_none=True)
    reason = RequiredText(
        maximum=MAX_REASON,
        ask=N_("Enter why this basis applies to this young person"),
        label=N_("Why this basis applies"),
    )


class ClaimBody(_Body):
    take_over = StrictBoolean(load_default=False)
    """Whether to replace another reviewer's claim."""
