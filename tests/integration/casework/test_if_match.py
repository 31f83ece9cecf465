"""Who writes about a review has read it as it is: an older ETag is refused, and another reviewer's reading changes none."""

from typing import Any

import pytest

from services.casework.adapters.review_tables import decisions, own_views
from services.contracts.codes import RecipientClass
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.review_form_steps import decide, text_of, view
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, a_key, an_own_view

SUPPORT = RecipientClass.SUPPORT_SERVICE
A_BASIS = {"recipient": "adult_services", "basis": "public_task", "reason": "Asked."}
WRITES: dict[str, dict[str, Any]] = {
    "own-view": an_own_view(),
    "decision": a_decision(),
    "question": {"question": "age"},
    "bases": A_BASIS,
    "withdrawal": {},
}


def etag(client: Client, referred: Referred) -> dict[str, str]:
    return {"If-Match": client.get(referred.api).headers["ETag"]}


def write(client: Client, referred: Referred, what: str, **headers: str) -> Any:
    return client.post_json(f"{referred.api}/{what}", WRITES[what], **(a_key() | headers))


class TestTheAPI:
    @pytest.mark.parametrize("what", WRITES)
    def test_takes_nothing_without_the_etag_that_was_read(self, review_world: ReviewWorld, what: str) -> None:
        client = review_world.reviewer()
        referred = ready_for(what, review_world, client)
        read = etag(client, referred)

        without = write(client, referred, what)
        of_any = write(client, referred, what, **{"If-Match": "*"})
        never_ours = write(client, referred, what, **{"If-Match": '"abc"'})
        with_it = write(client, referred, what, **read)

        assert [without.status_code, of_any.status_code, never_ours.status_code] == [428, 428, 412]
        assert with_it.status_code == 201

    @pytest.mark.parametrize("what", WRITES)
    def test_takes_nothing_on_facts_that_were_not_read(self, review_world: ReviewWorld, what: str) -> None:
        client = review_world.reviewer()
        referred = ready_for(what, review_world, client)
        read = etag(client, referred)

        referred.amended(7)

        assert write(client, referred, what, **read).status_code == 412

    def test_gives_the_answer_that_a_key_had_before_it_looks_at_the_etag(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()
        key = a_key()
        first = write(client, referred, "own-view", **key, **etag(client, referred))
        referred.amended()

        stale = write(client, referred, "own-view", **key, **{"If-Match": '"1"'})
        without = write(client, referred, "own-view", **key)

        assert [first.status_code, stale.status_code, without.status_code] == [201, 200, 200]
        assert stale.headers["Location"] == without.headers["Location"] == first.headers["Location"]
        assert len(review_world.rows(own_views)) == 1


class TestTheETag:
    def test_stays_whoever_reads_claims_or_says_what_they_think(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referred = review_world.referral()
        referred.estimated()
        read = etag(client, referred)

        other.get(referred.page)
        other.post_json(f"{referred.api}/claim", {})
        write(other, referred, "own-view", **read)
        other.get(f"{referred.api}/estimate")
        other.post_json(f"{referred.api}/keep-alive", {})
        other.post_json(f"{referred.api}/release", {})

        assert etag(client, referred) == read

    @pytest.mark.parametrize("what", ["amended", "withdrawn", "asked"])
    def test_changes_with_the_facts_a_question_and_a_withdrawal(self, review_world: ReviewWorld, what: str) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referred = review_world.referral()
        read = etag(client, referred)
        if what == "asked":
            write(other, referred, "own-view", **read)
            write(other, referred, "question", **read)
        else:
            getattr(referred, what)()

        assert etag(client, referred) != read


class TestThePages:
    def test_show_the_facts_as_they_now_are_and_keep_what_was_typed(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral(SUPPORT)
        view(client, referred)
        read = str(referred.revision)

        referred.amended(facts={"what_happened": ["firearm"]})
        stale = decide(client, referred, revision=read, reasons="Typed already.")

        assert stale.status_code == 422
        assert "This review has changed since you opened it" in text_of(stale)
        assert "Typed already." in text_of(stale)
        assert "Save my view and see the estimate" in text_of(stale)
        assert review_world.rows(decisions) == []

    def test_keep_a_decision_that_a_colleagues_question_overtook(self, review_world: ReviewWorld) -> None:
        client, other = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referred = review_world.referral(SUPPORT)
        view(client, referred)
        view(other, referred)
        read = str(referred.revision)
        other.post(f"{referred.page}/question", {"key": "q", "question": "age", "revision": read})

        stale = decide(client, referred, revision=read, reasons="Typed already.")
        again = decide(client, referred, reasons="Typed already.")

        assert stale.status_code == 422
        assert "Typed already." in text_of(stale)
        assert "Record decision" in text_of(stale)
        assert again.status_code == 303

    def test_ask_again_where_a_form_does_not_say_what_was_read(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        referred = review_world.referral()

        assert view(client, referred, revision="").status_code == 422
        assert review_world.rows(own_views) == []


def ready_for(what: str, world: ReviewWorld, client: Client) -> Referred:
    """A referral of which this can be said."""
    referred = world.referral(SUPPORT)
    if what in ("decision", "question"):
        view(client, referred)
    if what == "withdrawal":
        referred.withdrawn()
    return referred
