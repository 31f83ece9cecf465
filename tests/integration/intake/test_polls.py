"""What casework says in one poll takes few statements together, and leaves what it would leave one by one."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts.casework import ProgressMadeV1
from services.contracts.codes import ProgressStep, Question
from services.intake.adapters.tables import referrals, steps
from services.intake.adapters.unit_of_work import SqlUnitOfWork
from services.intake.domain.referral import Referral
from services.intake.entrypoints.subscriptions import SUBSCRIPTIONS
from services.platform.dispatcher import EventCommand
from tests.fakes.intake import POLICY
from tests.integration.intake.test_ports import a_referral
from tests.integration.intake.world import NOW, World, a_world
from tests.statements import asked_of

NewDatabase = Callable[[str], str]


def a_world_with(there: Sequence[Referral], url: str) -> World:
    world = a_world(url)
    with world.service.dispatcher.transaction(actor=None) as transaction:
        for referral in there:
            SqlUnitOfWork(transaction, policy=POLICY).referrals.add(referral)
    return world


def said(referral_id: UUID, **changes: Any) -> EventCommand:
    nothing = {"question": None, "question_id": None, "referral_version": None}
    data = {"referral_id": referral_id, "version": 1, "step": ProgressStep.BEING_READ, "at": NOW, **nothing, **changes}
    return EventCommand(
        command=SUBSCRIPTIONS[ProgressMadeV1](data),
        event_id=uuid4(),
        event_type=ProgressMadeV1.type,
        written_at=NOW,
        correlation_id=uuid4(),
    )


def anything_said(chance: Random, referral_ids: Sequence[UUID]) -> EventCommand:
    question = chance.choice([None, *Question])
    return said(
        chance.choice(referral_ids),
        version=chance.randrange(1, 30),
        referral_version=chance.randrange(1, 5),
        step=chance.choice(list(ProgressStep)),
        at=NOW + timedelta(minutes=chance.randrange(999)),
        question=question,
        question_id=question and UUID(int=chance.getrandbits(128), version=4),
    )


def known(world: World) -> list[list[Any]]:
    with world.service.database.read() as connection:
        found = (connection.execute(sa.select(table).order_by(*table.primary_key)) for table in (referrals, steps))
        return [list(rows) for rows in found]


def statements_for(world: World, poll: Sequence[EventCommand]) -> int:
    with asked_of(world.service) as asked:
        world.service.dispatcher.handle_events(poll)
    return len(asked)


class TestWhatIsSaidInOnePoll:
    def test_leaves_what_it_leaves_one_by_one(self, new_database: NewDatabase) -> None:
        chance = Random(22)  # noqa: S311 (nothing here is secret)
        there = [a_referral() for _ in range(4)]
        ids = [referral.id for referral in there]
        together, alone = (a_world_with(there, new_database("intake")) for _ in range(2))
        for _ in range(4):
            poll = [anything_said(chance, ids) for _ in range(20)]

            together.service.dispatcher.handle_events(poll)
            for one in poll:
                alone.service.dispatcher.handle_events([one])

            assert known(together) == known(alone)

    def test_takes_as_many_statements_of_forty_referrals_as_of_two(self, new_database: NewDatabase) -> None:
        there = [a_referral() for _ in range(42)]
        world = a_world_with(there, new_database("intake"))

        few = statements_for(world, [said(referral.id) for referral in there[:2]])
        many = statements_for(world, [said(referral.id) for referral in there[2:]])

        assert many == few
