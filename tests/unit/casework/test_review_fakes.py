"""The fake repository of reviews keeps what the real one keeps."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest

from services.casework.application.review_ports import ReviewRepository
from services.contracts.codes import RecipientClass
from tests.fakes.casework import FakeProjections, FakeReviewRepository
from tests.unit.casework.review_repository_suite import KeptReviews, ReviewRepositorySuite


class TestTheFakeRepository(ReviewRepositorySuite):
    @pytest.fixture
    def kept(self) -> KeptReviews:
        told = FakeProjections()
        repository = FakeReviewRepository(told)

        @contextmanager
        def unit_of_work() -> Iterator[ReviewRepository]:
            yield repository

        def tell(referral_id: UUID, recipient: RecipientClass) -> None:
            told.added.setdefault(referral_id, set()).add(recipient)

        return KeptReviews(unit_of_work, tell)
