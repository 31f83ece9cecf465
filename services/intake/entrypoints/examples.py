"""A complete example of each body. They work as they stand: a test sends them."""

REFERRAL = {
    "young_person": {
        "name": "Aspen Example",
        "date_of_birth": "2011-03-27",
        "phone": "07700 900982",
        "postcode": "ZZ99 3VZ",
        "no_fixed_address": True,
        "interpreter_needed": False,
    },
    "what_happened": ["knife_or_sharp_object"],
    "immediate_danger": "no",
    "contact": {
        "safe": ["phone", "text"],
        "note": "After school, on their own phone",
        "do_not": ["at_home"],
        "do_not_note": "An older cousin reads the post",
    },
    "bases": [
        {"recipient_class": "triage", "basis": "consent_young_person"},
        {"recipient_class": "support_service", "basis": "consent_young_person"},
        {"recipient_class": "youth_justice", "basis": "consent_parent_or_carer", "given_by": "Mother"},
        {"recipient_class": "childrens_services", "basis": "safeguarding"},
    ],
    "involvement": ["victim", "exploited"],
    "concern": {
        "concern": "Cut to the hand. Says that it was about money owed.",
        "own_words": "I just want it to stop.",
        "strengths": "Close to an aunt who visits every week.",
    },
    "told": {"young_person": "yes", "parent_or_carer": "not_yet"},
    "police": {"told": "not_yet"},
    "incident": {
        "happened_at": "2026-01-14T22:40:00Z",
        "arrived_at": "2026-01-14T23:55:00Z",
        "discharge": "in_department",
        "discharge_expected_at": "2026-01-15T08:00:00Z",
        "place": "street",
    },
    "facts": {
        "injury": "needs_treatment",
        "violence_attendances_12m": 1,
        "retaliation_feared": True,
        "education_status": "in_education",
        "exploitation_signs": ["older_controlling_contacts", "debt"],
        "strengths": ["trusted_adult", "wants_change"],
    },
    "safeguarding": {"childrens_services_referral": "made"},
    "offer": {"mode": "face_to_face", "made_at": "2026-01-15T00:30:00Z", "response": "accepts"},
    "equality": {"ethnicity": "M1", "sex": "male", "disability": "no"},
}

AMENDMENT = {
    **REFERRAL,
    "concern": {"concern": "Cut to the hand, now stitched. An older boy waits outside the hospital."},
    "immediate_danger": "yes",
    "danger_note": "Security and the duty manager were told.",
}

WITHDRAWAL = {"reason": "needs_met_elsewhere"}
