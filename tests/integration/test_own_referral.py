"""Nobody reviews what they sent, whatever kind of account they sent it with."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.accounts.staff import ChangeMember
from services.contracts.codes import Role
from tests.world import World, a_world

REFER = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path) as made:
        yield made


def give(world: World, name: str, *roles: Role, areas: tuple[str, ...] = ("northside",)) -> UUID:
    """The demonstration account has these roles from now on."""
    accounts = world.system.services["accounts"]
    staff = accounts.metadata.tables["staff"]
    with accounts.database.read() as connection:
        found = connection.execute(sa.select(staff).where(staff.c.sign_in_name == name)).one()
    command = ChangeMember(
        staff_id=found.id,
        expected_version=found.version,
        active=True,
        roles=frozenset(roles),
        teams=frozenset(),
        areas=frozenset(areas),
    )
    accounts.dispatcher.handle(command, actor=None)
    world.drain()
    staff_id: UUID = found.id
    return staff_id


def review_of_what_is_sent_by(world: World, name: str) -> str:
    """The review, found by a reviewer who did not send it."""
    sent = world.caller(name).post(REFER, world.example("intake", REFER))
    assert sent.status_code == 202
    world.drain()
    referral_id = sent.headers["Location"].rsplit("/", 1)[1]
    items = world.caller("reviewer").get(f"{REVIEWS}?referral_id={referral_id}").get_json()["items"]
    return str(items[0]["id"])


class TestAPartnerSystemThatReviews:
    def test_cannot_know_the_review_of_what_it_sent(self, world: World) -> None:
        give(world, "partner-system", Role.PARTNER_SYSTEM, Role.REVIEWER)
        review_id = review_of_what_is_sent_by(world, "partner-system")
        sender = world.caller("partner-system")

        listed = sender.get(REVIEWS)
        read = sender.get(f"{REVIEWS}/{review_id}")

        assert review_id not in [item["id"] for item in listed.get_json()["items"]]
        assert read.status_code == 404

    def test_cannot_know_it_either_once_it_is_no_system_any_more(self, world: World) -> None:
        give(world, "partner-system", Role.PARTNER_SYSTEM)
        review_id = review_of_what_is_sent_by(world, "partner-system")

        give(world, "partner-system", Role.REVIEWER)

        assert world.caller("partner-system").get(f"{REVIEWS}/{review_id}").status_code == 404

    def test_reviews_what_somebody_else_sent(self, world: World) -> None:
        give(world, "partner-system", Role.PARTNER_SYSTEM, Role.REVIEWER)

        review_id = review_of_what_is_sent_by(world, "navigator")

        assert world.caller("partner-system").get(f"{REVIEWS}/{review_id}").status_code == 200

    def test_reads_what_it_sent_as_a_referrer_still(self, world: World) -> None:
        give(world, "partner-system", Role.PARTNER_SYSTEM, Role.REVIEWER)
        sent = world.caller("partner-system").post(REFER, world.example("intake", REFER))

        assert world.caller("partner-system").get(sent.headers["Location"]).status_code == 200
