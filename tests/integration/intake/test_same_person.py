"""The same person again, over the database: the answer is the same, the persons are one, and nobody is missed."""

import threading
from typing import Any

from services.intake.adapters.tables import matches, persons, referrals
from tests.integration.intake.world import World, a_referral

NHS = "9990000018"


def refer(world: World, who: str = "navigator", **person: Any) -> Any:
    return world.api(who).post(a_referral(young_person={"age_about": 15} | person))


class TestTheReferrer:
    def test_gets_the_same_answer_whether_the_person_is_known_or_not(self, world: World) -> None:
        new, again, possible = (
            refer(world, nhs_number=NHS),
            refer(world, nhs_number=NHS),
            refer(world, nhs_number=NHS, name="Al"),
        )

        shapes = {
            (one.status_code, tuple(sorted(one.headers.keys())), tuple(one.json)) for one in (new, again, possible)
        }

        assert len(shapes) == 1

    def test_sees_nothing_of_the_other_referral(self, world: World) -> None:
        refer(world, "school", nhs_number=NHS, name="Aspen Marked")
        mine = refer(world, nhs_number=NHS).headers["Location"]

        read = world.api("navigator").get(mine)

        assert "Marked" not in read.text
        assert "person" not in set(read.json)


class TestTheEvents:
    def test_carry_one_person_for_two_linked_referrals(self, world: World) -> None:
        refer(world, nhs_number=NHS)
        world.clock.go_on(minutes=1)
        refer(world, nhs_number=NHS)

        told = world.events("intake.referral.received")
        match = world.events("intake.match.changed")[0]

        assert told[0]["person_id"] == told[1]["person_id"]
        assert (match["state"], match["agreeing"], match["changed_by"]) == ("linked", ["nhs_number"], None)
        assert match["referral_ids"] == [event["referral_id"] for event in told]

    def test_tell_a_possible_match_without_saying_who(self, world: World) -> None:
        refer(world, name="Aspen Example", phone="07700900982")
        refer(world, name="aspen example", phone="+44 7700 900982")

        match = world.events("intake.match.changed")[0]

        assert match["state"] == "possible"
        assert sorted(match["agreeing"]) == ["name", "phone"]
        assert "Aspen" not in str(match)


class TestTwoAtOnce:
    def test_see_each_other(self, world: World) -> None:
        threads = [threading.Thread(target=refer, args=(world,), kwargs={"nhs_number": NHS}) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(world.rows(referrals)) == 6
        assert len({row.person_id for row in world.rows(referrals)}) == 1
        assert len(world.rows(matches)) == 15
        assert len(world.rows(persons)) == 1
