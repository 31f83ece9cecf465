"""Labels of a referral's coded facts, for the pages of reviews and cases."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask_babel import gettext as _

from services.casework.entrypoints.review_labels import label
from services.contracts.codes import (
    Answer,
    ChildrensServices,
    EducationStatus,
    ExploitationSign,
    Injury,
    Involvement,
    Question,
    Strength,
    SubstanceUse,
    WhatHappened,
)
from services.platform.i18n import N_
from services.platform.ui import dates
from services.platform.ui.phones import dialled

_FACTS: dict[str, tuple[str, type[StrEnum] | None]] = {
    "what_happened": (N_("What happened"), WhatHappened),
    "involvement": (N_("How the young person was involved"), Involvement),
    "injury": (N_("Injury"), Injury),
    "immediate_danger": (N_("In immediate danger"), Answer),
    "violence_attendances_12m": (N_("A&E visits because of violence, last 12 months"), None),
    "self_harm_12m": (N_("Self-harm, last 12 months"), None),
    "alcohol_or_drugs_involved": (N_("Alcohol or drugs involved"), None),
    "substance_use": (N_("Alcohol or drug use"), SubstanceUse),
    "mental_health_need": (N_("Mental health need"), None),
    "weapon_believed_present": (N_("A weapon is believed to be present"), None),
    "retaliation_feared": (N_("Retaliation is feared"), None),
    "siblings_at_risk": (N_("Brothers or sisters at risk"), None),
    "education_status": (N_("Education or work"), EducationStatus),
    "often_absent": (N_("Often absent from school"), None),
    "looked_after_now": (N_("Looked after by the council"), None),
    "childrens_services": (N_("Children’s services"), ChildrensServices),
    "missing_episodes_12m": (N_("Times missing from home, last 12 months"), None),
    "exploitation_signs": (N_("Signs of exploitation"), ExploitationSign),
    "peers_in_violence": (N_("Friends involved in violence"), None),
    "violence_at_home_12m": (N_("Violence at home, last 12 months"), None),
    "housing_unstable": (N_("No stable place to live"), None),
    "police_contacts_12m": (N_("Contacts with the police, last 12 months"), None),
    "weapon_found_by_police_on": (N_("The police recorded a weapon on"), None),
    "strengths": (N_("Strengths"), Strength),
}
_CODE_LABELS: dict[type[StrEnum], dict[str, str]] = {
    WhatHappened: {
        WhatHappened.KNIFE_OR_SHARP_OBJECT: N_("Knife or sharp object"),
        WhatHappened.FIREARM: N_("Firearm"),
        WhatHappened.BLUNT_OBJECT: N_("Blunt object"),
        WhatHappened.CORROSIVE_SUBSTANCE: N_("Corrosive substance"),
        WhatHappened.ASSAULT_NO_WEAPON: N_("Assault without a weapon"),
        WhatHappened.THREAT: N_("Threat"),
        WhatHappened.EXPLOITATION_CONCERN: N_("Worry about exploitation"),
        WhatHappened.WEAPON_CARRYING_CONCERN: N_("Worry about carrying a weapon"),
        WhatHappened.OTHER: N_("Something else"),
    },
    Involvement: {
        Involvement.VICTIM: N_("Victim"),
        Involvement.SUSPECTED: N_("Suspected of taking part"),
        Involvement.WITNESS: N_("Witness"),
        Involvement.EXPLOITED: N_("Exploited by others"),
        Involvement.AT_RISK: N_("At risk"),
    },
    Injury: {
        Injury.NONE: N_("None"),
        Injury.MINOR: N_("Minor"),
        Injury.NEEDS_TREATMENT: N_("Needs treatment"),
        Injury.ADMITTED: N_("Admitted to hospital"),
        Injury.LIFE_THREATENING: N_("Life-threatening"),
    },
    Answer: {Answer.YES: N_("Yes"), Answer.NO: N_("No"), Answer.NOT_KNOWN: N_("Not known")},
    SubstanceUse: {
        SubstanceUse.NONE: N_("None"),
        SubstanceUse.OCCASIONAL: N_("Now and then"),
        SubstanceUse.FREQUENT: N_("Often"),
    },
    EducationStatus: {
        EducationStatus.IN_EDUCATION: N_("In education"),
        EducationStatus.PART_TIME_TIMETABLE: N_("On a part-time timetable"),
        EducationStatus.SUSPENDED: N_("Suspended"),
        EducationStatus.EXCLUDED: N_("Excluded"),
        EducationStatus.NOT_IN_EDUCATION: N_("Not in education, work or training"),
        EducationStatus.IN_WORK: N_("In work"),
    },
    ChildrensServices: {
        ChildrensServices.NONE: N_("Not involved"),
        ChildrensServices.CHILD_IN_NEED: N_("Child in need plan"),
        ChildrensServices.CHILD_PROTECTION: N_("Child protection plan"),
    },
    ExploitationSign: {
        ExploitationSign.UNEXPLAINED_MONEY_OR_GIFTS: N_("Unexplained money or gifts"),
        ExploitationSign.TRAVEL_OUT_OF_AREA: N_("Travel out of the area"),
        ExploitationSign.OLDER_CONTROLLING_CONTACTS: N_("Older people who control them"),
        ExploitationSign.DEBT: N_("Owes money"),
        ExploitationSign.DRUGS_SUPPLY: N_("Made to carry or sell drugs"),
        ExploitationSign.PHONE_ACTIVITY: N_("More than one phone, or calls at all hours"),
    },
    Strength: {
        Strength.TRUSTED_ADULT: N_("An adult they trust"),
        Strength.IN_EDUCATION_OR_WORK: N_("In education or work"),
        Strength.POSITIVE_ACTIVITY: N_("An activity that does them good"),
        Strength.SUPPORTIVE_FAMILY: N_("A family that supports them"),
        Strength.WANTS_CHANGE: N_("Wants change"),
        Strength.GOOD_HEALTH_SUPPORT: N_("Good health support"),
    },
}
_TEXTS = {
    "concern": N_("What the worker should know"),
    "own_words": N_("In the young person’s own words"),
    "strengths": N_("Strengths, in the referrer’s words"),
    "told_reason": N_("Why the young person was not told"),
    "police_reason": N_("Why the police were not told"),
    "immediate_danger": N_("Immediate danger"),
    "answer": N_("Answer to the reviewer’s question"),
    "notices": N_("For the reviewer to check"),
    "told_parent_or_carer": N_("Was a parent or carer told?"),
    "consent_given_by": N_("Which parent or carer agreed"),
    "capacity": N_("Who judged that the young person understands, and why"),
    "refusal": N_("Consent refused"),
    "refused_by": N_("Who refused consent"),
    "refused_for": N_("Who they refused to share this with"),
    "other_names": N_("Other names"),
    "first_language": N_("First language"),
    "no_fixed_address": N_("No fixed address"),
    "school": N_("School or college"),
    "home_local_authority": N_("Home council"),
    "happened_at": N_("When it happened"),
    "place": N_("Kind of place"),
    "place_note": N_("Place"),
    "mechanism": N_("How the injury was caused"),
    "discharge": N_("Where they are now"),
    "childrens_services_referral": N_("Referral to children’s services"),
    "social_worker": N_("Social worker"),
    "trafficking_signs": N_("Signs of trafficking"),
    "brief_interaction": N_("Brief interaction only"),
    "offer_mode": N_("How support was offered"),
    "offer_made_at": N_("When support was offered"),
    "offer_response": N_("Their answer to the offer of support"),
    "referrer_phone": N_("The referrer’s phone"),
    "callback": N_("When to call the referrer"),
}
_ANSWER = "answer_"
_MOMENTS = {"happened_at", "offer_made_at"}
_SHORT = {
    "refused_by",
    "refused_for",
    "told_parent_or_carer",
    "no_fixed_address",
    "place",
    "discharge",
    "childrens_services_referral",
    "trafficking_signs",
    "brief_interaction",
    "offer_mode",
    "offer_response",
}
"""Texts that intake writes from a code or yes and no."""


def fact_rows(facts: Mapping[str, Any]) -> list[dict[str, str]]:
    """Returns the known facts in the registry's order: [{"key", "value"}]."""
    known = ((label, codes, facts.get(name)) for name, (label, codes) in _FACTS.items())
    return [{"key": _(label), "value": _text(codes, value)} for label, codes, value in known if value not in (None, [])]


