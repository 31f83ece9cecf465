"""The fake repository keeps what the real one keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from services.casework.application.case_ports import CaseRepository
from services.contracts.codes import RecipientClass
from tests.fakes.casework_cases import FakeCaseRepository
from tests.unit.casework.case_repository_suite import CaseRepositorySuite, Kept


class TestTheFakeRepository(CaseRepositorySuite):
    @pytest.fixture
    def kept(self) -> Kept:
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

        return Kept(unit_of_work, referral)
