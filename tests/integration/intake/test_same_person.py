"""The same person again, over the database: the answer is the same, the persons are one, and nobody is missed."""

import threading
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from services.intake.adapters.people import sharing_enough
from services.intake.adapters.tables import matches, persons, referrals
from services.intake.domain.matching import Identifier
from tests.factories.intake import a_content, a_receipt, somebody
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


class TestAnIdentifierOfMany:
    """The postcode of a hostel, the placeholder for a phone: many earlier referrals have it."""

    def many_at(self, world: World, postcode: str, count: int) -> None:
        content = a_content(young_person=somebody(age_about=15, postcode=postcode))
        for _ in range(count):
            world.service.dispatcher.handle(a_receipt(content), actor=None)

    def test_hides_nobody_who_is_referred_again(self, world: World) -> None:
        self.many_at(world, "M1 1AE", 201)
        for _ in range(2):
            world.clock.go_on(minutes=1)
            refer(world, nhs_number=NHS, name="Aspen Example", postcode="M1 1AE")

        assert [row.state for row in world.rows(matches)] == ["linked"]
        assert len({row.person_id for row in world.rows(referrals)}) == 202

    def test_is_looked_up_in_the_index(self, world: World) -> None:
        digests = {Identifier.NHS_NUMBER.value: "a" * 64, Identifier.POSTCODE.value: "b" * 64}
        query = sharing_enough([Identifier(kind) for kind in digests]).params(but=uuid4(), **digests)
        with world.service.database.read() as connection:
            engine = connection.dialect.name
            if engine == "postgresql":  # or it reads the few rows of a test one by one
                connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            compiled = query.compile(connection, compile_kwargs={"literal_binds": True, "render_postcompile": True})
            explain = "EXPLAIN QUERY PLAN" if engine == "sqlite" else "EXPLAIN"
            plan = str(connection.exec_driver_sql(f"{explain} {compiled}").all())

        assert "ix_identifiers_digest" in plan
        assert "SCAN identifiers" not in plan
        assert "Seq Scan" not in plan


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
