"""The fake repository of reviews keeps what the real one keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from services.casework.application.review_ports import ReviewRepository
from services.contracts.codes import RecipientClass
from tests.fakes.casework import FakeProjections, FakeReviewRepository
from tests.unit.casework.review_repository_suite import ReviewRepositorySuite, ReviewStorage


class TestTheFakeRepository(ReviewRepositorySuite):
    @pytest.fixture
    def storage(self) -> ReviewStorage:
        body = FakeProjections()
        repository = FakeReviewRepository(body)

        @contextmanager
        def unit_of_work() -> Iterator[ReviewRepository]:
            yield repository

        def add_basis(referral_id: UUID, recipient: RecipientClass) -> None:
            body.added.setdefault(referral_id, set()).add(recipient)

        return ReviewStorage(unit_of_work, add_basis)