def text_rows(texts: Mapping[str, str]) -> list[dict[str, str]]:
    """Returns the free texts with their questions; texts without a known question come last."""
    order = [name for name in _TEXTS if texts.get(name)] + [name for name in texts if name not in _TEXTS]
    return [{"title": text_title(name), "text": text_value(name, texts[name])} for name in order]


def fact_label(name: str) -> str | None:
    """Returns the fact's label, or None if it is not a coded fact."""
    return str(_(_FACTS[name][0])) if name in _FACTS else None


def fact_value(name: str, value: Any) -> str:
    return _text(_FACTS[name][1], value)


def text_title(name: str) -> str:
    question = name.removeprefix(_ANSWER)
    if question != name and question in list(Question):
        return str(_("Answer to the reviewer’s question: %(question)s", question=label(Question(question))))
    return str(_(_TEXTS.get(name, N_("Other"))))


def coded_value(name: str, code: str) -> str:
    """Returns the label of a fact's code; a readable form of the code if only a model knows the fact."""
    _name, codes = _FACTS.get(name, ("", None))
    return str(_(_CODE_LABELS[codes].get(code, N_("Other")))) if codes else code.replace("_", " ")


def text_value(name: str, text: str) -> str:
    """Formats times, phone numbers and short answers; returns other text unchanged."""
    if name in _MOMENTS:
        return dates.timestamp(datetime.fromisoformat(text))
    if name == "referrer_phone":
        return dialled(text)
    return text[:1].upper() + text[1:] if name in _SHORT else text


def _text(codes: type[StrEnum] | None, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(codes, item) for item in value)
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    if codes is None:
        return dates.day(date.fromisoformat(value)) if isinstance(value, str) else str(value)
    return str(_(_CODE_LABELS[codes].get(value, N_("Other"))))
