"""While danger stands a second reviewer must agree to less than urgent support, through the API and the pages."""

from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.casework.adapters.case_tables import cases
from services.casework.adapters.gauges import GAUGES
from services.casework.adapters.review_tables import decisions, proposals, reviews
from services.casework.adapters.tables import bases
from services.casework.application.staff_changes import StaffChanged
from services.contracts.codes import OrganisationClass, Pathway, RecipientClass
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import proposed
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, a_key, an_own_view

SUPPORT = RecipientClass.SUPPORT_SERVICE
LIST = "/casework/api/v1/reviews"
UNIVERSAL = {"level": "light", "pathway": "universal_support", "team": None}
EARLY = {"level": "planned", "pathway": "early_intervention", "team": "early-help"}


def read(client: Client, referred: Referred) -> dict[str, str]:
    """The headers of a change of the review as this client now reads it."""
    return {"If-Match": client.get(referred.api).headers["ETag"], **a_key()}


def views(client: Client, referred: Referred) -> None:
    made = client.post_json(f"{referred.api}/own-view", an_own_view(), **read(client, referred))
    assert made.status_code == 201, made.text


def decides(client: Client, referred: Referred, **content: Any) -> Any:
    return client.post_json(f"{referred.api}/decision", a_decision(**content), **read(client, referred))


def answers(client: Client, referred: Referred, *, agree: bool = True, **headers: str) -> Any:
    body = {"agree": agree, "reason": "Reasonmark: spoke to the ward."}
    return client.post_json(f"{referred.api}/agreement", body, **{**read(client, referred), **headers})


class TestLevelAndPathway:
    @pytest.mark.parametrize(
        "content",
        [
            {"level": "planned", "pathway": "universal_support", "team": None},
            {"level": "urgent", "pathway": "no_further_action", "team": None},
            {"level": "none", "pathway": "early_intervention", "team": "early-help"},
        ],
    )
    def test_that_do_not_agree_are_refused_with_both_named(
        self, review_world: ReviewWorld, content: dict[str, Any]
    ) -> None:
        client, referred = review_world.reviewer(), review_world.referral(SUPPORT)
        views(client, referred)

        answer = decides(client, referred, **content)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["/level", "/pathway"]
        assert review_world.rows(decisions) == []

    def test_are_shown_with_the_review(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), review_world.referral(SUPPORT, danger=True)

        data = {item["level"]: item for item in client.get(referred.api).json["levels"]}

        assert set(data["none"]["pathways"]) == {"universal_support", "no_further_action"}
        assert [level for level in data if not data[level]["needs_agreement"]] == ["urgent"]

    def test_stand_at_both_questions_of_the_page(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), review_world.referral(SUPPORT)
        views(client, referred)
        form = {
            "key": "k", "facts_version": "1", "level": "planned", "pathway": "universal_support", "reasons": "Enough.",
            "revision": client.get(referred.api).headers["ETag"].strip('"'),
        }  # fmt: skip

        page = client.post(f"{referred.page}/decision", form)

        assert page.status_code == 422
        for content in ('href="#level"', 'href="#pathway"', "Planned support needs a case or a hand-over", "Enough."):
            assert content in page.text


