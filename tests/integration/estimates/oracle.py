"""What an estimate may say of each value, worked out from what was posted, by none of the system's own code."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
NOT_KNOWN = "Not known"
ABOUT_POLICE = {"Police contacts in the last 12 months", "Weapon found by police in the last 18 months"}
ALL_ANSWERS = 25
MAX_COUNTED = 20
WHO = {"ae_navigator": "A&E", "partner_system": "a partner’s system", "police": "police", "school": "school or college"}
EARLIER = {
    "ae_navigator": "from an earlier A&E referral",
    "partner_system": "from an earlier referral by a partner’s system",
    "police": "from an earlier police referral",
    "school": "from an earlier school or college referral",
}
VALID_FOR_DAYS = {
    "substance_use": 90, "mental_health_need": 90, "siblings_at_risk": 30, "education_status": 60, "often_absent": 90,
    "looked_after_now": 90, "childrens_services": 90, "exploitation_signs": 60, "peers_in_violence": 60,
    "housing_unstable": 60, "strengths": 60,
}  # fmt: skip
VIOLENCE = {
    "knife_or_sharp_object", "firearm", "blunt_object", "corrosive_substance", "assault_no_weapon", "threat",
}  # fmt: skip
CODES = {
    "injury": {
        "none": "None",
        "minor": "Minor",
        "needs_treatment": "Needs treatment",
        "admitted": "Admitted to hospital",
        "life_threatening": "Life-threatening",
    },
    "immediate_danger": {"yes": "Yes", "no": "No"},
    "substance_use": {"none": "None", "occasional": "Now and then", "frequent": "Often"},
    "education_status": {
        "in_education": "In education",
        "part_time_timetable": "On a part-time timetable",
        "suspended": "Suspended",
        "excluded": "Excluded",
        "not_in_education": "Not in education, work or training",
        "in_work": "In work",
    },
    "childrens_services": {
        "none": "Not involved",
        "child_in_need": "Child in need plan",
        "child_protection": "Child protection plan",
    },
}


@dataclass(frozen=True, kw_only=True)
class Posted:
    """One referral as it was sent, who sent it, and the answer's id."""

    id: str
    at: datetime
    source: str
    body: dict[str, Any]
    person: str

    @property
    def day(self) -> date:
        return self.at.astimezone(LONDON).date()

    def fact(self, name: str) -> Any:
        if name == "age":
            born = date.fromisoformat(self.body["young_person"]["date_of_birth"])
            return self.day.year - born.year - ((self.day.month, self.day.day) < (born.month, born.day))
        if name == "what_happened":
            return None if self.body[name] == ["not_known"] else self.body[name]
        if name == "involvement":
            return self.body.get(name) or None
        if name == "immediate_danger":
            return None if self.body[name] == "not_known" else self.body[name]
        content = self.body["facts"].get(name)
        return None if content == [] else content  # a list with nothing ticked is no answer


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What may be said of one value: in words, where it comes from, and whether a police referral said it."""

    value: str
    origin: str
    by_police: bool = False


def truths(referral: Posted, all_of_them: Sequence[Posted]) -> dict[str, Truth]:
    """By label, what is true of each input of the model. `all_of_them` are every referral that was sent."""
    earlier = _earlier(referral, all_of_them)
    found = {label: _truth(referral, earlier, fact, content) for label, (fact, content) in LABELS.items()}
    return found | _of_history(referral, earlier)


def known_answers(referral: Posted, all_of_them: Sequence[Posted]) -> int:
    """How many of the 25 questions somebody answered: here, or in an earlier referral where the answer still stands."""
    earlier = _earlier(referral, all_of_them)
    asked = {fact for fact, _values in LABELS.values()} | {"weapon_found_by_police_on"}
    assert len(asked) == ALL_ANSWERS
    return sum(_given_by(referral, earlier, name) is not None for name in asked)


def _earlier(referral: Posted, all_of_them: Sequence[Posted]) -> list[Posted]:
    """The person's earlier referrals in the same area, newest first."""
    found = [
        other
        for other in all_of_them
        if other.person == referral.person and other.body["area"] == referral.body["area"] and other.day < referral.day
    ]
    return sorted(found, key=lambda other: other.at, reverse=True)


def _given_by(referral: Posted, earlier: Sequence[Posted], name: str) -> Posted | None:
    """Whose answer to this question counts."""
    if referral.fact(name) is not None:
        return referral
    for other in earlier:
        if (referral.day - other.day).days <= VALID_FOR_DAYS.get(name, -1) and other.fact(name) is not None:
            return other
    return None


def _truth(referral: Posted, earlier: Sequence[Posted], name: str, content: Callable[[Any], str]) -> Truth:
    by = _given_by(referral, earlier, name)
    if by is None:
        return Truth(value=NOT_KNOWN, origin="")
    own = f"from this referral ({WHO[referral.source]})"
    origin = own if by is referral else f"{EARLIER[by.source]}, {_day(by.day)}"
    return Truth(value=content(by.fact(name)), origin=origin, by_police=by.source == "police")


