"""The API of reviews, and what an estimate's arrival may not change, on both databases."""

from typing import Any

import pytest
import sqlalchemy as sa

from services.casework.adapters.review_tables import decisions, estimates
from services.casework.entrypoints.review_api_schemas import EXAMPLES
from services.contracts.codes import Band, RecipientClass
from services.platform.db.tables import platform_tables
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, an_own_view

SUPPORT = RecipientClass.SUPPORT_SERVICE
LIST = "/casework/api/v1/reviews"
AUDIT = platform_tables(sa.MetaData()).audit_rows


def own_view(client: Client, referred: Referred, **values: Any) -> Any:
    return client.post_json(f"{referred.api}/own-view", an_own_view(**values), **referred.as_read)


def decide(client: Client, referred: Referred, **values: Any) -> Any:
    return client.post_json(f"{referred.api}/decision", a_decision(**values), **referred.as_read)


class TestTheList:
    def test_gives_the_open_reviews_due_first_a_page_at_a_time(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        usual, danger = review_world.referral(), review_world.referral(danger=True)

        first = client.get(f"{LIST}?limit=1").json
        second = client.get(f"{LIST}?limit=1&cursor={first['next_cursor']}").json

        assert [item["referral_id"] for item in first["items"] + second["items"]] == [str(danger.id), str(usual.id)]
        assert second["next_cursor"] is None

    def test_finds_the_review_of_a_referral_decided_or_not(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred, _other = review_world.referral(SUPPORT), review_world.referral()
        own_view(client, referred)
        decide(client, referred)

        found = client.get(f"{LIST}?referral_id={referred.id}").json["items"]

        assert [(item["id"], item["state"]) for item in found] == [(str(referred.review_id), "decided")]

    def test_names_in_one_audit_row_what_it_showed(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred, hidden = review_world.referral(), review_world.referral(area="westborough")

        client.get(LIST)
        rows = review_world.rows(AUDIT, what="reviews.listed")

        assert len(rows) == 1
        assert str(referred.review_id) in str(rows[0]["details"])
        assert str(hidden.review_id) not in str(rows[0]["details"])


class TestOneReview:
    def test_shows_everything_but_an_estimate_and_claims_nothing(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        referred.estimated()

        answer = client.get(referred.api)

        assert answer.headers["ETag"] == '"1"'
        assert answer.json["name"] == "Fern Fiction"
        assert answer.json["claimed_by"] is None
        assert {route["pathway"]: route["blocked"] for route in answer.json["routes"]}["early_intervention"] is False
        assert "0.1234" not in answer.get_data(as_text=True)

    def test_forbidden_and_absent_look_alike(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        forbidden = review_world.referral(area="westborough")
        absent = forbidden.api[:-12] + "000000000000"

        answers = [client.get(address).json for address in (forbidden.api, absent)]

        assert [answer.pop("instance") for answer in answers]
        assert answers[0] == answers[1]

    def test_is_claimed_and_taken_over_when_asked(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referred = review_world.referral()

        client.post_json(f"{referred.api}/claim", {})
        stored = other.post_json(f"{referred.api}/claim", {"take_over": False}).json["claimed_by"]
        taken = other.post_json(f"{referred.api}/claim", {"take_over": True}).json["claimed_by"]

        assert (stored, taken) == (str(make.REVIEWER), str(make.COLLEAGUE))


class TestTheEstimate:
    def test_is_refused_until_the_own_view_and_given_after(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        referred.estimated(band=Band.HIGH)

        before = client.get(f"{referred.api}/estimate")
        own_view(client, referred)
        after = client.get(f"{referred.api}/estimate")

        assert before.status_code == 409
        assert "probability" not in before.get_data(as_text=True)
        assert after.json["estimate"]["band"] == "high"
        assert after.json["own_view"]["level"] == "planned"

    def test_is_not_asked_for_by_head(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        own_view(client, referred)

        head = {"Authorization": f"Bearer {client.token}"}
        for address in (f"{referred.api}/estimate", f"{referred.page}/estimate"):
            assert client.flask.head(address, headers=head).status_code == 405

    def test_of_older_facts_is_never_shown(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        referred.estimated(referral_version=1)
        referred.amended()
        own_view(client, referred)

        assert client.get(f"{referred.api}/estimate").json["estimate"] is None

    def test_that_comes_after_the_decision_is_not_noted_as_shown(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        own_view(client, referred)
        decide(client, referred)

        referred.estimated()
        shown = client.get(f"{referred.api}/estimate").json

        assert shown["own_view"]["shown_at"] is None
        assert review_world.rows(decisions)[0]["shown_at"] is None

    @pytest.mark.parametrize("arrives", ["estimated", "not_estimated"])
    def test_changes_nothing_that_can_be_seen_when_it_arrives(self, review_world: ReviewWorld, arrives: str) -> None:
        client = review_world.reviewer()
        referreds = [review_world.referral(danger=index == 1) for index in range(3)]
        client.get(referreds[0].page)
        before = seen(client, referreds)

        getattr(referreds[2], arrives)()
        getattr(referreds[0], arrives)()

        assert len(review_world.rows(estimates)) == 2
        assert seen(client, referreds) == before


def seen(client: Client, referreds: list[Referred]) -> list[Any]:
    """All that a reviewer without an own view can see: rows, order, count, ETags, pages."""
    listed = client.get(LIST)
    answers = [client.get(referred.api) for referred in referreds]
    pages = [client.get(address) for address in ("/casework/reviews", referreds[0].page)]
    return [
        listed.json,
        [(answer.json, answer.headers["ETag"]) for answer in answers],
        [without_tokens(page.get_data(as_text=True)) for page in pages],
        [client.get(f"{referred.api}/estimate").status_code for referred in referreds],
    ]


def without_tokens(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if 'type="hidden"' not in line)


class TestADecision:
    def test_needs_the_own_view_of_its_reviewer(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referred = review_world.referral(SUPPORT)
        own_view(client, referred)

        assert decide(other, referred).status_code == 409
        assert review_world.rows(decisions) == []

    def test_is_made_once_however_often_it_is_sent(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        own_view(client, referred)
        key = referred.as_read

        first = client.post_json(f"{referred.api}/decision", a_decision(), **key)
        again = client.post_json(f"{referred.api}/decision", a_decision(), **key)
        new = client.post_json(f"{referred.api}/decision", a_decision(), **referred.as_read)

        assert [first.status_code, again.status_code, new.status_code] == [201, 200, 409]
        assert first.headers["Location"] == again.headers["Location"] == referred.api

    @pytest.mark.parametrize(
        "wrong",
        [
            {"team": None},
            {"team": "no-such-team"},
            {"team": "youth-justice"},
            {"pathway": "no_further_action"},
            {"pathway": "youth_justice", "team": "youth-justice"},
            {"level": "not_enough_information"},
            {"reasons": " "},
        ],
    )
    def test_rejects_invalid_states_and_stores_nothing(self, review_world: ReviewWorld, wrong: dict[str, Any]) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        own_view(client, referred)

        assert decide(client, referred, **wrong).status_code == 422
        assert review_world.rows(decisions) == []

    def test_reasons_stay_in_this_service(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        own_view(client, referred, why="Canary of the view")
        decide(client, referred, reasons="Canary of the reasons")

        outbox = platform_tables(sa.MetaData()).outbox
        sent = str(review_world.rows(outbox)) + str(review_world.rows(AUDIT))

        assert "casework.review.decided" in sent
        assert "Canary" not in sent


class TestTheExamples:
    def test_are_accepted_as_they_stand(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        colleague = review_world.reviewer(make.COLLEAGUE)
        decided, asked = review_world.referral(), review_world.referral()
        steps = [
            (decided, "claim", "claim"),
            (decided, "keep-alive", "nothing"),
            (decided, "own-view", "own_view"),
            (decided, "bases", "basis"),
            (decided, "decision", "decision"),
            (asked, "own-view", "own_view"),
            (asked, "question", "question"),
            (asked, "withdrawal", "nothing"),
            (asked, "release", "nothing"),
        ]
        asked.withdrawn()

        answers = [client.post_json(f"{on.api}/{path}", EXAMPLES[name], **on.as_read) for on, path, name in steps]

        assert [answer.status_code for answer in answers] == [200, 200, 201, 201, 201, 201, 201, 201, 200]

        danger = review_world.referral(SUPPORT, danger=True)
        for path, name in (("own-view", "own_view"), ("decision", "decision")):
            client.post_json(f"{danger.api}/{path}", EXAMPLES[name], **danger.as_read)
        agreed = colleague.post_json(f"{danger.api}/agreement", EXAMPLES["agreement"], **danger.as_read)
        assert agreed.status_code == 201
