"""Two referrals side by side, for reviewers who may know both."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from services.contracts.accounts import StaffChangedV1
from services.contracts.codes import OrganisationClass, Role
from services.intake.adapters.tables import match_changes, matches, referrals
from tests.integration.intake.world import PARTNERSHIP, POLICE, World, a_referral, somebody

ASPEN = {"name": "Aspen Example", "phone": "07700900982", "age_about": 15}
AREAS = ("northside", "riverside", "westborough")


def refer(world: World, area: str = "northside", *, who: str = "navigator", **person: Any) -> None:
    world.clock.go_on(minutes=1)
    assert world.api(who).post(a_referral(young_person=ASPEN | person, area=area)).status_code == 202


@pytest.fixture
def match_id(world: World) -> Any:
    refer(world)
    refer(world, postcode="M1 1AE")
    return world.rows(matches)[0].id


class TestTheMatchPage:
    def test_shows_both_with_what_agrees_and_leaves_an_audit_row(self, world: World, match_id: Any) -> None:
        page = world.browser("reviewer").open(f"/intake/matches/{match_id}").text

        assert page.count("Aspen Example") == 2
        assert page.count("Agrees") == 2
        rows = [row for row in world.rows(world.service.tables.audit_rows) if row.what == "match.read"]
        assert [(row.subject_id, row.reason, len(row.details["referrals"])) for row in rows] == [
            (str(match_id), "match", 2)
        ]

    def test_links_with_a_reason_and_takes_it_back(self, world: World, match_id: Any) -> None:
        reviewer = world.browser("reviewer")
        reviewer.open(f"/intake/matches/{match_id}")
        reviewer.send({"state": "linked", "reason": "The same aunt came along"})
        linked = {row.person_id for row in world.rows(referrals)}
        world.clock.go_on(minutes=1)

        page = reviewer.send({"state": "undone", "reason": "It was a cousin"})

        assert len(linked) == 1
        assert len({row.person_id for row in world.rows(referrals)}) == 2
        assert [event["state"] for event in world.events("intake.match.changed")] == ["possible", "linked", "undone"]
        assert world.events("intake.match.changed")[1]["changed_by"] == str(world.people["reviewer"].staff_id)
        assert page.text.index("It was a cousin") < page.text.index("The same aunt came along")

    def test_asks_for_an_answer_and_a_reason(self, world: World, match_id: Any) -> None:
        reviewer = world.browser("reviewer")
        reviewer.open(f"/intake/matches/{match_id}")

        page = reviewer.send({"state": "", "reason": ""})

        assert page.status_code == 422
        assert 'href="#state"' in page.text
        assert 'href="#reason"' in page.text
        assert len(world.rows(match_changes)) == 1

    def test_decided_by_two_at_once_is_decided_once(self, world: World, match_id: Any) -> None:
        one, other = world.browser("reviewer"), world.browser("reviewer")
        one.open(f"/intake/matches/{match_id}")
        other.open(f"/intake/matches/{match_id}")
        one.send({"state": "linked", "reason": "The same aunt"})

        assert other.send({"state": "not_same", "reason": "Another aunt"}).status_code == 412
        assert world.rows(matches)[0].state == "linked"

    def test_names_who_decided(self, world: World, match_id: Any) -> None:
        reviewer = world.people["reviewer"]
        world.hear(
            StaffChangedV1,
            {
                "staff_id": reviewer.staff_id,
                "version": 1,
                "display_name": "Remi Reviewer",
                "organisation_id": uuid4(),
                "organisation_name": "Partnership",
                "organisation_class": OrganisationClass.LOCAL_AUTHORITY,
                "roles": [Role.REVIEWER],
                "teams": [],
                "areas": ["northside"],
                "active": True,
            },
        )
        browser = world.browser("reviewer")
        browser.open(f"/intake/matches/{match_id}")

        assert "by Remi Reviewer" in browser.send({"state": "linked", "reason": "The same aunt"}).text


class TestNeedToKnow:
    def test_another_area_s_reviewer_finds_nothing(self, world: World, match_id: Any) -> None:
        for path in (f"/intake/matches/{match_id}", f"/intake/matches/{uuid4()}"):
            assert world.browser("reviewer-west").open(path).status_code == 404

    def test_a_reviewer_of_one_of_two_areas_finds_nothing(self, world: World) -> None:
        refer(world)
        refer(world, "westborough")
        match_id = world.rows(matches)[0].id
        reviewer = world.browser("reviewer")

        assert reviewer.open(f"/intake/matches/{match_id}").status_code == 404
        assert world.rows(matches)[0].state == "possible"

    def test_stays_when_another_referral_is_amended(self, world: World, match_id: Any) -> None:
        sender = world.api("navigator")
        other = sender.post(a_referral(area="northside")).headers["Location"]
        assert sender.put(other, a_referral(), version=1).status_code == 200

        assert world.browser("reviewer").open(f"/intake/matches/{match_id}").status_code == 200

    def test_a_reviewer_of_a_police_organisation_finds_nothing(self, world: World, match_id: Any) -> None:
        world.know("police-reviewer", somebody(Role.REVIEWER, organisation=POLICE, areas=AREAS))

        assert world.browser("police-reviewer").open(f"/intake/matches/{match_id}").status_code == 404

    @pytest.mark.parametrize("who", ["navigator", "data-scientist"])
    def test_is_for_reviewers(self, world: World, match_id: Any, who: str) -> None:
        assert world.browser(who).open(f"/intake/matches/{match_id}").status_code == 403

    def test_a_reviewer_who_made_one_of_the_two_finds_nothing_and_decides_nothing(self, world: World) -> None:
        maker = somebody(Role.REVIEWER, organisation=PARTNERSHIP, areas=AREAS)
        world.know("maker", replace(maker, roles=frozenset({Role.REVIEWER, Role.NAVIGATOR})))
        refer(world)
        refer(world, who="maker")
        path = f"/intake/matches/{world.rows(matches)[0].id}"
        browser = world.browser("maker")
        browser.open("/intake/referrals/new")

        assert browser.send({"state": "linked", "reason": "I know", "version": "1"}, path=path).status_code == 404
        assert browser.open(path).status_code == 404
        assert world.browser("reviewer").open(path).status_code == 200