class TestAProposal:
    def test_is_no_decision_and_is_listed_for_the_other_reviewer(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT, **EARLY)

        listed = {item["id"]: item for item in colleague.get(LIST).json["items"]}

        assert listed[str(referred.review_id)]["state"] == "agreement_needed"
        assert review_world.rows(decisions) == review_world.rows(cases) == []

    def test_lets_the_due_time_run(self, review_world: ReviewWorld) -> None:
        proposed(review_world, SUPPORT)
        overdue = next(measure for measure in GAUGES if measure.name == "waymark_reviews_overdue")

        with review_world.database.read() as connection:
            found = [overdue.read(connection, make.after(minute)) for minute in (119, 121)]

        assert found == [0, 1]

    def test_publishes_nothing_about_it(self, review_world: ReviewWorld) -> None:
        review_world.reviewer(make.COLLEAGUE)
        proposer, referred = review_world.reviewer(), review_world.referral(SUPPORT, danger=True)
        views(proposer, referred)
        outbox = review_world.service.tables.outbox
        before = len(review_world.rows(outbox))

        decides(proposer, referred, **UNIVERSAL)

        assert len(review_world.rows(outbox)) == before

    def test_is_given_to_the_next_reviewer_who_asks_and_not_to_who_proposed(self, review_world: ReviewWorld) -> None:
        referred, proposer, colleague = proposed(review_world, SUPPORT)
        if claimed := review_world.rows(reviews, id=referred.review_id)[0]["claimed_by"]:
            assert claimed == make.REVIEWER

        mine = proposer.post("/casework/reviews/next", {})
        theirs = colleague.post("/casework/reviews/next", {})

        assert str(referred.review_id) not in mine.location
        assert str(referred.review_id) in theirs.location

    def test_is_refused_where_no_second_reviewer_covers_the_area(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), review_world.referral(SUPPORT, danger=True)
        views(client, referred)

        answer = decides(client, referred, **UNIVERSAL)

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["/level", "/pathway"]
        assert "No second reviewer covers this area" in text_of(client.get(f"{referred.page}/decision"))
        assert "universal_support" not in client.get(f"{referred.page}/decision").text
        urgent = decides(client, referred, level="urgent", pathway="early_intervention", team="early-help")
        assert urgent.status_code == 201

    def test_stays_in_the_list_when_who_proposed_it_leaves(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT)
        leaves(review_world, make.REVIEWER)

        assert str(referred.review_id) in colleague.get(LIST).text
        views(colleague, referred)
        urgent = decides(colleague, referred, level="urgent", pathway="early_intervention", team="early-help")
        assert urgent.status_code == 201

    def test_ends_when_the_facts_change_and_stays_as_history(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT)

        referred.amended(facts={"immediate_danger": "yes"}, bases=[make.a_basis(RecipientClass.TRIAGE)])

        [item] = colleague.get(f"{LIST}?referral_id={referred.id}").json["items"]
        assert item["state"] != "agreement_needed"
        assert [one["outcome"] for one in colleague.get(referred.api).json["proposals"]] == ["facts_changed"]
        assert "The referrer updated the referral" in text_of(colleague.get(referred.page))

    def test_is_stored_as_it_was_made(self, review_world: ReviewWorld) -> None:
        proposed(review_world, SUPPORT)

        with pytest.raises(sa.exc.IntegrityError), review_world.database.write() as connection:
            connection.execute(sa.update(proposals).values(reasons="Better ones."))

    def test_is_never_answered_by_who_made_it_whatever_the_code_does(self, review_world: ReviewWorld) -> None:
        proposed(review_world, SUPPORT)
        ended = {"outcome": "agreed", "ended_at": review_world.now, "ended_by": make.REVIEWER, "ended_reason": "Yes."}

        with pytest.raises(sa.exc.IntegrityError), review_world.database.write() as connection:
            connection.execute(sa.update(proposals).values(**ended))


