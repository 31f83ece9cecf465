"""What must never be stored is refused by the database itself, whatever the code does."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.intake.adapters import tables
from tests.integration.intake.world import NOW, World, a_referral


@pytest.fixture
def referral_id(world: World) -> Any:
    assert world.api("navigator").post(a_referral()).status_code == 202
    return world.rows(tables.referrals)[0].id


def refused(world: World, statement: sa.Executable) -> bool:
    try:
        with world.service.database.write() as connection:
            connection.execute(statement)
    except sa.exc.IntegrityError:
        return True
    return False


class TestTheTables:
    @pytest.mark.parametrize(
        ("table", "values"),
        [
            (tables.referrals, {"version": 0}),
            (tables.referrals, {"withdrawn_at": NOW}),
            (tables.referrals, {"withdrawal_reason": "duplicate"}),
            (tables.referrals, {"withdrawn_at": NOW - timedelta(days=1), "withdrawal_reason": "duplicate"}),
            (tables.referrals, {"organisation_id": None}),
            (tables.referrals, {"organisation_id": None, "organisation_class": None}),
            (tables.referrals, {"question": "age"}),
            (tables.referrals, {"person_id": uuid4()}),
            (tables.referral_versions, {"age": 121}),
            (tables.referral_versions, {"age": None}),
            (tables.referral_versions, {"age_basis": "not_known"}),
            (tables.bases, {"basis": "consent_parent_or_carer"}),
            (tables.bases, {"gateway": "serious_violence_duty"}),
            (tables.bases, {"gateway": "serious_violence_duty", "referring_class": None}),
            (tables.bases, {"gateway": "serious_violence_duty", "referring_class": "voluntary"}),
            (tables.identities, {"nhs_number": "943"}),
        ],
    )
    def test_refuse_to_become(self, world: World, referral_id: Any, table: sa.Table, values: Mapping[str, Any]) -> None:
        assert refused(world, sa.update(table).values(values))

    def test_take_the_duty_from_a_body_that_is_listed(self, world: World, referral_id: Any) -> None:
        duty = {"gateway": "serious_violence_duty", "referring_class": "police"}

        assert not refused(world, sa.update(tables.bases).values(duty))

    @pytest.mark.parametrize(
        ("table", "values"),
        [
            (tables.search_keys, {"identifier": "nhs_number", "digest": "9434765919", "is_whole": True}),
            (tables.identities, {"referral_id": uuid4(), "version": 1, "more": {}}),
            (tables.referral_versions, {"version": 1}),
            (tables.match_changes, {"id": uuid4(), "match_id": uuid4(), "state": "linked", "at": NOW}),
        ],
    )
    def test_refuse_a_row(self, world: World, referral_id: Any, table: sa.Table, values: dict[str, Any]) -> None:
        given = {"referral_id": referral_id} | values if "referral_id" in table.c else values
        if table is tables.referral_versions:
            given |= {"recorded_at": NOW, "age": 15, "age_basis": "estimated", "codes": {}}

        assert refused(world, sa.insert(table).values(given))

    def test_hold_one_match_of_two_referrals_which_is_never_of_one_alone(self, world: World) -> None:
        for _ in range(2):
            world.api("navigator").post(a_referral(young_person={"nhs_number": "9990000018", "age_about": 15}))
        match = world.rows(tables.matches)[0]
        again = dict(match._mapping) | {"id": uuid4()}

        assert refused(world, sa.insert(tables.matches).values(again))
        assert refused(world, sa.insert(tables.matches).values(again | {"later_id": match.earlier_id}))
        assert refused(world, sa.update(tables.matches).values(state="not_same", changed_by=None))

    def test_hold_a_draft_that_was_sent_without_what_was_typed(self, world: World, referral_id: Any) -> None:
        draft = {"id": uuid4(), "staff_id": uuid4(), "saved_at": NOW, "expires_at": NOW}

        assert refused(
            world, sa.insert(tables.drafts).values(draft | {"answers": {"a": ["b"]}, "referral_id": referral_id})
        )
        assert refused(world, sa.insert(tables.drafts).values(draft))


class TestIdentifiers:
    def test_are_never_plain_where_they_are_looked_for(self, world: World) -> None:
        who = {"name": "Aspen Example", "nhs_number": "9990000018", "phone": "07700900982", "postcode": "M1 1AE"}
        world.api("navigator").post(a_referral(young_person=who | {"date_of_birth": "2011-03-27"}))

        kept = str(world.rows(tables.search_keys) + world.rows(tables.referral_versions))

        assert len([row for row in world.rows(tables.search_keys) if row.is_whole]) == 5
        for value in ("Aspen", "aspen", "9990000018", "7700900982", "M1 1AE", "2011-03-27"):
            assert value not in kept
