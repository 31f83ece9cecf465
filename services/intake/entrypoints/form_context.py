"""What the referral form's template needs, beside the form: the answers to choose from, in words."""

from collections.abc import Mapping
from typing import Any

from services.contracts import codes
from services.intake.adapters import queries
from services.intake.domain import content
from services.intake.entrypoints import caller, labels
from services.intake.entrypoints.forms import basis_items
from services.intake.entrypoints.sections import SECTIONS
from services.platform.auth.identity import Identity
from services.platform.web import current

_CHOICES = {
    "what_happened": codes.WhatHappened,
    "immediate_danger": codes.Answer,
    "contact.safe": codes.ContactMode,
    "contact.do_not": content.DoNotContact,
    "involvement": codes.Involvement,
    "facts.strengths": codes.Strength,
    "told.young_person": codes.Told,
    "told.parent_or_carer": codes.Told,
    "told.refused_by": content.RefusedBy,
    "told.refused_for": codes.RecipientClass,
    "police.told": codes.PoliceTold,
    "incident.discharge": content.Discharge,
    "incident.place": content.Place,
    "facts.injury": codes.Injury,
    "facts.substance_use": codes.SubstanceUse,
    "facts.exploitation_signs": codes.ExploitationSign,
    "facts.education_status": codes.EducationStatus,
    "facts.childrens_services": codes.ChildrensServices,
    "safeguarding.childrens_services_referral": content.ChildrensServicesReferral,
    "safeguarding.trafficking_signs": codes.Answer,
    "offer.mode": codes.ContactMode,
    "offer.response": codes.YoungPersonAnswer,
    "equality.ethnicity": codes.Ethnicity,
    "equality.sex": codes.Sex,
    "equality.disability": codes.Disability,
}


def of(identity: Identity) -> Mapping[str, Any]:
    areas = caller.areas(identity)
    site = caller.own_site(identity)
    return {
        "label": labels.field_label,
        "sections": SECTIONS,
        "choices": {name: labels.items(kind) for name, kind in _CHOICES.items()},
        "yes_or_no": labels.yes_or_no(),
        "recipients": basis_items(queries.organisation_classes(current.reading()), identity.organisation_class),
        "area_items": [{"value": code, "text": name} for code, name in areas.items()],
        "usual_area": areas.get(site.area) if site else next(iter(areas.values()), ""),
        "is_police": identity.organisation_class is codes.OrganisationClass.POLICE,
    }
