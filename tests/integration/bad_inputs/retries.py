"""Rows 53 to 58: the same thing said twice, at once, or after somebody else changed it."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import sqlalchemy as sa

from tests.integration.bad_inputs.deployment import REFERRALS, Deployment, accepted, changed, plain, refused, row


@row(53)
def again(deployment: Deployment) -> None:
    first = deployment.refer(plain(), key="again")
    second = deployment.refer(plain(), key="again")

    assert (first.status_code, second.status_code) == (202, 200)
    assert first.location == second.location
    assert second.headers["Idempotent-Replayed"] == "true"


@row(54)
def key_for_another_body(deployment: Deployment) -> None:
    accepted(deployment.refer(plain(), key="reused"))

    refused(deployment.refer(changed("young_person/name", "Hazel Sample"), key="reused"), 409)


@row(55)
def keys(deployment: Deployment) -> None:
    refused(deployment.navigator.send("POST", REFERRALS, plain()), 400)
    for key in ("k" * 1024 * 1024, "a b", "a\tb", "é"):
        refused(deployment.navigator.post(REFERRALS, plain(), key=key), 400)
    mine = accepted(deployment.refer(plain(), key="shared"))
    theirs = accepted(deployment.world.caller("navigator-west").post(REFERRALS, plain(), key="shared"))
    assert mine != theirs


@row(56)
def at_once(deployment: Deployment) -> None:
    before = deployment.referrals()
    navigator = deployment.navigator
    body = plain()
    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(lambda _: navigator.post(REFERRALS, body, key="at-once"), range(100)))

    assert sorted(answer.status_code for answer in answers) == [200] * 99 + [202]
    assert len({answer.location for answer in answers}) == 1
    assert deployment.referrals() == before + 1


@row(57)
def stale(deployment: Deployment) -> None:
    where = accepted(deployment.refer(plain()))
    navigator = deployment.navigator
    etag = navigator.get(where).headers["ETag"]
    body = changed("young_person/name", "Rowan Madeup")

    refused(navigator.send("PUT", where, body), 428)
    assert navigator.send("PUT", where, body, headers={"If-Match": etag}).status_code == 200
    refused(navigator.send("PUT", where, body, headers={"If-Match": etag}), 412)


@row(58)
def the_same_young_person(deployment: Deployment) -> None:
    body = plain()
    body["young_person"] = {"name": "Fern Fiction", "date_of_birth": "2010-02-03", "nhs_number": "9990000042"}
    first, second = (deployment.read(accepted(deployment.refer(body))) for _ in range(2))
    deployment.world.drain()

    reviewer = deployment.reviewer
    for referral in (first, second):
        found = reviewer.get(f"/casework/api/v1/reviews?referral_id={referral['id']}").get_json()["items"]
        assert len(found) == 1
    assert _persons(deployment, first["id"], second["id"]) == 1


def _persons(deployment: Deployment, *referrals: str) -> int:
    """How many persons these referrals are about."""
    intake = deployment.world.system.services["intake"]
    table = intake.metadata.tables["referrals"]
    about = sa.select(table.c.person_id).distinct().where(table.c.id.in_([UUID(referral) for referral in referrals]))
    with intake.database.read() as connection:
        return len(connection.execute(about).all())
