"""Consent taken back, by withdrawing the referral or for one service; and what reviewers still see of a match."""

from typing import Any
from uuid import UUID

import pytest

from services.intake.adapters.tables import matches
from services.intake.application.republish import RepublishUnacknowledged
from tests.integration.intake.world import Browser, World, a_referral

ON_CONSENT: list[dict[str, Any]] = [
    {"recipient_class": "triage", "basis": "consent_young_person"},
    {"recipient_class": "support_service", "basis": "consent_young_person"},
    {"recipient_class": "childrens_services", "basis": "safeguarding"},
]
ASPEN = {"name": "Aspen Example", "phone": "07700900982", "age_about": 15}


@pytest.fixture
def location(world: World) -> str:
    return refer(world)


def refer(world: World, **said: Any) -> str:
    world.clock.go_on(minutes=1)
    answer = world.api("navigator").post(a_referral(young_person=ASPEN, bases=ON_CONSENT, **said))
    assert answer.status_code == 202, answer.text
    return str(answer.headers["Location"])


def withdraw(world: World, location: str, reason: str = "consent_withdrawn") -> int:
    world.clock.go_on(minutes=1)
    path = location.removeprefix("/intake/api/v1/") + "/withdrawal"
    return int(world.api("navigator").post({"reason": reason}, path=path).status_code)


def amended(world: World, location: str, **changes: Any) -> Any:
    held = world.api("navigator").get(location).json
    return world.api("navigator").put(location, held["referral"] | changes, version=held["version"])


def referral_id(location: str) -> UUID:
    return UUID(location.rsplit("/", 1)[-1])


class TestAfterAWithdrawal:
    def test_consent_can_be_removed(self, world: World, location: str) -> None:
        withdraw(world, location)

        answer = amended(world, location, bases=[ON_CONSENT[0], ON_CONSENT[2]])

        assert answer.status_code == 200
        told = world.events("intake.referral.amended")[0]
        assert [basis["recipient_class"] for basis in told["bases"]] == ["triage", "childrens_services"]
        assert told["version"] == 3

    @pytest.mark.parametrize(
        "changes",
        [
            {"bases": ON_CONSENT},
            {"bases": [*ON_CONSENT, {"recipient_class": "police", "basis": "public_interest"}]},
            {"bases": ON_CONSENT[:2]},
            {"bases": [ON_CONSENT[0], ON_CONSENT[2]], "immediate_danger": "yes"},
        ],
        ids=["nothing", "another basis", "one that is not consent", "something else too"],
    )
    def test_nothing_else_can_be_changed(self, world: World, location: str, changes: dict[str, Any]) -> None:
        withdraw(world, location)

        assert amended(world, location, **changes).status_code == 409

    def test_for_another_reason_it_can_be_said_that_consent_was_taken_back(self, world: World, location: str) -> None:
        codes = [withdraw(world, location, reason) for reason in ("moved_away", "consent_withdrawn", "duplicate")]

        assert codes == [202, 202, 409]
        told = world.events("intake.referral.withdrawn")
        assert [(event["reason"], event["version"]) for event in told] == [("moved_away", 2), ("consent_withdrawn", 3)]

    def test_it_is_told_again_as_the_version_that_it_was(self, world: World, location: str) -> None:
        withdraw(world, location)
        amended(world, location, bases=[ON_CONSENT[0], ON_CONSENT[2]])
        world.clock.go_on(hours=2)

        world.service.dispatcher.handle(RepublishUnacknowledged(), actor=None)

        assert {event["version"] for event in world.events("intake.referral.withdrawn")} == {2}


class TestThePageToRemoveConsent:
    @pytest.mark.parametrize("withdrawn", [False, True], ids=["before a withdrawal", "after it"])
    def test_removes_it_for_the_service_chosen(self, world: World, location: str, withdrawn: bool) -> None:
        if withdrawn:
            withdraw(world, location)
        navigator = world.browser("navigator")
        path = f"/intake/referrals/{referral_id(location)}"
        assert "Remove consent for a service" in navigator.open(path).text
        navigator.open(f"{path}/consent")

        page = navigator.send({"recipients": "support_service"})

        assert "Your changes were sent" in page.text
        [told] = world.events("intake.referral.amended")
        assert [basis["recipient_class"] for basis in told["bases"]] == ["triage", "childrens_services"]

    def test_asks_for_which(self, world: World, location: str) -> None:
        navigator = world.browser("navigator")
        navigator.open(f"/intake/referrals/{referral_id(location)}/consent")

        page = navigator.send({})

        assert page.status_code == 422
        assert 'href="#recipients"' in page.text


class TestTheMatchPage:
    @pytest.fixture
    def match_page(self, world: World, location: str) -> str:
        withdrawn = refer(world)
        [match] = world.rows(matches)
        withdraw(world, withdrawn)
        return f"/intake/matches/{match.id}"

    def test_hides_who_both_are(self, world: World, match_page: str) -> None:
        page = world.browser("reviewer").open(match_page)

        assert page.status_code == 200
        for hidden in ("Aspen Example", "07700", "Agrees"):
            assert hidden not in page.text
        assert "so its details are hidden" in page.text

    def test_lets_nobody_say_that_they_are_one(self, world: World, match_page: str) -> None:
        reviewer: Browser = world.browser("reviewer")
        reviewer.open(match_page)

        answer = reviewer.send({"state": "linked", "reason": "The same aunt", "version": "1"})

        assert answer.status_code == 422
        assert world.rows(matches)[0].state == "possible"

    def test_shows_them_where_triage_rests_on_another_basis(self, world: World) -> None:
        bases = [{"recipient_class": "triage", "basis": "public_task"}, ON_CONSENT[1]]
        for _ in range(2):
            world.clock.go_on(minutes=1)
            answer = world.api("navigator").post(a_referral(young_person=ASPEN, bases=bases))
        withdraw(world, answer.headers["Location"])
        [match] = world.rows(matches)

        assert world.browser("reviewer").open(f"/intake/matches/{match.id}").text.count("Aspen Example") == 2
