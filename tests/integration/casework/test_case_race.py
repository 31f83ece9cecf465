"""Two workers who ask for the next case at once get two cases."""

from collections import Counter
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.casework.adapters.case_repository import SqlCaseRepository
from services.casework.adapters.case_tables import cases
from services.casework.application.take_case import TakeNextCase
from services.casework.domain.case import Case, CaseState
from services.casework.domain.case_reader import CaseReader
from services.contracts.codes import RecipientClass, Role
from tests.factories.cases import an_act
from tests.integration.casework.case_world import CaseWorld, Member

CASES = 12


def two_at_once(world: CaseWorld, take: Any, workers: list[Member]) -> list[UUID]:
    """What both got, each asking until nothing was left."""
    together, got = Barrier(2, timeout=30), []

    def work(worker: Member) -> None:
        together.wait()
        while (taken := take(worker)) is not None:
            got.append(taken)

    threads = [Thread(target=work, args=[worker]) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return got


def two_workers(world: CaseWorld) -> tuple[UUID, list[Member]]:
    team_id = world.team(RecipientClass.SUPPORT_SERVICE)
    return team_id, [world.member(Role.EARLY_INTERVENTION_CASEWORKER, team_id=team_id) for _ in range(2)]


class TestTheNextCase:
    def test_is_never_given_to_two_workers(self, case_world: CaseWorld) -> None:
        team_id, workers = two_workers(case_world)
        waiting = [case_world.case(team_id) for _ in range(CASES)]

        def take(worker: Member) -> Any:
            command = TakeNextCase(entry_id=uuid4(), reader=worker.reader)
            return case_world.dispatcher.handle(command, actor=worker.id)

        got = two_at_once(case_world, take, workers)

        assert Counter(got) == Counter(waiting)

    def test_would_be_given_twice_by_a_repository_that_locks_nothing(self, case_world: CaseWorld) -> None:
        """The test above can fail: this double neither holds the row nor compares the version."""
        team_id, workers = two_workers(case_world)
        case_world.case(team_id)
        both_have_read = Barrier(2, timeout=30)

        def take(worker: Member) -> UUID | None:
            with case_world.database.read() as connection:
                case = _Careless(connection).next_unassigned(worker.reader)
            both_have_read.wait()
            assert case is not None
            case.take(an_act(worker.id))
            with case_world.database.write() as connection:
                _Careless(connection).save(case)
            return case.id

        got: list[UUID | None] = []
        threads = [Thread(target=lambda worker=worker: got.append(take(worker))) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        assert len(got) == 2
        assert len(set(got)) == 1


class _Careless(SqlCaseRepository):
    def next_unassigned(self, reader: CaseReader) -> Case | None:
        free = sa.select(cases).where(cases.c.state == CaseState.OPEN, cases.c.assignee_id.is_(None))
        row = self._connection.execute(free.order_by(cases.c.due_at).limit(1)).one_or_none()
        return None if row is None else self._to_case(row._mapping)

    def save(self, case: Case) -> None:
        taken = sa.update(cases).where(cases.c.id == case.id).values(assignee_id=case.assignee_id)
        self._connection.execute(taken)
