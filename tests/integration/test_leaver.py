"""An account is switched off: what it held goes back to its team, through every service as it runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.accounts.staff import ChangeMember
from tests.world import World, a_world

REFER = "/intake/api/v1/referrals"
REVIEWS = "/casework/api/v1/reviews"
CASES = "/casework/api/v1/cases"
WORKER = "early-intervention-caseworker"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path) as made:
        yield made


def switch_off(world: World, name: str) -> UUID:
    accounts = world.system.services["accounts"]
    tables = accounts.metadata.tables
    with accounts.database.read() as connection:
        member = connection.execute(sa.select(tables["staff"]).filter_by(sign_in_name=name)).one()
        held = {
            what: frozenset(connection.execute(sa.select(table.c[column]).filter_by(staff_id=member.id)).scalars())
            for what, table, column in (
                ("roles", tables["staff_roles"], "role"),
                ("teams", tables["staff_teams"], "team_id"),
                ("areas", tables["staff_areas"], "area"),
            )
        }
    command = ChangeMember(staff_id=member.id, expected_version=member.version, active=False, **held)
    accounts.dispatcher.handle(command, actor=None)
    world.drain()
    staff_id: UUID = member.id
    return staff_id


def a_case_of(world: World, worker: str) -> str:
    """A referral that the reviewer decided, taken by the worker."""
    reviewer = world.caller("reviewer")
    sent = world.caller("navigator").post(REFER, world.example("intake", REFER))
    world.drain()
    referral_id = sent.headers["Location"].rsplit("/", 1)[1]
    [review] = reviewer.get(f"{REVIEWS}?referral_id={referral_id}").get_json()["items"]
    address = f"{REVIEWS}/{review['id']}"
    for what in ("own-view", "decision"):
        body: dict[str, Any] = world.example("casework", f"{REVIEWS}/{{review_id}}/{what}")
        answer = reviewer.post(f"{address}/{what}", body, headers={"If-Match": reviewer.get(address).headers["ETag"]})
        assert answer.status_code < 300, answer.text
    world.drain()
    [case] = world.caller(worker).get(f"{CASES}?list=unassigned").get_json()["items"]
    taken = world.caller(worker).send(
        "POST", f"{CASES}/{case['id']}/assignment", {"assignee_id": None}, headers={"If-Match": f'"{case["version"]}"'}
    )
    assert taken.status_code == 200, taken.text
    return str(case["id"])


class TestALeaver:
    def test_keeps_no_case(self, world: World) -> None:
        case_id = a_case_of(world, WORKER)
        manager = world.caller("team-manager")
        assert manager.get(f"{CASES}?list=unassigned").get_json()["items"] == []

        staff_id = switch_off(world, WORKER)

        assert [one["id"] for one in manager.get(f"{CASES}?list=unassigned").get_json()["items"]] == [case_id]
        held = manager.get(f"/casework/api/v1/staff/{staff_id}/holdings").get_json()
        assert (held["active"], held["cases"]) == (False, [])
        [notice] = manager.get("/casework/api/v1/case-notices").get_json()["items"]
        assert (notice["case_id"], notice["kind"]) == (case_id, "unassigned")
