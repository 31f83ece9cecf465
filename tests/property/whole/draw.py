"""Draws who there is and what is referred: staff of every role, anywhere, and referrals that anybody may be told of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from services.contracts.codes import RecipientClass, Role
from tests.property.whole.marks import Words

AREAS = ("northside", "riverside", "westborough")
ORGANISATIONS = (
    "hospital", "childrens-services", "adult-services", "youth-justice-service", "breakwater", "police", "partnership",
    "academy", "clinic", "outreach", "borough-police",
)  # fmt: skip
POLICE = {"police", "borough-police"}
MORE_ORGANISATIONS = {"clinic": "health", "outreach": "voluntary", "borough-police": "police"}
"""Beside those of the demonstration: two of a class, so that a class alone tells nobody apart."""
TEAMS = {
    "triage": "triage", "triage-west": "triage", "youth-justice": "youth_justice", "early-help": "support_service",
    "childrens-services": "childrens_services", "adult-services": "adult_services", "youth-justice-two": "youth_justice",
    "outreach": "support_service", "police-youth": "support_service",
}  # fmt: skip
MORE_TEAMS = {"youth-justice-two": "youth-justice-service", "outreach": "outreach", "police-youth": "borough-police"}
"""Beside those of the demonstration, with their organisation."""
SENDERS = (Role.NAVIGATOR, Role.REFERRER, Role.SCREENING_OFFICER, Role.PARTNER_SYSTEM)
FITTING = {
    Role.NAVIGATOR: ("hospital", ()),
    Role.REFERRER: ("academy", ()),
    Role.SCREENING_OFFICER: ("police", ()),
    Role.PARTNER_SYSTEM: ("hospital", ()),
    Role.REVIEWER: ("partnership", ("triage",)),
    Role.YOUTH_JUSTICE_CASEWORKER: ("youth-justice-service", ("youth-justice",)),
    Role.EARLY_INTERVENTION_CASEWORKER: ("breakwater", ("early-help",)),
    Role.TEAM_MANAGER: ("childrens-services", ("youth-justice", "early-help", "childrens-services", "adult-services")),
}
_MORE_OF = (Role.REVIEWER, Role.EARLY_INTERVENTION_CASEWORKER)
_MIXED = 2
_BOTH = (Role.TEAM_MANAGER, Role.REVIEWER)
"""Somebody who knows one case as its team, and another as a reviewer."""
_SENDS_AND_REVIEWS = (Role.PARTNER_SYSTEM, Role.REVIEWER)
"""An account that must not review what it sent."""
_NEVER_BOTH = {Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER}
_TEXTS = {
    "concern": ("concern", "own_words", "strengths"),
    "contact": ("note", "do_not_note"),
    "told": ("reason", "capacity"),
    "police": ("reason",),
    "incident": ("place_note",),
    "safeguarding": ("social_worker",),
}


def may_be_police(roles: Sequence[Role]) -> bool:
    """No account of a police organisation has a role that sees estimates."""
    return not {Role.REVIEWER, Role.DATA_SCIENTIST} & set(roles)


@dataclass(frozen=True, kw_only=True)
class Rights:
    organisation: str
    roles: frozenset[Role]
    teams: frozenset[str]
    areas: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Written:
    """A referral to send, with what it says of the person that nobody else is."""

    body: dict[str, Any]
    told: dict[RecipientClass, date | None]
    initials: str
    marked: list[object]
    facts: dict[str, Any]


class Draw:
    def __init__(self, chance: Random, *, on: date) -> None:
        self.chance = chance
        self.words = Words(chance)
        self._on = on

    def staff(self) -> list[Rights]:
        """Somebody of every role, more of those who read referrals, and some with several roles."""
        one_role = [*Role, *_MORE_OF]
        mixed = [self._roles() for _ in range(_MIXED)]
        several = (*mixed, _BOTH, _SENDS_AND_REVIEWS)
        return [self.rights([role]) for role in one_role] + [self.rights(roles) for roles in several]

    def _roles(self) -> list[Role]:
        """Two or three that one account may hold."""
        several = [role for role in Role if role is not Role.DATA_SCIENTIST]
        while set(roles := self.chance.sample(several, self.chance.choice((2, 3)))) >= _NEVER_BOTH:
            pass
        return roles

    def rights(self, roles: Sequence[Role]) -> Rights:
        """Half of them where the role belongs; the others in any organisation, teams and areas."""
        chance = self.chance
        organisation, teams = FITTING.get(roles[0], ("partnership", ()))
        if chance.random() < 0.5:
            organisation = chance.choice([one for one in ORGANISATIONS if one not in POLICE or may_be_police(roles)])
            teams = tuple(chance.sample(sorted(TEAMS), chance.randrange(4)))
        if organisation in POLICE:
            teams = tuple(team for team in teams if TEAMS[team] != "triage")
        areas = chance.sample(AREAS, chance.choice((0, 1, 1, 2, 2, 3)))
        return Rights(organisation=organisation, roles=frozenset(roles), teams=frozenset(teams), areas=frozenset(areas))

    def referral(self, *, like: Written | None = None, same: Written | None = None, area: str | None = None) -> Written:
        """A referral of anybody; `like` another, of somebody with the same date of birth and telephone number; of the
        `same` person as another, who is known by the NHS number.
        """
        words, chance = self.words, self.chance
        name, initials = words.name()
        person = {
            "name": name,
            "other_names": words.word(),
            "nhs_number": words.nhs_number(),
            "phone": words.phone(),
            "address": f"7 {words.word()} Walk",
            "postcode": words.postcode(),
            "school": words.word(),
            "interpreter_language": words.word(),
            "date_of_birth": words.born(ages=range(11, 24), on=self._on).isoformat(),
        }
        if like is not None:
            person |= {same: like.body["young_person"][same] for same in ("date_of_birth", "phone")}
        if same is not None:
            person, initials = dict(same.body["young_person"]), same.initials
        told, facts = self._told(), self._facts()
        body: dict[str, Any] = {
            "area": area or chance.choice(AREAS),
            "young_person": person,
            "what_happened": [chance.choice(["knife_or_sharp_object", "threat", "firearm"])],
            "immediate_danger": "no",
            "danger_note": words.word(),
            "contact": {"safe": ["phone"], "do_not": ["at_home"]},
            "told": {"young_person": "no"},
            "police": {"told": "decided_not"},
            "facts": facts,
            "bases": self.bases(told),
        }
        for section, names in _TEXTS.items():
            body[section] = {**body.get(section, {}), **{name: words.word() for name in names}}
        born = date.fromisoformat(person.pop("date_of_birth"))
        marked = [born, *person.values(), body["danger_note"]]
        marked += [body[section][name] for section, names in _TEXTS.items() for name in names]
        marked += [basis["given_by"] for basis in body["bases"]]
        person["date_of_birth"] = born.isoformat()
        return Written(body=body, told=told, initials=initials, marked=marked, facts=facts)

    def bases(self, told: dict[RecipientClass, date | None]) -> list[dict[str, Any]]:
        return [
            {
                "recipient_class": recipient.value,
                "basis": "consent_parent_or_carer",
                "given_by": self.words.word(),
                "expires_on": None if until is None else until.isoformat(),
            }
            for recipient, until in told.items()
        ]

    def _told(self) -> dict[RecipientClass, date | None]:
        """Triage, and any others; some of them for some days only."""
        told: dict[RecipientClass, date | None] = {RecipientClass.TRIAGE: None}
        for recipient in RecipientClass:
            if recipient not in told and self.chance.random() < 0.7:
                days = self.chance.choice((None, None, None, 2, 9))
                told[recipient] = None if days is None else self._on + timedelta(days)
        return told

    def _facts(self) -> dict[str, Any]:
        """Enough for an estimate in most, too little in some."""
        chance = self.chance
        facts = {
            "injury": chance.choice(["none", "minor", "admitted"]),
            "violence_attendances_12m": chance.randrange(6),
            "missing_episodes_12m": chance.randrange(9),
            "education_status": chance.choice(["in_education", "excluded", "suspended"]),
            "looked_after_now": chance.random() < 0.5,
            "peers_in_violence": chance.random() < 0.5,
            "often_absent": chance.random() < 0.5,
        }
        always = {
            name: chance.random() < 0.5 for name in ("weapon_believed_present", "retaliation_feared", "self_harm_12m")
        }
        return always | {name: facts[name] for name in chance.sample(sorted(facts), chance.choice((0, 4, 6, 7)))}
