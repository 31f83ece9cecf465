"""Rows 53 to 58: the same thing said twice, at once, or after somebody else changed it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import sqlalchemy as sa

from tests.integration.bad_inputs.door import REFERRALS, Door, accepted, changed, plain, refused, row


@row(53)
def again(door: Door) -> None:
    first = door.refer(plain(), key="again")
    second = door.refer(plain(), key="again")

    assert (first.status_code, second.status_code) == (202, 200)
    assert first.location == second.location
    assert second.headers["Idempotent-Replayed"] == "true"


@row(54)
def key_for_another_body(door: Door) -> None:
    accepted(door.refer(plain(), key="reused"))

    refused(door.refer(changed("young_person/name", "Hazel Sample"), key="reused"), 409)


@row(55)
def keys(door: Door) -> None:
    refused(door.navigator.send("POST", REFERRALS, plain()), 400)
    for key in ("k" * 1024 * 1024, "a b", "a\tb", "é"):
        refused(door.navigator.post(REFERRALS, plain(), key=key), 400)
    mine = accepted(door.refer(plain(), key="shared"))
    theirs = accepted(door.world.caller("navigator-west").post(REFERRALS, plain(), key="shared"))
    assert mine != theirs


@row(56)
def at_once(door: Door) -> None:
    before = door.referrals()
    navigator = door.navigator
    body = plain()
    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(lambda _: navigator.post(REFERRALS, body, key="at-once"), range(100)))

    assert sorted(answer.status_code for answer in answers) == [200] * 99 + [202]
    assert len({answer.location for answer in answers}) == 1
    assert door.referrals() == before + 1


@row(57)
def stale(door: Door) -> None:
    where = accepted(door.refer(plain()))
    navigator = door.navigator
    etag = navigator.get(where).headers["ETag"]
    body = changed("young_person/name", "Rowan Madeup")

    refused(navigator.send("PUT", where, body), 428)
    assert navigator.send("PUT", where, body, headers={"If-Match": etag}).status_code == 200
    refused(navigator.send("PUT", where, body, headers={"If-Match": etag}), 412)


@row(58)
def the_same_young_person(door: Door) -> None:
    body = plain()
    body["young_person"] = {"name": "Fern Fiction", "date_of_birth": "2010-02-03", "nhs_number": "9990000042"}
    first, second = (door.read(accepted(door.refer(body))) for _ in range(2))
    door.world.settle()

    reviewer = door.reviewer
    for referral in (first, second):
        found = reviewer.get(f"/casework/api/v1/reviews?referral_id={referral['id']}").get_json()["items"]
        assert len(found) == 1
    assert _persons(door, first["id"], second["id"]) == 1


def _persons(door: Door, *referrals: str) -> int:
    """How many persons these referrals are about."""
    intake = door.world.system.services["intake"]
    table = intake.metadata.tables["referrals"]
    about = sa.select(table.c.person_id).distinct().where(table.c.id.in_([UUID(referral) for referral in referrals]))
    with intake.database.read() as connection:
        return len(connection.execute(about).all())
