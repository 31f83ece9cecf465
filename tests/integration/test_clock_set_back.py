"""The clock goes two seconds back before each step: nothing is refused for it, and everything keeps its order."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from devtools.postgresql import Cluster
from tests.world import Caller, World, a_world

REFERRALS, REVIEWS, CASES = "/intake/api/v1/referrals", "/casework/api/v1/reviews", "/casework/api/v1/cases"


class Clock:
    """Stands still but for the steps back."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def step_back(self) -> None:
        self.at -= timedelta(seconds=2)


class Steps:
    """What people do, each two seconds before the step that came before it."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world, self.clock = world, clock
        self.navigator, self.reviewer = self.caller("navigator"), self.caller("reviewer")
        self.worker = self.caller("early-intervention-caseworker")

    def caller(self, user: str) -> Caller:
        return self.world.caller(user)

    def get(self, caller: Caller, path: str) -> Any:
        self.clock.step_back()
        answer = caller.get(path)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer

    def post(self, caller: Caller, path: str, body: object, *, of: str | None = None) -> Any:
        etag = caller.get(of).headers["ETag"] if of else ""
        self.clock.step_back()
        answer = caller.post(path, body, headers={"If-Match": etag} if of else {})
        assert answer.status_code < 300, f"{path}: {answer.get_data(as_text=True)}"
        self.clock.step_back()
        self.world.drain()
        return answer

    def refer(self, **more: Any) -> str:
        body = {
            "young_person": {"name": "Sorrel Sample", "age_about": 15, "phone": "07700 900982"},
            "what_happened": ["knife_or_sharp_object"],
            "immediate_danger": "no",
            "contact": {"safe": ["phone"]},
            "bases": [
                {"recipient_class": "triage", "basis": "safeguarding"},
                {"recipient_class": "support_service", "basis": "safeguarding"},
            ],
        }
        return str(self.post(self.navigator, REFERRALS, body | more).location)

    def amend(self, where: str, **more: Any) -> None:
        held = self.navigator.get(where)
        self.clock.step_back()
        body = held.get_json()["referral"] | more
        answer = self.navigator.send("PUT", where, body, headers={"If-Match": held.headers["ETag"]})
        assert answer.status_code == 200, answer.get_data(as_text=True)
        self.world.drain()

    def review(self, where: str) -> str:
        found = self.get(self.reviewer, f"{REVIEWS}?referral_id={where.rpartition('/')[2]}").get_json()["items"]
        return f"{REVIEWS}/{found[0]['id']}"

    def own_view(self, review: str) -> None:
        said = {"level": "planned", "sureness": "fairly", "why": "Wants help."}
        self.post(self.reviewer, f"{review}/own-view", said, of=review)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def steps(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steps]:
    cluster: Cluster | None = request.getfixturevalue("postgresql") if request.param == "postgresql" else None
    clock = Clock()
    folder = tmp_path_factory.mktemp("world")
    with a_world(folder, database_url=cluster.schema if cluster else None, clock=clock) as world:
        yield Steps(world, clock)


class TestAClockThatIsSetBack:
    def test_lets_a_referral_go_its_whole_way(self, steps: Steps) -> None:
        where = steps.refer()
        steps.amend(where, concern={"concern": "Said more."})
        review = steps.review(where)
        steps.post(steps.reviewer, f"{review}/claim", {})
        steps.post(steps.reviewer, f"{review}/keep-alive", {})
        steps.own_view(review)
        steps.get(steps.reviewer, f"{review}/estimate")
        decision = {
            "level": "planned", "pathway": "early_intervention", "team": "early-help", "reasons": "Wants help.",
            "difference_reasons": ["other"],
        }  # fmt: skip
        steps.post(steps.reviewer, f"{review}/decision", decision, of=review)
        reference = steps.get(steps.navigator, where).get_json()["reference"]
        items = steps.get(steps.worker, f"{CASES}?list=unassigned").get_json()["items"]
        case = f"{CASES}/{next(item['id'] for item in items if item['reference'] == reference)}"
        steps.post(steps.worker, f"{case}/assignment", {"assignee_id": None}, of=case)
        steps.post(steps.worker, f"{case}/notes", {"text": "Rang the aunt."})
        steps.post(steps.worker, f"{case}/contact-attempts", {"mode": "phone", "reached": True, "attempted_at": None})
        steps.post(steps.worker, f"{case}/first-contact", {"attempt_id": None, "answer": "accepts"}, of=case)
        steps.post(steps.worker, f"{case}/outcome", {"outcome": "support_completed"}, of=case)
        steps.post(steps.worker, f"{case}/closure", {"reason": "plan_finished"}, of=case)

        entries = rows(steps, "casework", "case_entries", order="version")
        times = [row.recorded_at for row in entries]
        assert times == sorted(times)
        assert [row.kind.value for row in entries][-3:] == ["first_contact_made", "outcome_recorded", "closed"]
        assert steps.get(steps.navigator, where).get_json()["step"] == "closed"

    def test_lets_a_question_be_asked_answered_and_the_referral_be_withdrawn(self, steps: Steps) -> None:
        where = steps.refer(young_person={"name": "Rowan Sample", "age_about": 16, "phone": "07700 900983"})
        review = steps.review(where)
        steps.own_view(review)
        steps.post(steps.reviewer, f"{review}/question", {"question": "strengths"}, of=review)
        asked = steps.get(steps.navigator, where).get_json()["question_id"]
        steps.amend(where, answer="A coach.", answers_question=asked)
        steps.own_view(review)
        steps.post(steps.navigator, f"{where}/withdrawal", {"reason": "moved_away"})
        steps.post(steps.reviewer, f"{review}/withdrawal", {}, of=review)

        assert steps.get(steps.reviewer, review).get_json()["state"] == "closed"

    def test_lets_the_newest_word_on_who_is_who_stand(self, steps: Steps) -> None:
        person = {"name": "Hazel Sample", "date_of_birth": "2010-05-06", "postcode": "NE1 4ST", "phone": "07700 900984"}
        one, other = steps.refer(young_person=person), steps.refer(young_person=person)
        (found,) = [row for row in rows(steps, "intake", "matches") if id_of(other) in (row.earlier_id, row.later_id)]
        assert person_of(steps, one) == person_of(steps, other)
        page = f"/intake/matches/{found.id}"

        for state, together in (("undone", False), ("linked", True), ("undone", False)):
            version = rows(steps, "intake", "matches", id=found.id)[0].version
            steps.clock.step_back()
            form = {"state": state, "reason": "Asked the aunt.", "version": str(version)}
            answer = steps.reviewer.send("POST", page, data=form)
            assert answer.status_code == 303, answer.get_data(as_text=True)
            steps.world.drain()

            assert (person_of(steps, one) == person_of(steps, other)) is together

    def test_left_nothing_undelivered(self, steps: Steps) -> None:
        letters = {name: rows(steps, name, "dead_letters") for name in ("intake", "scoring", "casework", "oversight")}

        assert {name: len(found) for name, found in letters.items() if found} == {}


def rows(steps: Steps, service: str, table: str, *, order: str | None = None, **where: Any) -> Any:
    built = steps.world.system.services[service]
    found = sa.select(built.metadata.tables[table]).filter_by(**where)
    with built.database.read() as connection:
        return connection.execute(found.order_by(sa.text(order)) if order else found).all()


def id_of(where: str) -> Any:
    return UUID(where.rpartition("/")[2])


def person_of(steps: Steps, where: str) -> Any:
    """As casework and scoring have it: the two agree."""
    known = {
        rows(steps, "casework", "referrals", id=id_of(where))[0].person_id,
        rows(steps, "scoring", "referrals", id=id_of(where))[0].person_id,
    }
    assert len(known) == 1
    return known.pop()
