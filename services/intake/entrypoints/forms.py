"""The referral's form: what a page sends, put in the form of the one schema; and the other way round."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from werkzeug.datastructures import MultiDict

from services.contracts.codes import (
    OrganisationClass,
    RecipientClass,
    WithdrawalReason,
)
from services.intake.domain.lawful_basis import WITHOUT_EXPIRY, OrganisationClasses, gateways
from services.intake.domain.match import MatchState
from services.intake.entrypoints import labels as intake_labels
from services.intake.entrypoints.fields import PHONES
from services.intake.entrypoints.labels import FIELD_LABELS
from services.intake.entrypoints.schema import ASK_CONTACT, ContactSchema, YoungPersonSchema
from services.intake.entrypoints.sections import SECTIONS
from services.platform.i18n import N_
from services.platform.identifiers import plain_characters
from services.platform.ui.forms import Form
from services.platform.ui.phones import dialled
from services.platform.web.fields import RequiredText, StrictCode, StrictInteger, StrictList, StrictSchema, StrictString

RECIPIENTS = tuple(RecipientClass)
"""The page has one row for each, always at the same number."""
NOT_ANSWERS = frozenset(
    {"csrf_token", "unsent", "act", "draft", "draft_version", "staff", "form_key", "version", "section"}
)
_AGE = "young_person.age_about"
_ABOUT = re.compile(r"(?:about|around|~) ?([0-9]{1,3})", re.ASCII | re.IGNORECASE)


class ReferralForm(Form):
    """A referral on a page: rows of bases at fixed numbers, "not known" beside the choices."""

    labels = FIELD_LABELS

    @classmethod
    def filled(cls, schema: Schema, values: Mapping[str, Any]) -> "ReferralForm":
        """A form that shows a referral as it was written."""
        form = cls(schema, {name: value for name, value in values.items() if name != "bases"})
        for basis in values.get("bases", ()):
            row = RECIPIENTS.index(basis["recipient_class"])
            one = Form(schema, {"bases": [basis]}).typed
            form.typed.update({f"bases.{row}.{name.removeprefix('bases.0.')}": text for name, text in one.items()})
        form.typed = arranged(form.typed)
        for name in PHONES:
            if name in form.typed:
                form.typed[name] = dialled(form.typed[name])
        return form

    def restore(self, typed: "MultiDict[str, str]") -> None:
        super().restore(arranged(typed))

    def read(self) -> dict[str, Any]:
        plain = super().read()
        # A basis that is missing altogether is shown at the first row, where the page has it.
        names = list(self._names.items())
        place = next(at for at, (pointer, _name) in enumerate(names) if pointer.startswith("/contact/"))
        names.insert(place + len(ContactSchema().fields), ("/bases", "bases.0.recipient_class"))
        self._names = dict(names)
        return plain

    def is_open(self, section: str) -> bool:
        """Whether a folded section has something typed in it, or something wrong."""
        has = SECTIONS[section].has
        typed = any(values[0].strip() for name, values in self.typed.lists() if has(name))
        return typed or section in self.wrong_sections

    @property
    def wrong_sections(self) -> list[str]:
        """The sections with a fault in them, in the form's order."""
        wrong = [name for name in self._names.values() if self.error(name)]
        return [key for key, section in SECTIONS.items() if any(section.has(name) for name in wrong)]


def arranged(submitted: "MultiDict[str, str]") -> "MultiDict[str, str]":
    """Returns the submitted fields in the schema's form, without the bases of recipients that were not selected.

    An age may be typed as people say it: "about 15".
    """
    fields_sent = MultiDict((name, value) for name, value in submitted.items(multi=True) if name not in NOT_ANSWERS)
    if about := _ABOUT.fullmatch(plain_characters(fields_sent.get(_AGE, ""))):
        fields_sent[_AGE] = about[1]
    for row in range(len(RECIPIENTS)):
        if not fields_sent.get(f"bases.{row}.recipient_class"):
            for name in [name for name in fields_sent if name.startswith(f"bases.{row}.")]:
                del fields_sent[name]
    return fields_sent


def basis_items(organisation_classes: OrganisationClasses, referring: OrganisationClass) -> list[dict[str, Any]]:
    """One row for each class of recipient: the bases, the gateways that this organisation may use towards it, and
    whether sharing may have an end date.
    """
    return [
        {
            "row": row,
            "value": recipient.value,
            "text": intake_labels.label(recipient),
            "bases": intake_labels.basis_items(),
            "may_end": recipient is not WITHOUT_EXPIRY,
            "gateways": [
                {"value": gateway.value, "text": intake_labels.label(gateway)}
                for gateway in gateways(
                    referring=referring,
                    recipient=recipient,
                    recipient_organisations=organisation_classes.get(recipient, ()),
                )
            ],
        }
        for row, recipient in enumerate(RECIPIENTS)
    ]


class WithdrawalForm(StrictSchema):
    reason = StrictCode(WithdrawalReason, required=True, ask=N_("Select why you withdraw the referral"))


class AnswerForm(StrictSchema):
    answer = RequiredText(maximum=1000, ask=N_("Write your answer"), label=N_("Your answer"))
    version = StrictInteger(minimum=1, maximum=10**9, required=True)


class _Reached(YoungPersonSchema):
    """What a way of contact needs."""

    class Meta:
        fields = ("phone", "address", "postcode")


class SafeContactForm(StrictSchema):
    """The answer to "What is a safe way to contact them?": the form's own questions, which replace the earlier answers."""

    contact = fields.Nested(ContactSchema, required=True, error_messages={"required": ASK_CONTACT})
    young_person = fields.Nested(_Reached, load_default=dict)
    version = StrictInteger(minimum=1, maximum=10**9, required=True)


class ConsentForm(StrictSchema):
    recipients = StrictList(
        StrictCode(RecipientClass),
        unique=True,
        minimum=1,
        required=True,
        ask=N_("Select which service they no longer agree to"),
    )
    version = StrictInteger(minimum=1, maximum=10**9, required=True)


class MatchForm(StrictSchema):
    state = StrictCode(
        MatchState,
        only=[MatchState.LINKED, MatchState.NOT_SAME, MatchState.UNDONE],
        required=True,
        ask=N_("Select whether they are the same person"),
    )
    reason = StrictString(
        maximum=500, minimum=5, lines=True, required=True, ask=N_("Write how you know"), label=N_("How you know")
    )
    version = StrictInteger(minimum=1, maximum=10**9, required=True)
