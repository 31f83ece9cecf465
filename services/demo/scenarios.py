"""The steps of the demonstration users for one referral, up to its stage."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from services.demo.api_client import ApiClient
from services.demo.plans import WITH_A_QUESTION, Plan, Stage
from services.demo.schedule import Scenario
from services.platform import datetimes

REFERRALS = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"
CASES = "/casework/api/v1/cases"


_NAVIGATORS = {"northside": "navigator", "riverside": "navigator", "westborough": "navigator-west"}
_REVIEWERS = {"northside": "reviewer", "riverside": "reviewer-two", "westborough": "reviewer-west"}
_SECOND_REVIEWERS = {"northside": "reviewer-two", "riverside": "reviewer"}
_TEAMS = {
    "early_intervention": "early-help",
    "youth_justice": "youth-justice",
    "safeguarding": "childrens-services",
    "adult_services": "adult-services",
}
_WORKERS = {"early_intervention": "early-intervention-caseworker", "youth_justice": "youth-justice-caseworker"}
_LEVELS = {"universal_support": "light", "no_further_action": "none"}
_WHY = (
    "Frightened of the way home, and nobody at home to walk it with. The aunt can be part of a plan.",
    "Third time this year. What the young person says themselves points to debt more than to a quarrel.",
    "Much is going well. A mentor close by would be enough for now.",
)
_AGREED = "Spoke to the ward and to the aunt: the young person is with her, and safe there."
_NOTES = (
    "Talked to the aunt, who will be there when we meet.",
    "Met at the library. Talked about school, and about who walks home with whom.",
    "School agrees to a later start on Mondays.",
)


@dataclass
class ScenarioRun:
    """The scenario of one referral."""

    client: ApiClient
    plan: Plan
    body: dict[str, Any]
    chance: random.Random
    _referral: str = ""

    def scenario(self) -> Scenario:
        """Each `yield` gives how long it is until the next step."""
        referral = self._referral = self.client.create(self._navigator, REFERRALS, self.body)
        if self.plan.stage is Stage.WAITING:
            return
        yield self._later(5, 15) if self.plan.danger == "yes" else self._later(20, 180)
        if self.plan.stage is Stage.WITHDRAWN:
            self.client.create(self._navigator, f"{referral}/withdrawal", {"reason": "needs_met_elsewhere"})
            return
        yield from self._reviewed(referral)

    def _reviewed(self, referral: str) -> Iterator[timedelta]:
        review = self._review_of(referral)
        self.client.create(self._reviewer, f"{review}/claim", {})
        if self.plan.stage is Stage.OPENED:
            return
        yield self._later(4, 15)
        unsure = self.plan.stage in WITH_A_QUESTION
        own_view = {"level": "not_enough_information" if unsure else self._level, "sureness": "fairly"}
        self._submit(review, "own-view", {**own_view, "why": self.chance.choice(_WHY)})
        if self.plan.stage is Stage.OWN_VIEW:
            return
        yield self._later(1, 5)
        if unsure:
            yield from self._asked(review, referral)
            return
        yield from self._decided(review)

    def _asked(self, review: str, referral: str) -> Iterator[timedelta]:
        self._submit(review, "question", {"question": "other_services_involved"})
        if self.plan.stage is Stage.ASKED:
            return
        yield self._later(60, 240)
        asked = self.client.get(self._navigator, referral)
        answer = {"answer": "A social worker visits once a week.", "answers_question": asked["question_id"]}
        self.client.change(self._navigator, referral, {**self.body, **answer}, method="PUT")

    def _decided(self, review: str) -> Iterator[timedelta]:
        self.client.get(self._reviewer, f"{review}/estimate")
        yield self._later(2, 10)
        decision = {
            "level": self._level,
            "pathway": self.plan.pathway,
            "reasons": self.chance.choice(_WHY),
            "difference_reasons": ["information_model_lacks"],  # stored when it differs from the estimate
            "team": _TEAMS.get(self.plan.pathway),
        }
        self._submit(review, "decision", decision)
        if self.plan.stage is Stage.PROPOSED:
            return
        if self._in_danger and self._level != "urgent":
            yield self._later(5, 20)
            self.client.change(
                self._second_reviewer, f"{review}/agreement", {"agree": True, "reason": _AGREED}, of=review
            )
        if self.plan.stage is Stage.DECIDED:
            return
        yield self._later(60, 600)
        if self.plan.stage is Stage.CONFIRMED:
            self._confirm()
        else:
            yield from self._worked()

    def _confirm(self) -> None:
        case = self._case("hand-overs", self._reviewer)
        form = {
            "confirmed_by": "Duty social worker",
            "version": str(case["version"]),
            **{f"confirmed_at-{part}": text for part, text in datetimes.inputs(self.client.now()).items()},
        }
        self.client.fill_in(self._reviewer, f"/casework/cases/{case['id']}/confirmation", **form)

    def _worked(self) -> Iterator[timedelta]:
        case = f"{CASES}/{self._case('unassigned', self._worker)['id']}"
        self.client.change(self._worker, f"{case}/assignment", {"assignee_id": None}, of=case)
        if self.plan.stage is Stage.TAKEN:
            return
        yield self._later(60, 300)
        self._attempt(case, reached=False)
        if self.plan.stage is Stage.TRIED:
            return
        yield self._later(600, 2000)
        self._attempt(case, reached=True)
        self.client.change(self._worker, f"{case}/first-contact", {"attempt_id": None, "answer": "accepts"}, of=case)
        self.client.create(self._worker, f"{case}/notes", {"text": self.chance.choice(_NOTES)})
        if self.plan.stage is Stage.MET:
            return
        yield self._later(5000, 15000)
        self.client.change(self._worker, f"{case}/outcome", {"outcome": "support_completed"}, of=case)
        self.client.change(self._worker, f"{case}/closure", {"reason": "plan_finished"}, of=case)

    def _attempt(self, case: str, *, reached: bool) -> None:
        mode = "face_to_face" if reached else "phone"
        attempt = {"mode": mode, "reached": reached, "attempted_at": None}
        self.client.create(self._worker, f"{case}/contact-attempts", attempt)

    def _case(self, listed: str, user: str) -> Any:
        """The referral's case, in a list that the user may read."""
        reference = self.client.get(self._navigator, self._referral)["reference"]
        items = self.client.get(user, f"{CASES}?list={listed}&limit=100")["items"]
        return next(item for item in items if item["reference"] == reference)

    def _review_of(self, referral: str) -> str:
        found = self.client.get(self._reviewer, f"{REVIEWS}?referral_id={referral.rpartition('/')[2]}")
        return f"{REVIEWS}/{found['items'][0]['id']}"

    def _submit(self, review: str, what: str, body: dict[str, Any]) -> None:
        self.client.change(self._reviewer, f"{review}/{what}", body, of=review)

    def _later(self, minimum: int, maximum: int) -> timedelta:
        """Some minutes between the two."""
        return timedelta(minutes=self.chance.randrange(minimum, maximum))

    @property
    def _navigator(self) -> str:
        return _NAVIGATORS[self.plan.area]

    @property
    def _reviewer(self) -> str:
        return _REVIEWERS[self.plan.area]

    @property
    def _worker(self) -> str:
        return _WORKERS[self.plan.pathway]

    @property
    def _level(self) -> str:
        return _LEVELS.get(self.plan.pathway, "urgent" if self._in_danger else "planned")

    @property
    def _in_danger(self) -> bool:
        return bool(self.body["immediate_danger"] == "yes")

    @property
    def _second_reviewer(self) -> str:
        return _SECOND_REVIEWERS[self.plan.area]