def _of_history(referral: Posted, earlier: Sequence[Posted]) -> dict[str, Truth]:
    found = [
        other
        for other in earlier
        if (referral.day - other.day).days <= 365 and VIOLENCE & set(other.fact("what_happened") or ())
    ]
    count, last = "Earlier referrals about violence in the last 12 months", "Latest earlier referral about violence"
    weapon, label = referral.fact("weapon_found_by_police_on"), "Weapon found by police in the last 18 months"
    here = f"from this referral ({WHO[referral.source]})"
    if weapon is None:
        of_weapon = Truth(value=NOT_KNOWN, origin="")
    else:
        day = date.fromisoformat(weapon)
        recent = (referral.day - day).days <= 548
        value = _ago(day, referral.day) if recent else "None"
        of_weapon = Truth(value=value, origin=here, by_police=referral.source == "police")
    if not found:
        # We counted them, whoever refers now.
        nowhere = "earlier referrals in this area"
        return {count: Truth(value="0", origin=nowhere), last: Truth(value="None", origin=nowhere), label: of_weapon}
    newest = EARLIER[found[0].source]
    on = _day(found[0].day)
    names = ", ".join(dict.fromkeys(WHO[other.source] for other in found))
    several = f"from {len(found)} earlier referrals ({names}), the latest {on}"
    return {
        count: Truth(
            value=str(len(found)) if len(found) <= MAX_COUNTED else f"{MAX_COUNTED} or more",
            origin=several if len(found) > 1 else f"{newest}, {on}",
            by_police=any(other.source == "police" for other in found),
        ),
        last: Truth(value=_ago(found[0].day, referral.day), origin=newest, by_police=found[0].source == "police"),
        label: of_weapon,
    }


def _ago(day: date, referred_on: date) -> str:
    days = (referred_on - day).days
    if days == 0:
        return f"{_day(day)}, the day of the referral"
    return f"{_day(day)}, {days} day{'' if days == 1 else 's'} before the referral"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _flag(value: Any) -> str:
    return "Yes" if value else "No"


def _any_of(*codes: str) -> Callable[[Any], str]:
    return lambda content: "Yes" if set(codes) & set(content) else "Not selected"


def _coded(name: str) -> Callable[[Any], str]:
    return lambda code: CODES[name][code]


def _number_of(content: Any) -> str:
    return str(len(content))


LABELS: dict[str, tuple[str, Callable[[Any], str]]] = {
    "Age": ("age", str),
    "Knife or sharp object in what happened": ("what_happened", _any_of("knife_or_sharp_object")),
    "Firearm or corrosive substance in what happened": ("what_happened", _any_of("firearm", "corrosive_substance")),
    "Assault without a blade": ("what_happened", _any_of("blunt_object", "assault_no_weapon")),
    "Threat of violence": ("what_happened", _any_of("threat")),
    "Concern about carrying a weapon": ("what_happened", _any_of("weapon_carrying_concern")),
    "Hurt or threatened in what happened": ("involvement", _any_of("victim")),
    "Suspected of taking part": ("involvement", _any_of("suspected")),
    "Injury": ("injury", _coded("injury")),
    "Immediate danger": ("immediate_danger", _coded("immediate_danger")),
    "Weapon believed present": ("weapon_believed_present", _flag),
    "Retaliation feared": ("retaliation_feared", _flag),
    "Emergency visits after violence in the last 12 months": ("violence_attendances_12m", str),
    "Self-harm in the last 12 months": ("self_harm_12m", _flag),
    "Mental health need": ("mental_health_need", _flag),
    "Alcohol or drugs in what happened": ("alcohol_or_drugs_involved", _flag),
    "Alcohol or drug use": ("substance_use", _coded("substance_use")),
    "Education or work": ("education_status", _coded("education_status")),
    "Often absent from school": ("often_absent", _flag),
    "Looked after by a local authority now": ("looked_after_now", _flag),
    "Children’s services": ("childrens_services", _coded("childrens_services")),
    "Violence at home in the last 12 months": ("violence_at_home_12m", _flag),
    "Brothers or sisters in danger": ("siblings_at_risk", _flag),
    "Unsettled place to live": ("housing_unstable", _flag),
    "Exploitation concern": ("what_happened", _any_of("exploitation_concern")),
    "Used or controlled by others": ("involvement", _any_of("exploited")),
    "Signs of exploitation": ("exploitation_signs", _number_of),
    "Times missing in the last 12 months": ("missing_episodes_12m", str),
    "Friends caught up in violence": ("peers_in_violence", _flag),
    "Police contacts in the last 12 months": ("police_contacts_12m", str),
    "Strengths named": ("strengths", _number_of),
}
"""Every input that a referral itself gives: its label, the fact that it is read from, and how that is said."""