class TestAnAgreement:
    def test_decides_in_the_name_of_who_proposed_and_opens_the_case(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT, **EARLY)

        answer = answers(colleague, referred)

        assert answer.status_code == 201, answer.text
        [decision] = review_world.rows(decisions)
        assert (decision["decided_by"], decision["pathway"]) == (make.REVIEWER, Pathway.EARLY_INTERVENTION)
        assert len(review_world.rows(cases, referral_id=referred.id)) == 1
        page = text_of(colleague.get(referred.page))
        assert "Cory Colleague agreed" in page
        assert "Reasonmark" in page

    def test_needs_the_etag_and_a_stored_answer_comes_first(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT)
        body, key = {"agree": True, "reason": "Yes."}, a_key()

        assert colleague.post_json(f"{referred.api}/agreement", body, **a_key()).status_code == 428
        assert answers(colleague, referred, **{"If-Match": '"1"'}).status_code == 412
        tag = {"If-Match": colleague.get(referred.api).headers["ETag"]}
        assert colleague.post_json(f"{referred.api}/agreement", body, **key, **tag).status_code == 201
        assert colleague.post_json(f"{referred.api}/agreement", body, **key, **tag).status_code == 200
        assert len(review_world.rows(decisions)) == 1

    def test_is_not_for_who_proposed_or_referred_or_is_of_another_area(self, review_world: ReviewWorld) -> None:
        referred, proposer, _colleague = proposed(review_world, SUPPORT)
        referrer = review_world.reviewer(make.NAVIGATOR)
        elsewhere = review_world.reviewer(UUID(int=9), "westborough")
        tag = {"If-Match": proposer.get(referred.api).headers["ETag"]}

        sent = [
            client.post_json(f"{referred.api}/agreement", {"agree": True, "reason": "Yes."}, **a_key(), **tag)
            for client in (proposer, referrer, elsewhere)
        ]

        assert [answer.status_code for answer in sent] == [403, 404, 404]

    def test_is_refused_when_no_basis_covers_the_team_any_more(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT, **EARLY)
        with review_world.database.write() as connection:
            connection.execute(sa.delete(bases).where(bases.c.recipient_class == SUPPORT))

        assert answers(colleague, referred).status_code == 422
        assert review_world.rows(decisions) == []

    def test_does_not_show_an_estimate(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT)
        referred.estimated(probability=0.1234)

        page = colleague.get(f"{referred.page}/agreement")

        assert page.status_code == 200
        assert "12 in 100" not in text_of(page)
        assert colleague.get(f"{referred.api}/estimate").status_code == 409

    def test_page_has_the_facts_the_proposal_and_whom_to_phone(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT)

        page = text_of(colleague.get(f"{referred.page}/agreement"))

        for content in (
            "Light touch or advice",
            "Signpost to universal services",
            "Fern Fiction",
            "01632 960104",
            "Afraid to go back.",
        ):
            assert content in page

    def test_by_form_decides_and_a_refusal_of_the_form_keeps_what_was_typed(self, review_world: ReviewWorld) -> None:
        referred, _proposer, colleague = proposed(review_world, SUPPORT)
        shown = colleague.get(f"{referred.page}/agreement")
        form = {
            "key": "k",
            "reason": "Typedmark",
            "revision": shown.text.split('name="revision" value="')[1].split('"')[0],
        }

        unanswered = colleague.post(f"{referred.page}/agreement", form)
        sent = colleague.post(f"{referred.page}/agreement", {**form, "agree": "yes"})

        assert unanswered.status_code == 422
        assert "Typedmark" in unanswered.text
        assert 'href="#agree"' in unanswered.text
        assert "done=agreed" in sent.location
        assert len(review_world.rows(decisions)) == 1


class TestARefusal:
    def test_returns_the_review_and_shows_why(self, review_world: ReviewWorld) -> None:
        referred, proposer, colleague = proposed(review_world, SUPPORT)

        assert answers(colleague, referred, agree=False).status_code == 201

        [item] = proposer.get(f"{LIST}?referral_id={referred.id}").json["items"]
        assert item["state"] in ("waiting", "being_read")
        assert review_world.rows(decisions) == []
        assert "Reasonmark" in text_of(proposer.get(referred.page))


class TestTheDangerProcedure:
    def test_is_shown_on_the_decision_page_in_danger(self, review_world: ReviewWorld) -> None:
        client = review_world.reviewer()
        danger, calm = review_world.referral(danger=True), review_world.referral()
        for referred in (danger, calm):
            views(client, referred)

        assert "01632 960104" in client.get(f"{danger.page}/decision").text
        assert "01632 960104" not in client.get(f"{calm.page}/decision").text


def leaves(world: ReviewWorld, staff_id: UUID) -> None:
    event = {
        "staff_id": staff_id,
        "version": 2,
        "display_name": "Remi Reviewer",
        "organisation_id": UUID(int=3),
        "organisation_class": OrganisationClass.LOCAL_AUTHORITY,
        "roles": [],
        "teams": [],
        "areas": [],
        "active": False,
    }
    world.deliver(StaffChanged(event))
