"""A decided review shows what was decided on; review and case show what the referrer changed since."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.casework.adapters.version_tables import referral_versions
from services.casework.application import on_events
from services.casework.application.on_referral import ApplyReferral
from services.casework.domain.referral_changes import Part
from services.contracts.codes import RecipientClass, Role
from tests.factories import reviews as make
from tests.integration.casework.case_world import Client
from tests.integration.casework.decided import decided, of_team
from tests.integration.casework.review_form_steps import text_of
from tests.integration.casework.review_world import Referred, ReviewWorld

SUPPORT = RecipientClass.SUPPORT_SERVICE
ROOT = Path(__file__).parents[3]
BASES = [make.a_basis(RecipientClass.TRIAGE), make.a_basis(SUPPORT)]
AMENDED = {
    "facts": {"injury": "life_threatening", "immediate_danger": "no"},
    "amended_at": make.after(120).isoformat(),
    "bases": BASES,
}


def amends(world: ReviewWorld, referred: Referred, version: int = 2) -> None:
    """New facts, another phone number and other words."""
    referred.amended(version, **AMENDED)
    identity = make.an_identity_event(referred.id, version=version) | {"phone": "07700 900999"}
    world.deliver(on_events.ApplyIdentity(identity))
    world.deliver(
        on_events.ApplyNarrative(make.a_narrative_event(referred.id, version=version, concern="Newmark words"))
    )


def facts_before(page: Any) -> str:
    """The facts as the page has them, below the list of changes."""
    return text_of(page).rpartition("Below are the facts")[2]


class TestADecidedReview:
    def test_shows_what_was_decided_on(self, review_world: ReviewWorld) -> None:
        referred, _case = decided(review_world, SUPPORT)
        amends(review_world, referred)
        client = review_world.reviewer()

        page, body = client.get(referred.page), client.get(referred.api).json

        assert "Below are the facts at the time of the decision." in text_of(page)
        for now in ("Life-threatening", "07700 900999", "Newmark words"):
            assert now not in facts_before(page)
        assert "Afraid to go back." in facts_before(page)
        assert (body["facts"].get("injury"), body["texts"]["concern"]) == (None, "Afraid to go back.")
        assert body["as_decided"] is True

    def test_lists_each_change_with_old_new_who_and_when(self, review_world: ReviewWorld) -> None:
        review_world.reviewer(make.NAVIGATOR, name="Nora Navigator")
        referred, _case = decided(review_world, SUPPORT)
        amends(review_world, referred)
        client = review_world.reviewer()

        page, [change] = text_of(client.get(referred.page)), client.get(referred.api).json["changes"]

        assert "Changed 20 November 2026 at 4am by Nora Navigator" in page
        assert "After the decision" in page
        for content in ("Injury Not recorded Life-threatening", "Phone Not recorded 07700 900999"):
            assert content in page
        assert "What the worker should know Afraid to go back. Newmark words" in page
        assert (change["version"], change["stated_at"][:16]) == (2, "2026-11-20T04:00")
        named = {(one["part"], one["field"]): (one["old"], one["new"]) for one in change["changed"]}
        assert named["facts", "injury"] == (None, "life_threatening")
        assert named["narrative", "concern"] == ("Afraid to go back.", "Newmark words")

    def test_says_so_when_the_decided_version_is_not_stored(self, review_world: ReviewWorld) -> None:
        """As of a decision before versions were kept."""
        referred, _case = decided(review_world, SUPPORT)
        amends(review_world, referred)
        forgotten(review_world, version=1)

        page = text_of(review_world.reviewer().get(referred.page))

        assert "The facts at the time of the decision were not stored." in page
        assert "Newmark words" in page.rpartition("were not stored.")[2]


class TestAnOpenReview:
    def test_shows_the_facts_as_they_are_and_what_they_were(self, review_world: ReviewWorld) -> None:
        client, referred = review_world.reviewer(), review_world.referral(SUPPORT)
        amends(review_world, referred)

        page = text_of(client.get(referred.page))

        assert client.get(referred.api).json["texts"]["concern"] == "Newmark words"
        assert "What the worker should know Afraid to go back. Newmark words" in page
        assert "After the decision" not in page

    @pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
    def test_shows_the_same_in_whatever_order_the_versions_came(
        self, review_world: ReviewWorld, order: tuple[int, ...]
    ) -> None:
        client, event = review_world.reviewer(), make.a_referral_event()
        injuries = {1: "none", 2: "minor", 3: "admitted"}
        for version in order:
            body = {name: event[name] for name in ("referral_id", "reference", "person_id")}
            facts = {"injury": injuries[version]}
            review_world.deliver(ApplyReferral(make.a_referral_event(version=version, facts=facts, **body)))
        referred = Referred(review_world, event)

        changes = client.get(referred.api).json["changes"]

        assert [(one["old"], one["new"]) for change in changes for one in change["changed"]] == [
            ("minor", "admitted"),
            ("none", "minor"),
        ]


class TestACase:
    def test_lists_what_changed_after_the_decision_for_who_works_it(self, review_world: ReviewWorld) -> None:
        referred, case_id = decided(review_world, SUPPORT)
        amends(review_world, referred)
        manager = of_team(review_world, "early-help", Role.TEAM_MANAGER)

        page = text_of(manager.get(f"/casework/cases/{case_id}"))
        body = manager.get(f"/casework/api/v1/cases/{case_id}").json["whole"]["referral_changes"]

        assert "What the referrer changed after the decision" in page
        assert "What the worker should know Afraid to go back. Newmark words" in page
        assert [change["version"] for change in body] == [2]

    def test_shows_the_rest_of_its_team_nothing_of_it(self, review_world: ReviewWorld) -> None:
        referred, case_id = decided(review_world, SUPPORT)
        amends(review_world, referred)
        colleague: Client = of_team(review_world, "early-help", Role.EARLY_INTERVENTION_CASEWORKER)

        seen = [colleague.get(f"/casework/{what}/{case_id}").text for what in ("cases", "api/v1/cases")]

        assert not any(content in page for content in ("Newmark", "900999", "Life-threatening") for page in seen)


class TestAKeptVersion:
    def test_is_shown_as_stated(self, review_world: ReviewWorld) -> None:
        review_world.referral()

        for change in (sa.update(referral_versions).values(version=9), sa.delete(referral_versions)):
            with pytest.raises(sa.exc.IntegrityError), review_world.database.write() as connection:
                connection.execute(change)

    def test_holds_no_nhs_number(self, review_world: ReviewWorld) -> None:
        referred = review_world.referral(details=False)
        review_world.deliver(
            on_events.ApplyIdentity(make.an_identity_event(referred.id) | {"nhs_number": "9990000018"})
        )

        assert "9990000018" not in str(review_world.rows(referral_versions))


def forgotten(world: ReviewWorld, *, version: int | None = None) -> None:
    """As its owner would take it away: past what keeps it. All, or the facts of a version."""
    table = referral_versions
    which = sa.true() if version is None else (table.c.part == Part.FACTS) & (table.c.version == version)
    with world.database.write() as connection:
        sqlite = connection.dialect.name == "sqlite"
        off = f"DROP TRIGGER {table.name}_stays" if sqlite else f"ALTER TABLE {table.name} DISABLE TRIGGER USER"
        connection.exec_driver_sql(off)
        connection.execute(sa.delete(table).where(which))
        if not sqlite:
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")
