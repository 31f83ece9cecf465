"""The content of one version of a referral, as its referrer wrote it. Absent means not known."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.contracts.codes import (
    Answer,
    ContactMode,
    Disability,
    DisclosureGateway,
    Ethnicity,
    Involvement,
    LawfulBasis,
    PoliceTold,
    Question,
    RecipientClass,
    Sex,
    Told,
    WhatHappened,
    YoungPersonAnswer,
)


class DoNotContact(StrEnum):
    """Ways and people that would put the young person in danger."""

    AT_HOME = "at_home"
    BY_PHONE = "by_phone"
    BY_TEXT = "by_text"
    BY_LETTER = "by_letter"
    AT_SCHOOL = "at_school"
    PARENT_OR_CARER = "parent_or_carer"


class RefusedBy(StrEnum):
    """Who refused consent."""

    YOUNG_PERSON = "young_person"
    PARENT_OR_CARER = "parent_or_carer"


class Place(StrEnum):
    """The kind of place where it happened."""

    STREET = "street"
    HOME = "home"
    SCHOOL_OR_COLLEGE = "school_or_college"
    TRANSPORT = "transport"
    SHOP_OR_VENUE = "shop_or_venue"
    PARK = "park"
    OTHER = "other"


class ChildrensServicesReferral(StrEnum):
    """Whether a referral to children's services was made, or still has to be."""

    MADE = "made"
    NEEDED = "needed"
    NOT_NEEDED = "not_needed"


class Discharge(StrEnum):
    IN_DEPARTMENT = "in_department"
    ADMITTED = "admitted"
    DISCHARGED = "discharged"
    LEFT_BEFORE_TREATMENT = "left_before_treatment"


@dataclass(frozen=True, kw_only=True)
class YoungPerson:
    name: str | None = None
    other_names: str | None = None
    date_of_birth: date | None = None
    age_about: int | None = None
    age_not_known: bool = False
    age_disputed: bool = False
    nhs_number: str | None = None
    phone: str | None = None
    address: str | None = None
    postcode: str | None = None
    no_fixed_address: bool | None = None
    first_language: str | None = None
    interpreter_needed: bool | None = None
    interpreter_language: str | None = None
    school: str | None = None
    home_local_authority: str | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """How the young person can be reached safely. No safe way means that none is known."""

    safe: tuple[ContactMode, ...] = ()
    note: str | None = None
    do_not: tuple[DoNotContact, ...] = ()
    do_not_note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Incident:
    happened_at: datetime | None = None
    arrived_at: datetime | None = None
    discharge: Discharge | None = None
    discharge_expected_at: datetime | None = None
    place: Place | None = None
    place_note: str | None = None
    mechanism: str | None = None
    """How an injury came about, in the referrer's words."""


@dataclass(frozen=True, kw_only=True)
class Concern:
    concern: str | None = None
    own_words: str | None = None
    strengths: str | None = None


@dataclass(frozen=True, kw_only=True)
class Basis:
    """Why a referral may be shared with one class of recipient. It applies to that class alone."""

    recipient_class: RecipientClass
    basis: LawfulBasis
    gateway: DisclosureGateway | None = None
    given_by: str | None = None
    """Who consented, when a parent or carer did."""
    expires_on: date | None = None
    """The last day on which it applies."""


@dataclass(frozen=True, kw_only=True)
class Informed:
    """Whether the young person and family were informed of the referral, and how consent was assessed."""

    young_person: Told | None = None
    reason: str | None = None
    parent_or_carer: Told | None = None
    capacity: str | None = None
    """For a young person under 16: who assessed that they understand what they agree to, and why."""
    refusal: str | None = None
    refused_by: tuple[RefusedBy, ...] = ()
    refused_for: tuple[RecipientClass, ...] = ()
    """Who they refused to share this with."""


@dataclass(frozen=True, kw_only=True)
class Police:
    told: PoliceTold | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Safeguarding:
    childrens_services_referral: ChildrensServicesReferral | None = None
    social_worker: str | None = None
    trafficking_signs: Answer | None = None
    """Signs that call for the National Referral Mechanism, which only a first responder may refer to."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the referrer offered the young person there and then."""

    brief_interaction: bool | None = None
    mode: ContactMode | None = None
    made_at: datetime | None = None
    response: YoungPersonAnswer | None = None


@dataclass(frozen=True, kw_only=True)
class Referrer:
    """How the referrer can be asked back."""

    phone: str | None = None
    callback: str | None = None


@dataclass(frozen=True, kw_only=True)
class Equality:
    """Answers of the young person themselves, never guessed."""

    ethnicity: Ethnicity | None = None
    sex: Sex | None = None
    disability: Disability | None = None
    gender: str | None = None

    @property
    def is_recorded(self) -> bool:
        return self.is_published or bool(self.gender)

    @property
    def is_published(self) -> bool:
        """Whether any of it is published to oversight."""
        return any((self.ethnicity, self.sex, self.disability))


@dataclass(frozen=True, kw_only=True)
class Content:
    what_happened: tuple[WhatHappened, ...]
    """Empty when not known."""
    immediate_danger: Answer
    bases: tuple[Basis, ...]
    young_person: YoungPerson = field(default_factory=YoungPerson)
    contact: Contact = field(default_factory=Contact)
    danger_note: str | None = None
    involvement: tuple[Involvement, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The other coded facts, by the names that the published language has for them."""
    incident: Incident = field(default_factory=Incident)
    concern: Concern = field(default_factory=Concern)
    disclosure: Informed = field(default_factory=Informed)
    police: Police = field(default_factory=Police)
    safeguarding: Safeguarding = field(default_factory=Safeguarding)
    offer: Offer = field(default_factory=Offer)
    referrer: Referrer = field(default_factory=Referrer)
    equality: Equality = field(default_factory=Equality)
    answer: str | None = None
    """The referrer's answer to a reviewer's question."""
    answers_question: UUID | None = None
    answered: Mapping[Question, str] = field(default_factory=dict)
    """Every question answered so far, with its answer. Set by `Referral.amend` alone."""

    def has_same_answers(self, other: "Content") -> bool:
        """Whether both have the same form answers. The order of codes and of bases is ignored."""
        return _without_order(asdict(self._form_alone())) == _without_order(asdict(other._form_alone()))

    def _form_alone(self) -> "Content":
        return replace(self, answer=None, answers_question=None, answered={})


def _without_order(value: Any) -> object:
    """The value with each list as a set."""
    if isinstance(value, Mapping):
        return frozenset((name, _without_order(inner)) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return frozenset(_without_order(item) for item in value)
    return value
