"""The same person again, over the database: the answer is the same, the persons are one, and nobody is missed."""

import threading
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from services.intake.adapters.people import candidates
from services.intake.adapters.tables import matches, persons, referrals
from services.intake.adapters.tables import search_keys as key_rows
from services.intake.application.match_again import MatchAgain
from services.intake.domain.known import known_of, search_keys
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
        content = a_content(young_person=somebody(age_about=15, name="Aspen Example", postcode="M1 1AE"))
        referral = world.service.dispatcher.handle(a_receipt(content), actor=None)
        age, at = referral.age, referral.recorded_at
        query, values = candidates(search_keys(known_of(content.young_person, age=age, at=at, test_numbers=True), b"k"))
        query = query.params(excluding=uuid4(), **values)
        with world.service.database.read() as connection:
            engine = connection.dialect.name
            if engine == "postgresql":  # or it reads the few rows of a test one by one
                connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
            compiled = query.compile(connection, compile_kwargs={"literal_binds": True, "render_postcompile": True})
            explain = "EXPLAIN QUERY PLAN" if engine == "sqlite" else "EXPLAIN"
            plan = str(connection.exec_driver_sql(f"{explain} {compiled}").all())

        assert "ix_search_keys_digest" in plan
        assert "SCAN search_keys" not in plan
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

    def test_see_each_other_though_their_names_are_written_differently(self, world: World) -> None:
        names = ("Zoë Brontë", "Zoe Bronte", "Bronte Zoe", "Zoe Ann Brontë", "Zoe Bront", "Z. Bronte")
        who = {"date_of_birth": "2010-03-04", "age_about": 16}
        threads = [threading.Thread(target=refer, args=(world,), kwargs={"name": name, **who}) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(world.rows(referrals)) == 6
        assert len(world.rows(matches)) == 15
        assert {row.state for row in world.rows(matches)} == {"possible"}


class TestReferralsOfEarlierRules:
    """The database cannot make keyed digests: the worker does, and then looks for the persons of each referral again."""

    def as_after_the_migration(self, world: World) -> None:
        with world.service.database.write() as connection:
            connection.execute(sa.delete(key_rows))
            connection.execute(sa.update(referrals).values(matching_step=0))

    def match_again(self, world: World) -> None:
        while world.service.dispatcher.handle(MatchAgain(), actor=None):
            pass

    def test_are_found_once_the_worker_has_been_there(self, world: World) -> None:
        refer(world, name="Aspen Example", phone="07700900982")
        self.as_after_the_migration(world)
        refer(world, name="Aspen Exämple", phone="07700900982")
        assert not world.rows(matches)

        self.match_again(world)

        assert [row.state for row in world.rows(matches)] == ["possible"]
        assert {row.matching_step for row in world.rows(referrals)} == {2}

    def test_keep_the_links_that_hold_and_lose_those_that_rest_on_placeholders(self, world: World) -> None:
        for who in ({"nhs_number": NHS}, {"name": "J Twin", "phone": "07700900982"}) * 2:
            world.clock.go_on(minutes=1)
            refer(world, **who)
        held, weak = sorted(world.rows(matches), key=lambda row: row.state)
        first, second = sorted(
            {row.person_id for row in world.rows(referrals) if row.id in (weak.earlier_id, weak.later_id)}
        )
        with world.service.database.write() as connection:  # as the earlier rules had it
            connection.execute(sa.update(matches).where(matches.c.id == weak.id).values(state="linked"))
            connection.execute(sa.update(referrals).where(referrals.c.person_id == second).values(person_id=first))
        self.as_after_the_migration(world)

        self.match_again(world)

        after = {row.id: row for row in world.rows(matches)}
        assert after[held.id] == held
        assert (after[weak.id].state, after[weak.id].version) == ("possible", 2)
        assert len({row.person_id for row in world.rows(referrals)}) == 3
        told = world.events("intake.match.changed")[-1]
        assert (told["state"], len(set(told["person_ids"]))) == ("possible", 2)
