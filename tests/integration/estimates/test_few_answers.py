"""An estimate from few answers says so first; from too few there is none, and a reviewer decides without one."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.contracts.codes import EstimateCause, Source
from services.scoring.on_events import ApplyReferral
from tests.integration.casework.review_form_steps import text_of
from tests.integration.estimates.generated import REFERRALS, REVIEWS, bars_of, estimate, review_of
from tests.world import Caller, World, a_world

FACTS: dict[str, Any] = {
    "injury": "needs_treatment", "violence_attendances_12m": 1, "self_harm_12m": False,
    "alcohol_or_drugs_involved": True, "substance_use": "occasional", "mental_health_need": True,
    "weapon_believed_present": False, "retaliation_feared": True, "siblings_at_risk": False,
    "education_status": "in_education", "often_absent": True, "looked_after_now": False,
    "childrens_services": "child_in_need", "missing_episodes_12m": 1, "peers_in_violence": True,
    "violence_at_home_12m": False,
}  # fmt: skip
BANDS = ("usual chance", "than usual")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("few")) as made:
        made.system.do_not_wait_for_the_disk()
        yield made


@pytest.fixture
def reviewer(world: World) -> Caller:
    return world.caller("reviewer-two")


def refer(world: World, answers: int) -> str:
    """A referral with this many answers: age, what happened, involvement, danger, and facts. Gives its id."""
    body = world.example("intake", REFERRALS)
    given = dict(list(FACTS.items())[: answers - 4])
    name = f"Number {'abcdefghijklmnopqrstuvwxyz'[answers]}"
    person = {"name": name, "date_of_birth": "2011-03-27", "phone": f"07700 900{answers:03}"}
    sent = world.caller("navigator").post(REFERRALS, body | {"facts": given, "young_person": person})
    assert sent.status_code == 202, sent.text
    world.drain()
    return str(sent.location).rpartition("/")[2]


class TestAnEstimateFromTooFewAnswers:
    def test_is_none_and_every_place_says_so(self, world: World, reviewer: Caller) -> None:
        referral = refer(world, 7)

        data, page = estimate(reviewer, review_of(reviewer, referral))

        assert (data["estimate"], data["not_estimated"]) == (None, "too_little_information")
        assert (data["known_answers"], data["all_answers"]) == (7, 25)
        assert data["min_answers"] == 8
        assert "7 of 25 answers are known. An estimate needs at least 8." in page
        assert "18 of 25 answers are not known" in page
        assert not any(band in page for band in BANDS)
        assert "What moved the estimate" not in page
        [answer] = rows(world, referral)
        assert (answer.estimate_id, answer.known_answers) == (None, 7)

    def test_leaves_the_decision_possible(self, world: World, reviewer: Caller) -> None:
        row = review_of(reviewer, refer(world, 6))
        data, _page = estimate(reviewer, row)
        review = f"{REVIEWS}/{row['id']}"
        decision = {"level": "none", "pathway": "no_further_action", "reasons": "He is safe with his aunt."}

        answer = reviewer.post_as_read(review, "decision", decision)

        assert data["estimate"] is None
        assert answer.status_code == 201, answer.text
        decided = text_of(reviewer.get(f"/casework/reviews/{row['id']}"))
        assert "No further action" in decided
        assert "Why it differs" not in decided

    def test_counts_what_an_earlier_referral_answered_and_names_it(self, world: World, reviewer: Caller) -> None:
        """So that casework shows the count to nobody who may not know the earlier one."""
        clock = world.system.services["scoring"].clock()
        commands = [
            ApplyReferral(
                referral_id=uuid4(),
                version=1,
                person_id=UUID(int=7),
                received_at=clock - timedelta(days=days),
                stated_at=clock - timedelta(days=days),
                facts=facts,
                area="northside",
                source=Source.AE_NAVIGATOR,
                cause=EstimateCause.RECEIVED,
            )
            for days, facts in ((9, {"age": 15, "often_absent": True}), (1, {"age": 15, "injury": "minor"}))
        ]
        for command in commands:
            world.system.services["scoring"].dispatcher.handle(command, actor=None)

        [answer] = rows(world, str(commands[1].referral_id))

        assert (answer.reason, answer.known_answers) == ("too_little_information", 3)
        assert answer.drawn_on == [str(commands[0].referral_id)]


class TestAnEstimateFromFewAnswers:
    @pytest.mark.parametrize("answers", [8, 19])
    def test_says_first_on_how_many_it_is_based(self, world: World, reviewer: Caller, answers: int) -> None:
        data, page = estimate(reviewer, review_of(reviewer, refer(world, answers)))

        assert data["estimate"]["sparse"]
        first = f">Based on {answers} of 25 answers</h2>"
        assert first in page
        assert all(page.index(first) < page.index(band) for band in BANDS if band in page)
        assert "From so few answers: " in page

    def test_gives_no_reasons_that_are_not_known(self, world: World, reviewer: Caller) -> None:
        _body, page = estimate(reviewer, review_of(reviewer, refer(world, 9)))

        values = [value for _label, value in bars_of(page)]
        assert values
        assert "Not known" not in values
        assert "values that are not known, together" in page

    def test_from_more_answers_begins_with_the_estimate(self, world: World, reviewer: Caller) -> None:
        data, page = estimate(reviewer, review_of(reviewer, refer(world, 20)))

        assert not data["estimate"]["sparse"]
        assert ">Based on" not in page.partition("app-dots")[0]
        assert "Based on 20 of 25 answers" in page


def rows(world: World, referral: str) -> list[sa.Row[Any]]:
    scoring = world.system.services["scoring"]
    answers = scoring.metadata.tables["results"]
    with scoring.database.read() as connection:
        return [row for row in connection.execute(sa.select(answers)) if str(row.referral_id) == referral]
