"""Consent that is taken back takes effect: before and after the decision, for teams at once, for reviewers once confirmed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.casework.adapters.case_tables import case_entries, cases, consent_notices
from services.casework.adapters.tables import bases
from services.casework.application.on_referral import ApplyReferral, ApplyWithdrawal
from services.contracts.codes import LawfulBasis, OrganisationClass, RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld, a_decision, a_key, an_own_view

REVIEWS, QUEUE, CASES = "/casework/reviews", "/casework/queue", "/casework/api/v1/cases"
BY_CONSENT = LawfulBasis.CONSENT_YOUNG_PERSON
TRIAGE_BY_CONSENT = make.a_basis(RecipientClass.TRIAGE, BY_CONSENT)
SUPPORT_BY_CONSENT = make.a_basis(RecipientClass.SUPPORT_SERVICE, BY_CONSENT)
SUPPORT_TO_SAFEGUARD = make.a_basis(RecipientClass.SUPPORT_SERVICE, LawfulBasis.SAFEGUARDING)
ON_CONSENT = [TRIAGE_BY_CONSENT, SUPPORT_BY_CONSENT]
NOTICE = "Consent withdrawn on 20 November 2026: do not contact"
A_BASIS = {"recipient": "support_service", "basis": "safeguarding", "reason": "He is 15 and not safe at home."}
HIDDEN_TEXTS = ("Fern Fiction", "Afraid to go back", "Decisionmark", "I want it to stop")
"""What nobody may read once their basis has ended: the name, the words, the reasons."""


def on_consent(world: ReviewWorld, *data: dict[str, str]) -> tuple[Referred, UUID]:
    """A referral that was decided on consent, with its case."""
    return decided(world, bases=[TRIAGE_BY_CONSENT, *(data or (SUPPORT_BY_CONSENT,))])


def a_worker(world: ReviewWorld) -> Client:
    worker = of_team(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
    worker.post(f"{QUEUE}/next")
    return worker


def withdraws(referral: Referred, version: int = 2) -> None:
    referral.withdrawn(version, reason="consent_withdrawn")


def as_read(client: Client, referral: Referred) -> dict[str, str]:
    """The headers of a change to the review as its reader has it."""
    return {**a_key(), "If-Match": client.get(referral.api).headers.get("ETag", '"1"')}


def confirms(client: Client, referral: Referred) -> int:
    answer = client.post_json(f"{referral.api}/withdrawal", {}, **as_read(client, referral))
    return int(answer.status_code)


def reads(client: Client, *addresses: str) -> str:
    return " ".join(text_of(client.get(address)) for address in addresses)


class TestBeforeTheDecision:
    def test_no_case_opens_on_that_consent_alone(self, review_world: ReviewWorld) -> None:
        referral, reviewer = review_world.referral(bases=ON_CONSENT), review_world.reviewer()
        withdraws(referral)
        reviewer.post_json(f"{referral.api}/own-view", an_own_view(), **as_read(reviewer, referral))

        answer = reviewer.post_json(f"{referral.api}/decision", a_decision(), **as_read(reviewer, referral))

        assert answer.status_code == 422
        assert review_world.rows(cases) == []

    def test_the_withdrawal_may_come_before_the_referral(self, review_world: ReviewWorld) -> None:
        event = make.a_referral_event(bases=ON_CONSENT)
        review_world.deliver(ApplyWithdrawal(make.a_withdrawal_event(event["referral_id"], reason="consent_withdrawn")))

        review_world.deliver(ApplyReferral(event))

        ended = {row["recipient_class"].value: row["withdrawn_at"] is not None for row in review_world.rows(bases)}
        assert ended == {"triage": False, "support_service": True}

    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("consent_withdrawn", "Consent was withdrawn"),
            ("duplicate", "The same referral was made twice"),
            ("moved_away", "They moved away"),
        ],
    )
    def test_the_reviewer_reads_why(self, review_world: ReviewWorld, reason: str, words: str) -> None:
        referral, reviewer = review_world.referral(bases=ON_CONSENT), review_world.reviewer()

        referral.withdrawn(reason=reason)

        assert words in text_of(reviewer.get(referral.page))
        assert reviewer.get(referral.api).json["withdrawal"]["reason"] == reason

    def test_another_reason_ends_no_basis(self, review_world: ReviewWorld) -> None:
        referral = review_world.referral(bases=ON_CONSENT)

        referral.withdrawn(reason="needs_met_elsewhere")

        assert {row["withdrawn_at"] for row in review_world.rows(bases)} == {None}

    def test_another_basis_for_the_same_team_still_holds(self, review_world: ReviewWorld) -> None:
        referral = review_world.referral(bases=[*ON_CONSENT, SUPPORT_TO_SAFEGUARD])
        reviewer = review_world.reviewer()
        withdraws(referral)
        reviewer.post_json(f"{referral.api}/own-view", an_own_view(), **as_read(reviewer, referral))

        answer = reviewer.post_json(f"{referral.api}/decision", a_decision(), **as_read(reviewer, referral))

        assert answer.status_code == 201

    def test_an_amendment_after_it_brings_no_consent_back(self, review_world: ReviewWorld) -> None:
        referral = review_world.referral(bases=ON_CONSENT)
        withdraws(referral)

        referral.amended(3, bases=ON_CONSENT)

        routes = review_world.reviewer().get(referral.api).json["routes"]
        assert [route["blocked"] for route in routes if route["pathway"] == "early_intervention"] == [True]


class TestAnOpenCase:
    def test_keeps_one_item_for_its_team_and_nothing_else(self, review_world: ReviewWorld) -> None:
        referral, case_id = on_consent(review_world)
        worker = a_worker(review_world)
        colleague = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)

        withdraws(referral)

        for reader, tab in ((worker, "mine"), (colleague, "team"), (manager, "team")):
            values = reads(reader, f"{QUEUE}?tab={tab}", f"/casework/cases/{case_id}")
            assert values.count(referral.event["reference"]) > 1
            assert NOTICE in values
            assert "F.F." in values
            assert not [mark for mark in HIDDEN_TEXTS if mark in values]
        data = worker.get(f"{CASES}/{case_id}").json
        assert set(data) == {"id", "reference", "initials", "version", "consent_withdrawn_at", "stopped_at"}
        assert worker.get(f"{CASES}?list=team").json["items"] == []

    @pytest.mark.parametrize(
        "below", ["", "/notes/new", "/contact-attempts/new", "/first-contact", "/outcome", "/closure"]
    )
    def test_is_neither_read_nor_written_by_any_page(self, review_world: ReviewWorld, below: str) -> None:
        referral, case_id = on_consent(review_world)
        worker = a_worker(review_world)
        withdraws(referral)

        page = worker.get(f"/casework/cases/{case_id}{below}")

        assert page.status_code == (404 if below else 200)
        assert not [mark for mark in HIDDEN_TEXTS if mark in text_of(page)]
        assert worker.post_json(f"{CASES}/{case_id}/notes", {"text": "A note."}, **a_key()).status_code == 404

    def test_is_stopped_and_closed_by_its_worker(self, review_world: ReviewWorld) -> None:
        referral, case_id = on_consent(review_world)
        worker = a_worker(review_world)
        withdraws(referral)
        page = f"/casework/cases/{case_id}"
        version = worker.get(f"{CASES}/{case_id}").json["version"]

        stopped = worker.post(f"{page}/support-stopped", {"key": "a", "version": str(version)})
        still = reads(worker, page)
        closed = worker.post(f"{page}/closure-without-consent", {"key": "b", "version": str(version + 1)})

        assert (stopped.status_code, closed.status_code) == (303, 303)
        assert "Support stopped 20 November 2026" in still
        [case] = review_world.rows(cases)
        assert (case["state"].value, case["close_reason"].value) == ("closed", "declined")
        assert [row["kind"].value for row in review_world.rows(case_entries)][-2:] == ["support_stopped", "closed"]
        assert referral.event["reference"] not in reads(worker, f"{QUEUE}?tab=mine", f"{QUEUE}?tab=team")
        assert worker.get(page).status_code == 404

    def test_is_not_closed_before_support_has_stopped(self, review_world: ReviewWorld) -> None:
        referral, case_id = on_consent(review_world)
        worker = a_worker(review_world)
        withdraws(referral)
        tag = worker.get(f"{CASES}/{case_id}").headers["ETag"]

        early = worker.post_json(f"{CASES}/{case_id}/closure-without-consent", {}, **{"If-Match": tag})
        stopped = worker.post_json(f"{CASES}/{case_id}/support-stopped", {}, **{"If-Match": tag})
        later = worker.post_json(
            f"{CASES}/{case_id}/closure-without-consent", {}, **{"If-Match": stopped.headers["ETag"]}
        )

        assert [early.status_code, stopped.status_code, later.status_code] == [409, 200, 200]

    def test_is_stopped_by_no_colleague_and_no_other_team(self, review_world: ReviewWorld) -> None:
        referral, case_id = on_consent(review_world)
        a_worker(review_world)
        colleague = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
        stranger = of_team(review_world, "youth-justice", Role.YOUTH_JUSTICE_CASEWORKER)
        withdraws(referral)

        for somebody in (colleague, stranger):
            answer = somebody.post_json(f"{CASES}/{case_id}/support-stopped", {}, **{"If-Match": '"2"'})
            assert answer.status_code == 404
        assert stranger.get(f"/casework/cases/{case_id}").status_code == 404
        assert referral.event["reference"] not in reads(stranger, f"{QUEUE}?tab=team")

    def test_is_read_on_where_another_basis_covers_the_team(self, review_world: ReviewWorld) -> None:
        referral, case_id = on_consent(review_world, SUPPORT_BY_CONSENT, SUPPORT_TO_SAFEGUARD)
        worker = a_worker(review_world)

        withdraws(referral)

        page = reads(worker, f"/casework/cases/{case_id}")
        assert "Fern Fiction" in page
        assert "Consent was withdrawn" in page

    def test_comes_back_whole_when_a_reviewer_records_another_basis(self, review_world: ReviewWorld) -> None:
        referral, case_id = on_consent(review_world)
        worker, reviewer = a_worker(review_world), review_world.reviewer()
        withdraws(referral)

        added = reviewer.post_json(f"{referral.api}/bases", A_BASIS, **as_read(reviewer, referral))

        assert added.status_code == 201
        assert "Fern Fiction" in reads(worker, f"/casework/cases/{case_id}")
        assert NOTICE not in reads(worker, f"{QUEUE}?tab=mine", f"{QUEUE}?tab=team")

    def test_has_the_item_when_an_amendment_drops_the_consent(self, review_world: ReviewWorld) -> None:
        referral, case_id = on_consent(review_world)
        worker = a_worker(review_world)

        referral.amended(bases=[TRIAGE_BY_CONSENT])

        assert "Consent withdrawn on" in reads(worker, f"{QUEUE}?tab=mine", f"/casework/cases/{case_id}")
        assert [row["case_id"] for row in review_world.rows(consent_notices)] == [case_id]

    def test_of_another_referral_of_the_person_is_untouched(self, review_world: ReviewWorld) -> None:
        first, _ = on_consent(review_world)
        second, second_case = decided(review_world, bases=ON_CONSENT, person_id=first.event["person_id"])
        withdraws(first)
        worker = a_worker(review_world)

        assert "Fern Fiction" in reads(worker, f"/casework/cases/{second_case}")
        assert second.event["reference"] in reads(worker, f"{QUEUE}?tab=mine")


class TestAHandOver:
    HAND_OVER = {"pathway": "safeguarding", "team": "childrens-services"}  # noqa: RUF012 (read only)
    ON_CONSENT = [TRIAGE_BY_CONSENT, make.a_basis(RecipientClass.CHILDRENS_SERVICES, BY_CONSENT)]  # noqa: RUF012

    def test_is_an_item_for_its_team_until_it_is_stopped(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, bases=self.ON_CONSENT, **self.HAND_OVER)
        receiver = of_team(review_world, "childrens-services", Role.TEAM_MANAGER)

        withdraws(referral)
        before = reads(receiver, "/casework/hand-overs")
        receiver.post_json(f"{CASES}/{case_id}/support-stopped", {}, **{"If-Match": '"1"'})

        assert NOTICE in before
        assert referral.event["reference"] not in reads(receiver, "/casework/hand-overs")

    def test_ends_when_a_reviewer_confirms(self, review_world: ReviewWorld) -> None:
        referral, _ = decided(review_world, bases=self.ON_CONSENT, **self.HAND_OVER)
        reviewer = review_world.reviewer()
        withdraws(referral)

        confirms(reviewer, referral)

        [case] = review_world.rows(cases)
        assert case["stopped_at"] == review_world.now
        assert referral.event["reference"] not in reads(reviewer, "/casework/hand-overs", REVIEWS)


class TestTheReviewers:
    @pytest.mark.parametrize("is_decided", [False, True], ids=["before the decision", "after it"])
    def test_read_on_until_one_of_them_confirms_and_then_only_that_one_for_14_days(
        self, review_world: ReviewWorld, is_decided: bool
    ) -> None:
        referral = on_consent(review_world)[0] if is_decided else review_world.referral(bases=ON_CONSENT)
        confirming, colleague = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        withdraws(referral)
        before = [who.get(referral.api).status_code for who in (confirming, colleague)]

        confirmed = confirms(confirming, referral)
        after = [who.get(referral.api).status_code for who in (confirming, colleague)]
        review_world.now += timedelta(days=13, hours=23)
        late = confirming.get(referral.api).status_code
        review_world.now += timedelta(hours=1)

        assert confirmed == 201
        assert (before, after, late) == ([200, 200], [200, 404], 200)
        assert [who.get(referral.api).status_code for who in (confirming, colleague)] == [404, 404]
        assert referral.event["reference"] not in reads(confirming, REVIEWS) + reads(colleague, REVIEWS)

    def test_all_have_a_decided_one_to_confirm(self, review_world: ReviewWorld) -> None:
        referral, _ = on_consent(review_world)
        readers = [review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)]
        elsewhere = review_world.reviewer(make.NAVIGATOR, "westborough")

        withdraws(referral)

        for reader in readers:
            assert f"{referral.event['reference']} : Consent withdrawn on" in reads(reader, REVIEWS)
            listed = reader.get("/casework/api/v1/reviews/consent-withdrawals").json["items"]
            assert [item["review_id"] for item in listed] == [str(referral.review_id)]
        assert referral.event["reference"] not in reads(elsewhere, REVIEWS)

    def test_read_on_where_triage_rests_on_another_basis(self, review_world: ReviewWorld) -> None:
        public_task = make.a_basis(RecipientClass.TRIAGE, LawfulBasis.PUBLIC_TASK)
        referral = review_world.referral(bases=[public_task, SUPPORT_BY_CONSENT])
        confirming, colleague = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        withdraws(referral)

        confirms(confirming, referral)

        assert [who.get(referral.api).status_code for who in (confirming, colleague)] == [200, 200]

    def test_confirm_once(self, review_world: ReviewWorld) -> None:
        referral, _ = on_consent(review_world)
        reviewer = review_world.reviewer()
        withdraws(referral)

        answers = [confirms(reviewer, referral) for _ in range(2)]

        assert answers == [201, 409]

    def test_have_no_basis_left_when_the_reason_becomes_consent_after_they_confirmed(
        self, review_world: ReviewWorld
    ) -> None:
        referral = review_world.referral(bases=ON_CONSENT)
        confirming, colleague = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)
        referral.withdrawn(reason="moved_away")
        confirms(confirming, referral)
        still = colleague.get(referral.api).status_code

        withdraws(referral, 3)

        assert (still, colleague.get(referral.api).status_code) == (200, 404)


class TestABasisThatAReviewerAdds:
    def test_is_stored_beside_the_referrer_s_own_of_the_same_kind(self, review_world: ReviewWorld) -> None:
        referral = review_world.referral(RecipientClass.SUPPORT_SERVICE)
        reviewer = review_world.reviewer()

        answer = reviewer.post_json(f"{referral.api}/bases", A_BASIS, **as_read(reviewer, referral))
        referral.amended(bases=[make.a_basis(RecipientClass.TRIAGE)])

        assert answer.status_code == 201
        stored = [basis for basis in reviewer.get(referral.api).json["bases"] if basis["added_by"]]
        assert [(basis["basis"], basis["reason"]) for basis in stored] == [("safeguarding", A_BASIS["reason"])]
        assert stored[0]["recipient_class"] == "support_service"

    def test_that_a_reviewer_recorded_before_is_said_to_be_there(self, review_world: ReviewWorld) -> None:
        referral = review_world.referral()
        first, second = review_world.reviewer(), review_world.reviewer(make.COLLEAGUE)

        answers = [
            who.post_json(f"{referral.api}/bases", A_BASIS, **as_read(who, referral)).status_code
            for who in (first, second)
        ]

        assert answers == [201, 409]

    def test_is_never_for_triage(self, review_world: ReviewWorld) -> None:
        referral = review_world.referral()

        answer = (reviewer := review_world.reviewer()).post_json(
            f"{referral.api}/bases", A_BASIS | {"recipient": "triage"}, **as_read(reviewer, referral)
        )

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json["errors"]] == ["/recipient"]

    @pytest.mark.parametrize("gateway", ["serious_violence_duty", "crime_and_disorder"])
    def test_towards_police_is_held_to_the_rules_of_intake(self, review_world: ReviewWorld, gateway: str) -> None:
        from_hospital = review_world.referral()
        from_council = review_world.referral(
            patient_information=False, referred_by={"organisation_class": OrganisationClass.YOUTH_JUSTICE.value}
        )
        told_health = review_world.referral(
            patient_information=True, referred_by={"organisation_class": OrganisationClass.YOUTH_JUSTICE.value}
        )
        body = A_BASIS | {"recipient": "police", "basis": "public_task", "gateway": gateway}

        reviewer = review_world.reviewer()

        answers: list[Any] = [
            reviewer.post_json(f"{one.api}/bases", body, **as_read(reviewer, one))
            for one in (from_hospital, from_council, told_health)
        ]

        assert [answer.status_code for answer in answers] == [422, 201, 422]
        assert [error["pointer"] for error in answers[0].json["errors"]] == ["/gateway"]
