"""What the staff do in an hour: some of it carefully, some not, and some never."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from services.demo import referrals as drawn
from services.demo.people import Person, nhs_test_number
from services.platform import datetimes
from services.platform.ui import dates
from tests.integration.intake.form_fields import fields_of
from tests.simulation.office import Member, Office

REFERRALS = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"
CASES = "/casework/api/v1/cases"
ALARMS = "/casework/api/v1/alarms"
_REFERRERS = {"northside": "navigator", "westborough": "navigator-west"}
_TEAM_OF = {
    "early_intervention": "early-help",
    "youth_justice": "youth-justice",
    "safeguarding": "childrens-services",
    "adult_services": "adult-services",
}
_LEVELS = {
    "early_intervention": ("planned", "light"),
    "youth_justice": ("planned", "urgent"),
    "safeguarding": ("urgent", "planned"),
    "adult_services": ("planned", "light"),
    "universal_support": ("light", "none"),
    "no_further_action": ("none",),
}
_FIRST = ("Aspen", "Rowan", "Hazel", "Alder", "Linden", "Maple", "Willow", "Birch", "Laurel", "Myrtle", "Tansy", "Fern")
_LAST = ("Example", "Invented", "Madeup", "Sample", "Pretend", "Fiction", "Notreal")


@dataclass(kw_only=True)
class Sent:
    """A referral that was accepted, and what its referrer has said since."""

    id: UUID
    by: str
    area: str
    body: dict[str, Any]
    answers_questions: bool
    raised_danger_at: datetime | None = None
    """When an amendment said that there is immediate danger, until somebody recorded what they did."""
    withdrawn: bool = False


@dataclass
class Work:
    office: Office
    sent: dict[UUID, Sent] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    last_act: dict[tuple[UUID, UUID], datetime] = field(default_factory=dict)
    """By review and reviewer: when they last changed anything there."""
    asked_again_on: dict[UUID, date] = field(default_factory=dict)
    """By review: the day on which a reviewer wants to see its unanswered question again."""

    def refer(self, number: int) -> None:
        office, chance = self.office, self.office.chance
        area = chance.choice(sorted(_REFERRERS))
        person = self._person(number)
        body = drawn.referral(person, at=office.clock.now, chance=chance, area=area)
        if chance.random() < 0.8:
            body["incident"].pop("discharge_expected_at")
        response = self._member(_REFERRERS[area]).caller.post(REFERRALS, body)
        assert response.status_code == 202, response.get_data(as_text=True)
        referral_id = UUID(str(response.location).rpartition("/")[2])
        self.sent[referral_id] = Sent(
            id=referral_id,
            by=_REFERRERS[area],
            area=area,
            body=body,
            answers_questions=chance.random() < 0.6,
        )

    def an_hour(self) -> None:
        """Everybody has their turn, in an order that chance decides."""
        everybody = sorted(self.office.active.values(), key=lambda member: member.name)
        self.office.chance.shuffle(everybody)
        for member in everybody:
            if member.name in self.office.active:
                self._turn_of(member)
                self.office.clock.pass_by(seconds=40)
        self._referrers()

    def _turn_of(self, member: Member) -> None:
        chance = self.office.chance
        if member.reviews and chance.random() < 0.3:
            self._review(member)
        if member.works_cases and chance.random() < 0.4:
            self._work_cases(member)
        if member.manages and chance.random() < 0.2:
            self._manage(member)

    # Reviewers

    def _review(self, member: Member) -> None:
        self._act_on_alarms(member)
        listed = self.office.everything(member.caller, REVIEWS)
        for item in listed:
            if item["state"] == "agreement_needed" and self.office.chance.random() < 0.5:
                self._agree(member, item["id"])
            elif item["withdrawal_asked"] and self.office.chance.random() < 0.5:
                self._confirm_withdrawal(member, item["id"])
        self._next(member)
        self._confirm_hand_overs(member)

    def _act_on_alarms(self, member: Member) -> None:
        for alarm in self.office.everything(member.caller, ALARMS):
            if self.office.chance.random() < 0.4:
                done = {"done": "Phoned the aunt: they are with her tonight."}
                where = f"{ALARMS}/{alarm['id']}"
                if self._taken("alarm action", member.caller.post_as_read(where, "action", done)):
                    self._settled(UUID(alarm["referral_id"]))
                    if alarm["review_id"] and self.office.chance.random() < 0.5:
                        self._new_round(member, alarm["review_id"])

    def _settled(self, referral_id: UUID) -> None:
        if referral_id in self.sent:
            self.sent[referral_id].raised_danger_at = None

    def _new_round(self, member: Member, review_id: str) -> None:
        where = f"{REVIEWS}/{review_id}"
        self._taken("new round", member.caller.post_as_read(where, "rounds", {}))

    def _agree(self, member: Member, review_id: str) -> None:
        body = {"agree": self.office.chance.random() < 0.7, "reason": "I know the family, and the plan covers tonight."}
        self._write(member, review_id, "agreement", body)

    def _confirm_withdrawal(self, member: Member, review_id: str) -> None:
        self._write(member, review_id, "withdrawal", {})

    def _next(self, member: Member) -> None:
        """Take the next review and do something with it, or nothing."""
        response = member.caller.post(f"{REVIEWS}/next", {})
        if not self._taken("next review", response):
            return
        review_id = response.get_json()["id"]
        self.last_act[UUID(review_id), member.id] = self.office.clock.now
        fate = self.office.chance.random()
        if fate < 0.15:
            self.done["claim abandoned"] += 1
            return
        if fate < 0.2:
            self._taken("release", member.caller.post(f"{REVIEWS}/{review_id}/release", {}))
            return
        self.office.clock.pass_by(minutes=3)
        self._decide(member, review_id, asks=fate > 0.75)

    def _decide(self, member: Member, review_id: str, *, asks: bool) -> None:
        where = f"{REVIEWS}/{review_id}"
        review = member.caller.get(where).get_json()
        self._turned_18(review)
        level = "not_enough_information" if asks and not review["danger"] else "planned"
        self._write(member, review_id, "own-view", {"level": level, "sureness": "fairly", "why": "As it reads."})
        if level == "not_enough_information":
            if self.office.chance.random() < 0.3:
                later = dates.local(self.office.clock.now).date() + timedelta(days=2)
                if self._write(member, review_id, "ask-again-later", {"on": later.isoformat()}):
                    self.asked_again_on[UUID(review_id)] = later
            elif self._write(member, review_id, "question", {"question": "other_services_involved"}):
                self.asked_again_on.pop(UUID(review_id), None)
            return
        if self.office.chance.random() < 0.1:
            self.done["left after the own view"] += 1
            return
        member.caller.get(f"{where}/estimate")
        self._write(member, review_id, "decision", self._decision(review))

    def _turned_18(self, review: Mapping[str, Any]) -> None:
        """Somebody who was 17 when they were referred goes to no team for children once they are 18."""
        if review["age_at_referral"] == 17 and review["age"] == 18:
            self.done["turned 18"] += 1
            offered = {route["team"] for route in review["routes"]}
            assert not offered & {"youth-justice", "childrens-services"}, offered

    def _decision(self, review: Mapping[str, Any]) -> dict[str, Any]:
        teams = {
            route["pathway"]: route["team"] for route in review["routes"] if route["team"] and not route["blocked"]
        }
        pathway = self.office.chance.choice(sorted({*teams, "universal_support", "no_further_action"}))
        levels = ("urgent", *_LEVELS[pathway]) if pathway in _TEAM_OF else _LEVELS[pathway]
        return {
            "level": self.office.chance.choice(levels),
            "pathway": pathway,
            "team": teams.get(pathway),
            "reasons": "Frightened of the way home. The aunt can be part of a plan.",
            "difference_reasons": ["information_model_lacks"],
        }

    def _write(self, member: Member, review_id: str, what: str, body: object) -> bool:
        taken = self._taken(what, member.caller.post_as_read(f"{REVIEWS}/{review_id}", what, body))
        if taken:
            self.last_act[UUID(review_id), member.id] = self.office.clock.now
        return taken

    def _confirm_hand_overs(self, member: Member) -> None:
        for case in self.office.everything(member.caller, f"{CASES}?list=hand-overs"):
            if case["state"] == "awaiting_confirmation" and self.office.chance.random() < 0.1:
                page = f"/casework/cases/{case['id']}/confirmation"
                form = fields_of(member.caller.get(page).get_data(as_text=True))
                when = datetimes.inputs(self.office.clock.now)
                form |= {"confirmed_by": ["Duty worker"]}
                form |= {f"confirmed_at-{part}": [text] for part, text in when.items()}
                self._taken("hand-over confirmed", member.caller.send("POST", page, data=form))

    # Caseworkers and their manager

    def _work_cases(self, member: Member) -> None:
        chance = self.office.chance
        for case in self.office.everything(member.caller, f"{CASES}?list=unassigned")[:2]:
            self._change(member, case["id"], "assignment", {"assignee_id": None})
        for case in self.office.everything(member.caller, f"{CASES}?list=mine"):
            fate = chance.random()
            if fate < 0.03:
                self._change(member, case["id"], "unassignment", {"reason": "On leave from Monday."})
            elif fate < 0.3 and not case["first_contact_at"]:
                attempt = {"mode": "phone", "reached": True, "attempted_at": None, "note": None}
                where = f"{CASES}/{case['id']}"
                if self._taken("contact", member.caller.post_as_read(where, "contact-attempts", attempt)):
                    self._change(member, case["id"], "first-contact", {"attempt_id": None, "answer": "accepts"})
            elif fate < 0.34:
                self._change(member, case["id"], "outcome", {"outcome": "support_completed"})
                self._change(member, case["id"], "closure", {"reason": "plan_finished"})

    def _change(self, member: Member, case_id: str, what: str, body: object) -> None:
        self._taken(what, member.caller.post_as_read(f"{CASES}/{case_id}", what, body))

    def _manage(self, member: Member) -> None:
        colleagues = self.office.who(lambda one: one.works_cases and bool(one.teams & member.teams))
        for case in self.office.everything(member.caller, f"{CASES}?list=unassigned")[:3]:
            team = UUID(case["team_id"])
            able = [one for one in colleagues if team in one.teams]
            if able:
                to = self.office.chance.choice(sorted(able, key=lambda one: one.name))
                self._change(member, case["id"], "assignment", {"assignee_id": str(to.id)})

    # Referrers

    def _referrers(self) -> None:
        chance = self.office.chance
        for sent in self.sent.values():
            if sent.withdrawn:
                continue
            fate = chance.random()
            if fate < 0.06 and sent.answers_questions:
                self._answer(sent)
            elif fate > 0.999:
                self._withdraw(sent)
            elif fate > 0.996 and sent.body["immediate_danger"] != "yes":
                self._raise_danger(sent)

    def _answer(self, sent: Sent) -> None:
        author = self._member(sent.by).caller
        asked = author.get(f"{REFERRALS}/{sent.id}").get_json()
        if asked.get("question_id"):
            answer = {"answer": "A social worker visits once a week.", "answers_question": asked["question_id"]}
            if self._amend(sent, answer):
                self.done["question answered"] += 1

    def _raise_danger(self, sent: Sent) -> None:
        cases = self.office.rows("casework", "cases", referral_id=sent.id)
        decided = any(row.state == "decided" for row in self.office.rows("casework", "reviews", referral_id=sent.id))
        if self._amend(sent, {"immediate_danger": "yes"}):
            sent.body["immediate_danger"] = "yes"
            sent.raised_danger_at = self.office.clock.now
            kind = "closed case" if any(case.state == "closed" for case in cases) else "case" if cases else "no case"
            self.done[f"danger after the decision, {kind}" if decided else "danger before the decision"] += 1

    def _withdraw(self, sent: Sent) -> None:
        author = self._member(sent.by).caller
        reason = self.office.chance.choice(("made_in_error", "consent_withdrawn", "needs_met_elsewhere"))
        if self._taken("withdrawal asked", author.post(f"{REFERRALS}/{sent.id}/withdrawal", {"reason": reason})):
            sent.withdrawn = True

    def _amend(self, sent: Sent, more: Mapping[str, Any]) -> bool:
        author, where = self._member(sent.by).caller, f"{REFERRALS}/{sent.id}"
        etag = author.get(where).headers["ETag"]
        headers = {"If-Match": etag, "Idempotency-Key": str(uuid4())}
        return self._taken("amendment", author.send("PUT", where, {**sent.body, **more}, headers=headers))

    # Staff come and go

    def somebody_leaves(self) -> None:
        """One who reviews or works cases, where others with the same rights stay. In place of some, somebody comes."""
        able = [member for member in self.office.active.values() if self._can_be_spared(member)]
        if not able:
            return
        assignees = {row.assignee_id for row in self.office.rows("casework", "cases") if row.state == "open"}
        holders = [member for member in able if member.id in assignees]
        leaver = self.office.chance.choice(sorted(holders or able, key=lambda member: member.name))
        self.done["leaver with cases"] += leaver.id in assignees
        self.done["leaver"] += 1
        self.office.leaves(leaver)
        if self.office.chance.random() < 0.7:
            self.office.joins(f"{leaver.name}-{self.done['leaver']}", leaver.name)

    def _can_be_spared(self, member: Member) -> bool:
        """Two reviewers stay, for where there is danger one of them must agree; of caseworkers one stays."""
        alike = self.office.who(lambda one: one.roles == member.roles and one.areas == member.areas)
        return len(alike) > 2 if member.reviews else member.works_cases and len(alike) > 1

    def _taken(self, what: str, response: Any) -> bool:
        taken = self.office.taken(what, response)
        self.done[what] += taken
        return taken

    def _member(self, name: str) -> Member:
        return self.office.active[name]

    def _person(self, number: int) -> Person:
        """Someone of 11 to 24. One in six turns 18 while the simulation runs."""
        chance, today = self.office.chance, dates.local(self.office.clock.now).date()
        born = today - timedelta(days=chance.randrange(11 * 366, 24 * 365))
        if chance.random() < 1 / 6:
            birthday = today + timedelta(days=1)
            born = birthday.replace(year=birthday.year - 18, day=min(birthday.day, 28))
        return Person(
            name=f"{_FIRST[number % len(_FIRST)]} {_LAST[number // len(_FIRST) % len(_LAST)]}-{number}",
            date_of_birth=born,
            nhs_number=_nhs_number(number),
            phone=f"07700 90{number % 10000:04}",
        )


def _nhs_number(number: int) -> str:
    """The test numbers that have a check digit, one for each person."""
    for serial in range(number * 11 + 1, number * 11 + 12):
        try:
            return nhs_test_number(serial)
        except ValueError:
            continue
    raise ValueError(f"no test number for {number}")
