"""Somebody must read each change after a decision, also that no lawful basis covers the case's team any more."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.casework.adapters.case_tables import cases
from services.casework.adapters.review_tables import follow_ups
from services.casework.adapters.tables import bases
from services.contracts.codes import RecipientClass, Role
from services.platform.db import housekeeping
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld

REVIEWS, QUEUE = "/casework/reviews", "/casework/queue?tab=team"
TRIAGE, SUPPORT = make.a_basis(RecipientClass.TRIAGE), make.a_basis(RecipientClass.SUPPORT_SERVICE)
NO_LONGER = "A support service: no lawful basis any more"
A_BASIS = {"recipient": "support_service", "basis": "safeguarding", "reason": "He is 15 and not safe at home."}


class TestWhatTheReferrerSays:
    def test_when_it_takes_the_basis_away_goes_to_who_decided(self, review_world: ReviewWorld) -> None:
        referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = worked(review_world)
        decider = review_world.reviewer()

        referral.amended()

        assert worker.get(f"/casework/cases/{case_id}").status_code == 404
        assert "The referrer updated the referral" in text_of(decider.get(REVIEWS))
        assert mark_read(decider, referral, "amended", version=2) == 303
        assert "The referrer updated the referral" not in text_of(decider.get(REVIEWS))

    def test_of_a_worked_case_is_not_for_who_decided(self, review_world: ReviewWorld) -> None:
        referral, _ = decided(review_world, RecipientClass.SUPPORT_SERVICE)

        referral.amended(bases=[TRIAGE, SUPPORT])

        assert referral.event["reference"] not in review_world.reviewer().get(REVIEWS).text

    def test_of_a_hand_over_is_for_who_decided(self, review_world: ReviewWorld) -> None:
        referral, _ = a_hand_over(review_world)

        referral.withdrawn()

        assert referral.event["reference"] in review_world.reviewer().get(REVIEWS).text

    def test_is_nobody_else_s_to_mark(self, review_world: ReviewWorld) -> None:
        referral, _ = a_hand_over(review_world)
        referral.withdrawn()
        colleague = review_world.reviewer(make.COLLEAGUE)

        mark_read(colleague, referral, "withdrawn", version=2)

        assert [row["read_by"] for row in review_world.rows(follow_ups)] == [None]


class TestABasisThatExpires:
    def test_lets_nobody_know_from_the_next_day_on_though_nothing_has_dropped_it_yet(
        self, review_world: ReviewWorld
    ) -> None:
        _referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker = worked(review_world)
        ends(review_world, on=review_world.now)
        body = [worker.get(f"/casework/cases/{case_id}").status_code]

        review_world.now += timedelta(days=1)

        assert [*body, worker.get(f"/casework/cases/{case_id}").status_code] == [200, 404]

    def test_opens_no_case_from_the_next_day_on_though_nothing_has_dropped_it_yet(
        self, review_world: ReviewWorld
    ) -> None:
        referral, reviewer = review_world.referral(RecipientClass.SUPPORT_SERVICE), review_world.reviewer()
        ends(review_world, on=review_world.now)
        blocked = [reviewer.get(referral.api).json["routes"]]

        review_world.now += timedelta(days=1)

        blocked.append(reviewer.get(referral.api).json["routes"])
        assert [
            route["blocked"] for routes in blocked for route in routes if route["pathway"] == "early_intervention"
        ] == [False, True]

    def test_lets_the_team_know_until_its_last_day_has_passed(self, review_world: ReviewWorld) -> None:
        _referral, case_id = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        worker, decider = worked(review_world), review_world.reviewer()
        ends(review_world, on=review_world.now)
        housekeeping.purge(review_world.service)
        on_its_last_day = (
            worker.get(f"/casework/cases/{case_id}").status_code,
            NO_LONGER in text_of(decider.get(REVIEWS)),
        )

        a_day_passes(review_world)

        assert on_its_last_day == (200, False)
        assert worker.get(f"/casework/cases/{case_id}").status_code == 404

    def test_is_shown_to_the_decider_with_what_can_be_done(self, review_world: ReviewWorld) -> None:
        referral, _ = expired(review_world)
        decider = review_world.reviewer()

        listed, page = text_of(decider.get(REVIEWS)), decider.get(referral.page)

        assert f"{referral.event['reference']} : {NO_LONGER}" in listed
        assert NO_LONGER in text_of(page)
        assert "hand the young person over to a service that this can be shared with" in text_of(page)
        assert f"{referral.page}/bases?recipient=support_service" in page.text

    def test_is_shown_once_and_then_is_read(self, review_world: ReviewWorld) -> None:
        referral, _ = expired(review_world)
        decider = review_world.reviewer()
        a_day_passes(review_world)

        assert text_of(decider.get(REVIEWS)).count(NO_LONGER) == 1
        assert mark_read(decider, referral, "basis_expired") == 303

        a_day_passes(review_world)
        assert NO_LONGER not in text_of(decider.get(REVIEWS))
        assert NO_LONGER in text_of(decider.get(referral.page))

    def test_says_nothing_new_when_an_amendment_repeats_it(self, review_world: ReviewWorld) -> None:
        referral, _ = expired(review_world)
        ended = SUPPORT | {"expires_on": (review_world.now - timedelta(days=1)).date().isoformat()}

        referral.amended(bases=[TRIAGE, ended])

        assert kinds(review_world) == [(1, "basis_expired"), (2, "amended")]

    def test_is_no_news_of_another_recipient(self, review_world: ReviewWorld) -> None:
        decided(review_world, RecipientClass.SUPPORT_SERVICE, RecipientClass.POLICE)
        ends(review_world, on=review_world.now, recipient=RecipientClass.POLICE)

        a_day_passes(review_world)

        assert kinds(review_world) == []

    def test_is_no_news_where_another_basis_covers_the_team(self, review_world: ReviewWorld) -> None:
        referral, _ = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        another = make.a_basis(RecipientClass.SUPPORT_SERVICE, make.LawfulBasis.PUBLIC_TASK)
        referral.amended(bases=[TRIAGE, SUPPORT | {"expires_on": review_world.now.date().isoformat()}, another])

        a_day_passes(review_world)

        assert kinds(review_world) == [(2, "amended")]

    @pytest.mark.parametrize(
        "finished",
        [
            {"state": "closed", "close_reason": "opened_in_error", "closed_at": make.after(60)},
            {"state": "confirmed", "confirmed_at": make.after(60)},
        ],
        ids=["closed", "confirmed"],
    )
    def test_is_no_news_of_what_is_finished(self, review_world: ReviewWorld, finished: dict[str, Any]) -> None:
        if finished["state"] == "confirmed":
            a_hand_over(review_world)
        else:
            decided(review_world, RecipientClass.SUPPORT_SERVICE)
        with review_world.database.write() as connection:
            connection.execute(sa.update(cases).values(**finished))
            connection.execute(sa.update(bases).values(expires_on=review_world.now.date()))

        a_day_passes(review_world)

        assert kinds(review_world) == []

    def test_of_an_unconfirmed_hand_over_is_shown(self, review_world: ReviewWorld) -> None:
        a_hand_over(review_world)
        ends(review_world, on=review_world.now, recipient=RecipientClass.CHILDRENS_SERVICES)

        a_day_passes(review_world)

        assert "Children’s services: no lawful basis any more" in text_of(review_world.reviewer().get(REVIEWS))

    def test_that_an_amendment_removed_is_shown_beside_it(self, review_world: ReviewWorld) -> None:
        referral, _ = decided(review_world, RecipientClass.SUPPORT_SERVICE)

        referral.amended()

        assert kinds(review_world) == [(2, "amended"), (2, "basis_expired")]
        assert NO_LONGER in text_of(review_world.reviewer().get(REVIEWS))

    def test_is_hidden_from_everybody_who_may_not_read_the_referral(self, review_world: ReviewWorld) -> None:
        referral, _ = expired(review_world)
        moved = review_world.reviewer(make.REVIEWER, "westborough")

        assert NO_LONGER not in text_of(moved.get(REVIEWS))
        mark_read(moved, referral, "basis_expired")
        assert [row["read_by"] for row in review_world.rows(follow_ups)] == [None]


class TestTheTeamsManager:
    def test_reads_it_who_as_a_reviewer_may_know_the_referral(self, review_world: ReviewWorld) -> None:
        referral, _ = expired(review_world)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER, Role.REVIEWER, areas=("northside",))

        assert NO_LONGER in text_of(manager.get(REVIEWS))
        mark_read(manager, referral, "basis_expired")
        assert NO_LONGER not in text_of(manager.get(REVIEWS))

    def test_reads_nothing_else_of_the_referral(self, review_world: ReviewWorld) -> None:
        a_hand_over(review_world)[0].withdrawn()
        manager = of_team(review_world, "childrens-services", Role.TEAM_MANAGER, Role.REVIEWER, areas=("northside",))

        assert "asked to withdraw" not in text_of(manager.get(REVIEWS))

    @pytest.mark.parametrize(
        ("team", "areas", "roles"),
        [
            ("early-help", ("northside",), (Role.REVIEWER,)),
            ("early-help", ("westborough",), (Role.TEAM_MANAGER, Role.REVIEWER)),
            ("youth-justice", ("northside",), (Role.TEAM_MANAGER, Role.REVIEWER)),
            ("early-help", ("northside",), (Role.TEAM_MANAGER,)),
        ],
        ids=["no manager", "another area", "another team", "no reviewer"],
    )
    def test_is_who_reads_it_and_nobody_else(
        self, review_world: ReviewWorld, team: str, areas: tuple[str, ...], roles: tuple[Role, ...]
    ) -> None:
        referral, _ = expired(review_world)
        somebody = of_team(review_world, team, *roles, areas=areas)

        body = [text_of(somebody.get(address)) for address in (REVIEWS, QUEUE, "/casework/hand-overs")]

        assert not [page for page in body if referral.event["reference"] in page or NO_LONGER in page]


class TestAFurtherBasisAfterTheDecision:
    def test_gives_the_team_its_case_again(self, review_world: ReviewWorld) -> None:
        referral, case_id = expired(review_world)
        worker, decider = worked(review_world), review_world.reviewer()
        form = decider.get(f"{referral.page}/bases?recipient=support_service")
        assert text_of(form).count("A support service") == 1
        assert "Children’s services" not in text_of(form)

        saved = decider.post(f"{referral.page}/bases", {**A_BASIS, "key": "k1", "revision": str(referral.revision)})

        assert saved.status_code == 303
        worker.post("/casework/queue/next")
        assert worker.get(f"/casework/cases/{case_id}").status_code == 200
        assert NO_LONGER not in text_of(decider.get(REVIEWS)) + text_of(decider.get(referral.page))

    def test_is_for_the_team_that_lost_it_alone(self, review_world: ReviewWorld) -> None:
        referral, _ = expired(review_world)

        other = review_world.reviewer().post_json(
            f"{referral.api}/bases", A_BASIS | {"recipient": "police"}, **referral.as_read
        )

        assert other.status_code == 409

    def test_is_refused_while_the_team_may_know(self, review_world: ReviewWorld) -> None:
        referral, _ = decided(review_world, RecipientClass.SUPPORT_SERVICE)
        decider = review_world.reviewer()

        again = decider.post_json(f"{referral.api}/bases", A_BASIS | {"basis": "public_task"}, **referral.as_read)

        assert again.status_code == 409
        assert decider.get(f"{referral.page}/bases").status_code == 303


def worked(world: ReviewWorld) -> Client:
    """A worker of early help, who takes the next case if there is one."""
    worker = of_team(world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)
    worker.post("/casework/queue/next")
    return worker


def a_hand_over(world: ReviewWorld) -> tuple[Referred, UUID]:
    return decided(world, RecipientClass.CHILDRENS_SERVICES, pathway="safeguarding", team="childrens-services")


def expired(world: ReviewWorld) -> tuple[Referred, UUID]:
    """A referral with its case, whose team has lost its basis."""
    found = decided(world, RecipientClass.SUPPORT_SERVICE)
    ends(world, on=world.now)
    a_day_passes(world)
    return found


def ends(world: ReviewWorld, *, on: Any, recipient: RecipientClass = RecipientClass.SUPPORT_SERVICE) -> None:
    """The recipient's basis has its last day then."""
    with world.database.write() as connection:
        connection.execute(sa.update(bases).where(bases.c.recipient_class == recipient).values(expires_on=on.date()))


def a_day_passes(world: ReviewWorld) -> None:
    world.now += timedelta(days=1)
    housekeeping.purge(world.service)


def mark_read(client: Client, referral: Referred, kind: str, *, version: int = 1) -> int:
    return client.post(f"{REVIEWS}/changes/{referral.id}/{version}/{kind}").status_code


def kinds(world: ReviewWorld) -> list[tuple[int, str]]:
    return sorted((row["referral_version"], row["kind"].value) for row in world.rows(follow_ups))
