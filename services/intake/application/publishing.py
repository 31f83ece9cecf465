"""Publishes intake's events: codes for every reader; identity and free text separately, for casework alone."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.contracts.intake import (
    EqualityRecordedV1,
    IdentityRecordedV1,
    MatchChangedV1,
    NarrativeRecordedV1,
    ReferralAmendedV1,
    ReferralReceivedV1,
    ReferralWithdrawnV1,
)
from services.intake.application.ports import Publisher, UnitOfWork
from services.intake.domain.content import Content, Equality
from services.intake.domain.lawful_basis import holds_patient_information
from services.intake.domain.match import Match
from services.intake.domain.referral import Referral
from services.intake.domain.rules import notices


def publish_received(referral: Referral, publisher: Publisher) -> None:
    publisher.publish(ReferralReceivedV1, _referral(referral))
    _publish_identity_and_narrative(referral, publisher)
    _publish_equality(referral, publisher)


def publish_amended(referral: Referral, publisher: Publisher, *, equality_before: Equality) -> None:
    """`equality_before` is that of the previous version: removed answers are published as null."""
    publisher.publish(ReferralAmendedV1, _referral(referral) | {"amended_at": referral.recorded_at})
    _publish_identity_and_narrative(referral, publisher)
    _publish_equality(referral, publisher, before=equality_before)


def publish_withdrawn(referral: Referral, publisher: Publisher) -> None:
    assert referral.withdrawal is not None  # noqa: S101 (called after withdraw)
    publisher.publish(
        ReferralWithdrawnV1,
        {
            "referral_id": referral.id,
            "version": referral.withdrawal.version,
            "person_id": referral.person_id,
            "withdrawn_at": referral.withdrawal.at,
            "reason": referral.withdrawal.reason,
        },
    )


def publish_matches(matches: Sequence[Match], uow: UnitOfWork, publisher: Publisher | None = None) -> None:
    """Publishes each match with the current persons of its referrals, after persons were reassigned."""
    for match in matches:
        persons = [uow.referrals.get(referral_id).person_id for referral_id in (match.earlier_id, match.later_id)]
        (publisher or uow).publish(
            MatchChangedV1,
            {
                "match_id": match.id,
                "version": match.version,
                "person_id": persons[0],
                "state": match.state.value,
                "referral_ids": [match.earlier_id, match.later_id],
                "person_ids": persons,
                "agreeing": list(match.agreeing),
                "contradicting": list(match.contradicting),
                "changed_at": match.changed_at,
                "changed_by": match.changed_by,
            },
        )


def _publish_identity_and_narrative(referral: Referral, publisher: Publisher) -> None:
    publisher.publish(IdentityRecordedV1, _identity(referral))
    texts = dict(_texts(referral.content, referral.recorded_at))
    publisher.publish(NarrativeRecordedV1, {"referral_id": referral.id, "version": referral.version, "texts": texts})


def _publish_equality(referral: Referral, publisher: Publisher, *, before: Equality | None = None) -> None:
    equality = referral.content.equality
    if equality.is_published or (before is not None and before.is_published):
        publisher.publish(
            EqualityRecordedV1,
            {
                "person_id": referral.person_id,
                "referral_id": referral.id,
                "version": referral.version,
                "ethnicity": equality.ethnicity,
                "sex": equality.sex,
                "disability": equality.disability,
                "recorded_at": referral.recorded_at,
            },
        )


def _referral(referral: Referral) -> dict[str, Any]:
    content = referral.content
    by = referral.referred_by
    return {
        "referral_id": referral.id,
        "version": referral.version,
        "reference": referral.reference,
        "person_id": referral.person_id,
        "received_at": referral.received_at,
        "source": referral.source,
        "area": referral.area,
        "site": referral.site,
        "referred_by": {
            "staff_id": by.staff_id,
            "organisation_id": by.organisation_id,
            "organisation_class": by.organisation_class,
        },
        "age": referral.age.years,
        "age_basis": referral.age.basis,
        "facts": {
            **content.facts,
            "what_happened": content.what_happened,
            "involvement": content.involvement,
            "immediate_danger": content.immediate_danger,
        },
        "bases": [
            {
                "recipient_class": basis.recipient_class,
                "basis": basis.basis,
                "gateway": basis.gateway,
                "expires_on": basis.expires_on,
            }
            for basis in content.bases
        ],
        "told_young_person": content.disclosure.young_person,
        "police_told": content.police.told,
        "interpreter_needed": content.young_person.interpreter_needed,
        "arrived_at": content.incident.arrived_at,
        "discharge_expected_at": content.incident.discharge_expected_at,
        "patient_information": holds_patient_information(content),
        "answers_question": content.answers_question,
    }


def _identity(referral: Referral) -> dict[str, Any]:
    who, contact = referral.content.young_person, referral.content.contact
    return {
        "referral_id": referral.id,
        "version": referral.version,
        "name": who.name,
        "date_of_birth": who.date_of_birth,
        "age_stated": who.age_about,
        "phone": who.phone,
        "address": who.address,
        "postcode": who.postcode,
        "nhs_number": who.nhs_number,
        "safe_contact": [way.value for way in contact.safe],
        "safe_contact_note": contact.note,
        "do_not_contact": [way.value for way in contact.do_not],
        "do_not_contact_note": contact.do_not_note,
        "interpreter_language": who.interpreter_language,
    }


def _texts(content: Content, at: datetime) -> Iterator[tuple[str, str]]:
    """Yields the free texts by name, and as plain text what the coded facts do not cover."""
    for name, value in _narrative(content).items():
        if isinstance(value, bool):
            yield name, "yes" if value else "no"
        elif isinstance(value, StrEnum):
            yield name, value.value.replace("_", " ")
        elif isinstance(value, datetime):
            yield name, value.isoformat(timespec="minutes")
        elif value:
            yield name, value
    noticed = notices(content, at=at)
    if noticed:
        yield "notices", " ".join(noticed)


def _narrative(content: Content) -> dict[str, Any]:
    who, incident, disclosure = content.young_person, content.incident, content.disclosure
    return {
        "concern": content.concern.concern,
        "own_words": content.concern.own_words,
        "strengths": content.concern.strengths,
        "immediate_danger": content.danger_note,
        "told_reason": disclosure.reason,
        "told_parent_or_carer": disclosure.parent_or_carer,
        "consent_given_by": ", ".join(dict.fromkeys(basis.given_by for basis in content.bases if basis.given_by)),
        "capacity": disclosure.capacity,
        "refusal": disclosure.refusal,
        "refused_by": ", ".join(who.value.replace("_", " ") for who in disclosure.refused_by),
        "refused_for": ", ".join(recipient.value.replace("_", " ") for recipient in disclosure.refused_for),
        "police_reason": content.police.reason,
        **{f"answer_{question.value}": text for question, text in content.answered.items()},
        "answer": content.answer if content.answers_question is None else None,
        "other_names": who.other_names,
        "first_language": who.first_language,
        "no_fixed_address": who.no_fixed_address,
        "school": who.school,
        "home_local_authority": who.home_local_authority,
        "happened_at": incident.happened_at,
        "place": incident.place,
        "place_note": incident.place_note,
        "mechanism": incident.mechanism,
        "discharge": incident.discharge,
        "childrens_services_referral": content.safeguarding.childrens_services_referral,
        "social_worker": content.safeguarding.social_worker,
        "trafficking_signs": content.safeguarding.trafficking_signs,
        "brief_interaction": content.offer.brief_interaction,
        "offer_mode": content.offer.mode,
        "offer_made_at": content.offer.made_at,
        "offer_response": content.offer.response,
        "referrer_phone": content.referrer.phone,
        "callback": content.referrer.callback,
    }
