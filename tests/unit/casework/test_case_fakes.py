"""The fakes of cases keep what the real ones keep."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from services.casework.application.case_ports import CaseChanges, CaseRepository
from services.casework.domain.case import Case
from services.casework.domain.change import ChangeKind
from services.contracts.codes import RecipientClass
from tests.fakes.casework_cases import FakeCaseChanges, FakeCaseRepository
from tests.unit.casework.case_changes_suite import CaseChangesSuite, ChangeStorage
from tests.unit.casework.case_repository_suite import CaseRepositorySuite, CaseStorage


class TestTheFakeRepository(CaseRepositorySuite):
    @pytest.fixture
    def storage(self) -> CaseStorage:
        repository = FakeCaseRepository()

        @contextmanager
        def unit_of_work() -> Iterator[CaseRepository]:
            yield repository

        def referral(covered: RecipientClass | None, *, triage: bool = True, referred_by: UUID | None = None) -> UUID:
            referral_id = uuid4()
            if not triage:
                repository.not_for_triage.add(referral_id)
            if referred_by is not None:
                repository.referrers[referral_id] = referred_by
            if covered is None:
                repository.uncovered.add(referral_id)
            return referral_id

        return CaseStorage(unit_of_work, referral)


class TestTheFakeChanges(CaseChangesSuite):
    @pytest.fixture
    def storage(self) -> ChangeStorage:
        cases = FakeCaseRepository()
        changes = FakeCaseChanges(cases)

        @contextmanager
        def unit_of_work() -> Iterator[CaseChanges]:
            yield changes

        def change(case: Case, version: int, kind: ChangeKind) -> None:
            changes.changes.append((case.referral_id, version, kind))

        return ChangeStorage(unit_of_work, cases.add, change)
