"""Oversight can begin from nothing: its owners tell it again, and until they have no figures are frozen."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from services.casework.adapters.case_tables import cases
from services.casework.domain.case import CaseState
from services.contracts import topics
from services.demo import load
from services.demo.plans import PLANS, Stage
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.oversight.freezing import Freeze
from services.oversight.rebuilding import Rebuild
from services.oversight.tables import models, timelines
from services.oversight.timelines import ReviewState
from services.platform.messaging.worker import reconcile
from tests.factories import small_model
from tests.world import World

TOLD_HIGHER = {"review_version"}
"""A review that the referrer asks to withdraw has a higher version than any event told: the state bears it."""
STAGES = (Stage.OWN_VIEW, Stage.ANSWERED, Stage.WITHDRAWN, Stage.CONFIRMED, Stage.MET, Stage.CLOSED)


def some_of_each(stages: tuple[Stage, ...]) -> list[Any]:
    return [replace(next(plan for plan in PLANS if plan.stage is stage), count=1) for stage in stages]


@pytest.fixture
def world(tmp_path: Path, new_database: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> World:
    """The demonstration, with one referral of each kind."""
    monkeypatch.setattr(load, "PLANS", some_of_each(STAGES))
    folder = Folder(tmp_path / "var")
    small_model.save(folder.models)
    where = cache(new_database)
    load.load(folder, database_url=where)
    return World(system=embedded.build(folder, database_url=where), folder=folder)


def known(system: System, table: sa.Table) -> list[dict[str, Any]]:
    with system.services["oversight"].database.read() as connection:
        rows = connection.execute(sa.select(table).order_by(*table.primary_key))
        return [{name: told for name, told in row._mapping.items() if name not in TOLD_HIGHER} for row in rows]


class TestRebuilding:
    def test_gives_what_there_was_and_leaves_what_is_shown_as_it_is(self, world: World) -> None:
        system = world.system
        system.reconcile()  # claims that have expired end here: a step of their own, which the live figures take too
        before = [known(system, timelines), known(system, models)]
        board = world.caller("board-member")
        paths = ("/oversight/", "/oversight/api/v1/steps/2026-Q4", "/oversight/steps/2026-Q4.csv")

        looks = [[board.get(path) for path in paths]]
        system.services["oversight"].dispatcher.handle(Rebuild(), actor=None)
        looks.append([board.get(path) for path in paths])
        system.reconcile()
        looks.append([board.get(path) for path in paths])

        assert {answer.status_code for look in looks for answer in look} == {200}
        assert looks[0][1].get_json() == looks[1][1].get_json() == looks[2][1].get_json()
        assert [known(system, timelines), known(system, models)] == before
        assert len(before[0]) == len(STAGES)
        assert sum(reconcile(service) for service in system.services.values()) == 0
        assert _told_names_again(system) == 0

    def test_tells_every_review_of_a_referral_that_was_reviewed_again_and_counts_it_once(self, world: World) -> None:
        system = world.system
        review_again(world)
        system.reconcile()
        before = known(system, timelines)

        system.services["oversight"].dispatcher.handle(Rebuild(), actor=None)
        system.reconcile()

        assert known(system, timelines) == before
        assert {row["review_state"] for row in before if row["case_closed"]} == {ReviewState.OPENED}
        assert world.caller("board-member").get("/oversight/").status_code == 200

    def test_freezes_no_figure_while_one_is_missing(self, world: World) -> None:
        system = world.system
        oversight = system.services["oversight"]
        oversight.dispatcher.handle(Rebuild(), actor=None)
        system.reconcile()
        with oversight.database.write() as connection:
            connection.execute(sa.text("UPDATE rebuilds SET ended_at = NULL"))
            one = connection.execute(sa.select(timelines.c.referral_id).limit(1)).scalar_one()
            connection.execute(sa.delete(timelines).where(timelines.c.referral_id == one))

        assert oversight.dispatcher.handle(Freeze(immediately=True), actor=None) == 0
        assert reconcile(oversight) == 0


def review_again(world: World) -> None:
    """The referral whose case is closed."""
    with world.system.services["casework"].database.read() as connection:
        found = sa.select(cases.c.review_id).where(cases.c.state == CaseState.CLOSED)
        [review_id] = connection.execute(found).scalars()
    reviewer, review = world.caller("reviewer"), f"/casework/api/v1/reviews/{review_id}"
    read = reviewer.get(review).headers["ETag"]
    assert reviewer.post(f"{review}/rounds", headers={"If-Match": read}).status_code == 201
    world.drain()


def _told_names_again(system: System) -> int:
    """How many events that carry who somebody is were written by a republish job: each referral has one of its own."""
    outbox = system.services["intake"].tables.outbox.c
    with system.services["intake"].database.read() as connection:
        written = connection.execute(
            sa.select(sa.func.count()).where(outbox.topic == topics.IDENTITIES.name)
        ).scalar_one()
        versions = connection.execute(sa.text("SELECT COUNT(*) FROM referral_versions")).scalar_one()
    return int(written) - int(versions)
