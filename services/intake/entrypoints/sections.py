"""The parts of a referral's form: each is a part of the whole form, a part of the summary, and a page to change it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from services.intake.entrypoints import labels
from services.platform.errors import NotFound
from services.platform.i18n import N_


class NoSuchSection(NotFound):
    """The form has no section of this name."""


@dataclass(frozen=True, kw_only=True)
class Section:
    title: str
    fields: tuple[str, ...]
    """What the names of its fields begin with."""
    is_optional: bool = True

    def has(self, name: str) -> bool:
        return name.startswith(self.fields)


SECTIONS: Mapping[str, Section] = {
    "person": Section(
        title=N_("Name and age"),
        fields=(
            "young_person.name", "young_person.date_of_birth", "young_person.age_about", "young_person.age_not_known",
        ),
        is_optional=False,
    ),
    "what-happened": Section(
        title=N_("What happened"), fields=("what_happened", "immediate_danger"), is_optional=False
    ),
    "contact": Section(title=N_("Safe contact"), fields=("contact.", "young_person.phone"), is_optional=False),
    "bases": Section(title=N_("Who we can share this with"), fields=("bases",), is_optional=False),
    "involvement": Section(
        title=N_("Involvement, concerns and who has been told"),
        fields=(
            "involvement", "concern.", "facts.strengths", "told.", "police.", "facts.weapon_found_by_police_on",
        ),
    ),
    "incident": Section(
        title=N_("Incident, injury and discharge"), fields=("incident.", "facts.injury", "danger_note")
    ),
    "worries": Section(
        title=N_("Other risks"),
        fields=(
            "facts.retaliation_feared", "facts.weapon_believed_present", "facts.siblings_at_risk",
            "facts.peers_in_violence", "facts.violence_at_home_12m", "facts.exploitation_signs",
            "facts.missing_episodes_12m", "facts.police_contacts_12m",
        ),
    ),
    "health": Section(
        title=N_("Health"),
        fields=(
            "facts.violence_attendances_12m", "facts.self_harm_12m", "facts.mental_health_need",
            "facts.alcohol_or_drugs_involved", "facts.substance_use",
        ),
    ),
    "life": Section(
        title=N_("School, home and children’s services"),
        fields=(
            "facts.education_status", "facts.often_absent", "young_person.school", "facts.looked_after_now",
            "young_person.home_local_authority", "facts.childrens_services", "facts.housing_unstable", "safeguarding.",
        ),
    ),
    "identity": Section(
        title=N_("Identity, address and language"),
        fields=(
            "young_person.other_names", "young_person.age_disputed", "young_person.nhs_number", "young_person.address",
            "young_person.postcode", "young_person.no_fixed_address", "young_person.first_language",
            "young_person.interpreter_needed", "young_person.interpreter_language",
        ),
    ),
    "referrer": Section(
        title=N_("Support offered, your contact details and area"), fields=("offer.", "referrer.", "area", "site")
    ),
    "equality": Section(title=N_("Ethnic group, sex and disability"), fields=("equality.",)),
}  # fmt: skip
"""In the order of the form. What is optional is folded away there, and opens where something was typed or is wrong."""


def section_of(name: str) -> str:
    """The section that has a field of the form."""
    return next(key for key, section in SECTIONS.items() if section.has(name))


def fields_of(keys: Iterable[str]) -> list[str]:
    """The labelled fields of sections, in the form's order."""
    chosen = [SECTIONS[key] for key in keys]
    return [name for name in labels.FIELD_LABELS if any(section.has(name) for section in chosen)]


def replaced(
    before: "MultiDict[str, str]", submitted: "MultiDict[str, str]", keys: Iterable[str]
) -> "MultiDict[str, str]":
    """The whole form as it was, with the answers of these sections as they were now sent."""
    sections = [SECTIONS[key] for key in keys]
    others = [(name, text) for name, text in before.items(multi=True) if not any(one.has(name) for one in sections)]
    sent = [(name, text) for name, text in submitted.items(multi=True) if any(one.has(name) for one in sections)]
    return MultiDict([*others, *sent])


def ordered(keys: Iterable[str]) -> list[str]:
    wanted = set(keys)
    return [key for key in SECTIONS if key in wanted]


def shown(key: str, submitted: "MultiDict[str, str]") -> list[str]:
    """The sections that a sent page had: its own, and those beside it. Raises NoSuchSection."""
    if key not in SECTIONS:
        raise NoSuchSection
    return ordered({key, *submitted.getlist("section")})
