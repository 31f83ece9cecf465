"""The repository of reviews on both kinds of database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.casework.adapters.review_repository import SqlReviewRepository
from services.casework.adapters.tables import bases, metadata
from services.casework.application.review_ports import ReviewRepository
from services.contracts.codes import LawfulBasis, RecipientClass
from services.platform.db.batch import Batch
from services.platform.db.engine import Database
from tests.unit.casework.review_repository_suite import ReviewRepositorySuite, ReviewStorage


class TestTheSqlRepository(ReviewRepositorySuite):
    @pytest.fixture
    def storage(self, new_database: Callable[[str], str]) -> ReviewStorage:
        database = Database(new_database("casework"))
        with database.write() as connection:
            metadata.create_all(connection)

        @contextmanager
        def unit_of_work() -> Iterator[ReviewRepository]:
            with database.write() as connection:
                batch = Batch(connection)
                yield SqlReviewRepository(batch)
                batch.write()

        def add_basis(referral_id: UUID, recipient: RecipientClass) -> None:
            body = {"recipient_class": recipient, "basis": LawfulBasis.SAFEGUARDING}
            with database.write() as connection:
                connection.execute(sa.insert(bases).values(referral_id=referral_id, **body))

        return ReviewStorage(unit_of_work, add_basis)
