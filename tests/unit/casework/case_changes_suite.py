"""What every keeper of a case's changes does: the real one on both databases, and the fake that unit tests use."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from services.casework.application.case_ports import CaseChanges
from services.casework.domain.case import Case
from services.casework.domain.change import ChangeKind
from tests.factories.cases import COLLEAGUE, WORKER, a_case


@dataclass
class ChangeStorage:
    """Cases, what their referrers said after the decision, and a unit of work to read it in."""

    unit_of_work: Callable[[], AbstractContextManager[CaseChanges]]
    add: Callable[[Case], None]
    change: Callable[[Case, int, ChangeKind], None]

    def worked(self, *changes: tuple[int, ChangeKind]) -> Case:
        """A case that WORKER has, and what came since, with the referral's version."""
        case = a_case(assignee_id=WORKER)
        self.add(case)
        for version, kind in changes:
            self.change(case, version, kind)
        return case


class CaseChangesSuite:
    """Subclasses give the fixture `kept`."""

    def test_lets_the_worker_read_a_change_once(self, storage: ChangeStorage) -> None:
        case = storage.worked((2, ChangeKind.AMENDED))

        with storage.unit_of_work() as changes:
            assert changes.change_read_in_case(case.id, 2, by=WORKER)
        with storage.unit_of_work() as changes:
            assert not changes.change_read_in_case(case.id, 2, by=WORKER)

    def test_leaves_it_unread_when_a_colleague_asks(self, storage: ChangeStorage) -> None:
        case = storage.worked((2, ChangeKind.AMENDED))

        with storage.unit_of_work() as changes:
            assert not changes.change_read_in_case(case.id, 2, by=COLLEAGUE)
        with storage.unit_of_work() as changes:
            assert changes.change_read_in_case(case.id, 2, by=WORKER)

    def test_leaves_other_versions_and_other_cases_unread(self, storage: ChangeStorage) -> None:
        case = storage.worked((2, ChangeKind.AMENDED), (3, ChangeKind.WITHDRAWN))
        other = storage.worked((2, ChangeKind.AMENDED))

        with storage.unit_of_work() as changes:
            assert changes.change_read_in_case(case.id, 2, by=WORKER)
        with storage.unit_of_work() as changes:
            assert changes.change_read_in_case(case.id, 3, by=WORKER)
        with storage.unit_of_work() as changes:
            assert changes.change_read_in_case(other.id, 2, by=WORKER)

    def test_has_nothing_to_read_where_nothing_came(self, storage: ChangeStorage) -> None:
        case = storage.worked()

        with storage.unit_of_work() as changes:
            assert not changes.change_read_in_case(case.id, 2, by=WORKER)

    def test_hides_from_the_worker_that_their_basis_ended(self, storage: ChangeStorage) -> None:
        case = storage.worked((2, ChangeKind.BASIS_EXPIRED))

        with storage.unit_of_work() as changes:
            assert not changes.change_read_in_case(case.id, 2, by=WORKER)
