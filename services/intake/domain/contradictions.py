"""Pairs of contradictory answers, reported at both fields. A missing answer is not a contradiction."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from services.contracts.codes import ContactMode, LawfulBasis, PoliceTold, RecipientClass, Told
from services.intake.domain.content import Content, Discharge, DoNotContact, RefusedBy
from services.platform.errors import FieldError
from services.platform.i18n import N_

_NUMBER = re.compile(r"/[0-9]+(?=/)", re.ASCII)
FieldFault = tuple[str, str]
"""A pointer and its sentence."""


@dataclass(frozen=True, kw_only=True)
class Contradiction:
    """Two contradictory answers, with a message at each. `answers` are the answers."""

    first: FieldFault
    second: FieldFault
    answers: tuple[object, ...] = ()

    @property
    def signature(self) -> tuple[object, ...]:
        """Identifies the contradiction independently of list indexes."""
        pointers = [_NUMBER.sub("/", pointer) for pointer, _sentence in (self.first, self.second)]
        return (*pointers, self.first[1], self.second[1], self.answers)

    @property
    def errors(self) -> list[FieldError]:
        return [FieldError(*self.first), FieldError(*self.second)]


def contradictions(content: Content, *, at: datetime) -> Iterator[Contradiction]:
    yield from _opposed_ways(content)
    yield from _unusable_ways(content)
    yield from _consent(content)
    yield from _reasons(content)
    yield from _young_person(content)
    yield from _discharge(content, at)


def new_contradictions(content: Content, before: Content | None, *, at: datetime) -> list[Contradiction]:
    """Returns the contradictions that the previous version did not have: other answers can still be changed."""
    known = [found.signature for found in contradictions(before, at=at)] if before else []
    return [found for found in contradictions(content, at=at) if found.signature not in known]


_OPPOSED: Mapping[ContactMode, tuple[DoNotContact, str, str]] = MappingProxyType(
    {
        ContactMode.PHONE: (
            DoNotContact.BY_PHONE,
            N_("“Call” is a safe way, but “Do not contact” says by phone: clear one of them"),
            N_("“By phone” must not be used, but “Call” is selected as a safe way: clear one of them"),
        ),
        ContactMode.TEXT: (
            DoNotContact.BY_TEXT,
            N_("“Text” is a safe way, but “Do not contact” says by text: clear one of them"),
            N_("“By text” must not be used, but “Text” is selected as a safe way: clear one of them"),
        ),
        ContactMode.LETTER: (
            DoNotContact.BY_LETTER,
            N_("“Letter” is a safe way, but “Do not contact” says by letter: clear one of them"),
            N_("“By letter” must not be used, but “Letter” is selected as a safe way: clear one of them"),
        ),
        ContactMode.HOME_VISIT: (
            DoNotContact.AT_HOME,
            N_("“Visit at home” is a safe way, but “Do not contact” says at home: clear one of them"),
            N_("“At home” must not be used, but “Visit at home” is selected as a safe way: clear one of them"),
        ),
    }
)


def _opposed_ways(content: Content) -> Iterator[Contradiction]:
    contact = content.contact
    for way, (forbidden, at_safe, at_do_not) in _OPPOSED.items():
        if way in contact.safe and forbidden in contact.do_not:
            yield Contradiction(first=("/contact/safe", at_safe), second=("/contact/do_not", at_do_not))


def _unusable_ways(content: Content) -> Iterator[Contradiction]:
    """Yields safe ways whose phone number, address or trusted adult is missing."""
    safe, who = content.contact.safe, content.young_person
    if {ContactMode.PHONE, ContactMode.TEXT} & set(safe) and not who.phone:
        yield Contradiction(
            first=(
                "/contact/safe",
                N_("To call or text them is safe, but there is no number: clear it or add the number"),
            ),
            second=("/young_person/phone", N_("Enter their phone number, or clear “Call” and “Text” as safe ways")),
            answers=(ContactMode.PHONE in safe, ContactMode.TEXT in safe),
        )
    if {ContactMode.LETTER, ContactMode.HOME_VISIT} & set(safe) and not (who.address or who.postcode):
        yield Contradiction(
            first=(
                "/contact/safe",
                N_("A letter or visit is safe, but there is no address: clear it or add the address or postcode"),
            ),
            second=(
                "/young_person/address",
                N_("Enter their address or postcode, or clear “Letter” and “Visit at home” as safe ways"),
            ),
            answers=(ContactMode.LETTER in safe, ContactMode.HOME_VISIT in safe),
        )
    if ContactMode.THROUGH_TRUSTED_ADULT in safe and not content.contact.note:
        yield Contradiction(
            first=(
                "/contact/safe",
                N_("An adult they trust is a safe way, but the adult is not named: clear it or say who"),
            ),
            second=(
                "/contact/note",
                N_("Say who the trusted adult is and how to reach them, or clear “Through an adult they trust”"),
            ),
        )


_GIVERS = MappingProxyType(
    {
        LawfulBasis.CONSENT_YOUNG_PERSON: (
            "/told/young_person",
            RefusedBy.YOUNG_PERSON,
            N_("The young person cannot have agreed if they were not told of the referral: change one answer"),
        ),
        LawfulBasis.CONSENT_PARENT_OR_CARER: (
            "/told/parent_or_carer",
            RefusedBy.PARENT_OR_CARER,
            N_("A parent or carer cannot have agreed if they were not told of the referral: change one answer"),
        ),
    }
)


def _consent(content: Content) -> Iterator[Contradiction]:
    disclosure = {
        "/told/young_person": content.disclosure.young_person,
        "/told/parent_or_carer": content.disclosure.parent_or_carer,
    }
    for index, basis in enumerate(content.bases):
        if basis.basis not in _GIVERS:
            if basis.given_by:
                yield _giver_without_consent(index, basis.given_by)
            continue
        at, (pointer, giver, sentence) = f"/bases/{index}/basis", _GIVERS[basis.basis]
        if disclosure[pointer] is Told.NO:
            yield Contradiction(
                first=(at, sentence),
                second=(pointer, N_("You say that they were not told, but that they agreed: change one answer")),
                answers=(basis.recipient_class, basis.basis),
            )
        if _refused(content, giver, basis.recipient_class):
            yield Contradiction(
                first=(at, N_("You say that they agreed, and that they refused: change one answer")),
                second=_at_refusal(content),
                answers=(basis.recipient_class, basis.basis, content.disclosure.refusal),
            )


def _giver_without_consent(index: int, given_by: str) -> Contradiction:
    return Contradiction(
        first=(f"/bases/{index}/basis", N_("You named who gave consent, but the reason is not consent")),
        second=(f"/bases/{index}/given_by", N_("Clear who gave consent, or choose consent as the reason")),
        answers=(given_by,),
    )


def _refused(content: Content, giver: RefusedBy, recipient: RecipientClass) -> bool:
    """Whether this person refused sharing with this recipient. An unnamed person or recipient counts as any."""
    disclosure = content.disclosure
    if not (disclosure.refusal or disclosure.refused_by or disclosure.refused_for):
        return False
    return (not disclosure.refused_by or giver in disclosure.refused_by) and (
        not disclosure.refused_for or recipient in disclosure.refused_for
    )


def _at_refusal(content: Content) -> FieldFault:
    disclosure = content.disclosure
    if disclosure.refusal and not (disclosure.refused_by and disclosure.refused_for):
        return "/told/refusal", N_("Consent was both refused and given: select who refused, and for which service")
    return "/told/refused_for", N_(
        "You say that they refused to share this with the service, and that they agreed to it: change one answer"
    )


def _reasons(content: Content) -> Iterator[Contradiction]:
    if content.disclosure.young_person is Told.YES and content.disclosure.reason:
        yield Contradiction(
            first=("/told/young_person", N_("You say that they were told, and why they were not: change one answer")),
            second=("/told/reason", N_("Clear why they were not told, or say that they were not")),
            answers=(content.disclosure.reason,),
        )
    if content.police.told is PoliceTold.YES and content.police.reason:
        yield Contradiction(
            first=("/police/told", N_("You say that the police were told, and why they were not: change one answer")),
            second=("/police/reason", N_("Clear why the police were not told, or say that they were not")),
            answers=(content.police.reason,),
        )


def _young_person(content: Content) -> Iterator[Contradiction]:
    who = content.young_person
    if who.no_fixed_address and who.address:
        yield Contradiction(
            first=("/young_person/address", N_("Leave the address blank, or say that there is one")),
            second=("/young_person/no_fixed_address", N_("There is an address: say no, or clear the address")),
            answers=(who.address,),
        )
    if who.interpreter_needed is False and who.interpreter_language:
        yield Contradiction(
            first=(
                "/young_person/interpreter_needed",
                N_("A language is named for an interpreter: say yes, or clear it"),
            ),
            second=(
                "/young_person/interpreter_language",
                N_("Clear the language, or say that an interpreter is needed"),
            ),
            answers=(who.interpreter_language,),
        )
    if content.facts.get("looked_after_now") is False and who.home_local_authority:
        yield Contradiction(
            first=("/facts/looked_after_now", N_("A council is named that looks after them: say yes, or clear it")),
            second=("/young_person/home_local_authority", N_("Clear the council, or say that they are looked after")),
            answers=(who.home_local_authority,),
        )


def _discharge(content: Content, at: datetime) -> Iterator[Contradiction]:
    incident = content.incident
    left = incident.discharge in _LEFT
    if left and incident.discharge_expected_at is not None and incident.discharge_expected_at > at:
        yield Contradiction(
            first=("/incident/discharge", N_("They have left, but are expected to leave later: change one answer")),
            second=(
                "/incident/discharge_expected_at",
                N_("Clear when they are expected to leave, or say where they are"),
            ),
            answers=(incident.discharge, incident.discharge_expected_at),
        )


_LEFT: Collection[Discharge] = (Discharge.DISCHARGED, Discharge.LEFT_BEFORE_TREATMENT)
