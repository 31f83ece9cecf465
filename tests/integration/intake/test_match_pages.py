"""Two referrals side by side, for reviewers who may know both."""

import re
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
        world.deliver(
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


class TestWhatIsCompared:
    """In words, with why: never as a number."""

    def compared(self, world: World, one: dict[str, Any], other: dict[str, Any]) -> dict[str, str]:
        """By the row's title, the words of its last column."""
        for who in (one, other):
            aged = {} if "date_of_birth" in who else {"age_about": 15}
            world.clock.go_on(minutes=1)
            assert world.api("navigator").post(a_referral(young_person=who | aged)).status_code == 202
        (match,) = world.rows(matches)
        page = world.browser("reviewer").open(f"/intake/matches/{match.id}").text
        rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>.*?data-label="Compared">(.*?)</td>', page, re.DOTALL)
        return {title: " ".join(re.sub("<[^>]+>", " ", cell).split()) for title, cell in rows}

    def test_says_how_similar_names_and_dates_are(self, world: World) -> None:
        said = self.compared(
            world,
            {"name": "Mo Ali", "date_of_birth": "2010-03-04", "phone": "07700900982"},
            {"name": "Mohammed Ali", "date_of_birth": "2010-04-03", "phone": "07700900982"},
        )

        assert said["Name"] == "Similar Short form, or another spelling"
        assert said["Date of birth"] == "Similar Day and month swapped"
        assert said["Phone number"] == "Agrees"

    def test_says_why_what_agrees_is_weak(self, world: World) -> None:
        home = {"address": "The Elms children’s home", "postcode": "M1 1AE"}
        who = {"name": "J", "date_of_birth": "2010-01-01", **home}

        said = self.compared(world, who, who)

        assert said["Name"] == "Agrees Not a full name"
        assert said["Date of birth"] == "Agrees May be a guess or a default date"
        assert said["Postcode"] == "Agrees The address is an institution"

    def test_says_that_brothers_share_a_family_name(self, world: World) -> None:
        both = {"postcode": "M1 1AE", "phone": "07700900982"}

        said = self.compared(world, {"name": "Adam Carter", **both}, {"name": "Amir Carter", **both})

        assert said["Name"] == "Differs Same family name"

    def test_does_not_tell_how_many_others_there_are(self, world: World) -> None:
        """They may be of areas that the reviewer does not cover."""
        for place in range(6):
            refer(world, "westborough", name=f"Other{place} Person", phone=f"0770090098{place}", postcode="M1 1AE")
        known = {"name": "Adam Carter", "date_of_birth": "2010-03-04", "postcode": "M1 1AE"}
        before = len(world.rows(matches))
        for _ in range(2):
            world.clock.go_on(minutes=1)
            world.api("navigator").post(a_referral(young_person=known))

        match = [row for row in world.rows(matches) if row.agreeing == ["name", "date_of_birth", "postcode"]]

        assert (len(match), match[0].state, len(world.rows(matches)) - before) == (1, "possible", 1)
        page = world.browser("reviewer").open(f"/intake/matches/{match[0].id}").text
        assert page.count("Agrees") == 3
        assert "institution" not in page
