"""Runs scoring's use cases on a real database, with a champion whose estimates are easy to predict."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.contracts.codes import EstimateCause
from services.platform.db.batch import Batch
from services.platform.db.transaction import Transaction
from services.scoring import on_events
from services.scoring.bootstrap import handlers
from services.scoring.champion.port import Champion
from services.scoring.estimate import AnswerLimits, Result, ScoringResult
from services.scoring.result_store import Results
from services.scoring.score import Scorer
from services.scoring.tables import results
from tests.factories.scoring import FakeChampion, day


class World:
    """Nothing is committed: each test has the database to itself."""

    def __init__(self, connection: sa.Connection) -> None:
        self.champion: Champion | None = FakeChampion()
        self.demonstration = True
        self.published: list[str] = []
        """Types of events."""
        self.audited: list[str] = []
        self._connection = connection
        self._start = connection.begin_nested()

    def handle(self, *commands: object) -> Any:
        """Run each command with stores of its own. Returns the result of the last one."""
        result = None
        for command in commands:
            with self.transaction() as tx:
                result = self._run(command, tx)
        return result

    def handle_poll(self, commands: Sequence[object]) -> None:
        """Run the commands as those of one poll, with stores that they share."""
        with self.transaction() as tx:
            on_events.load(tx.batch, commands)
            for command in commands:
                self._run(command, tx)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        tx = Transaction(Batch(self._connection), at=day(30), actor=None, correlation_id=uuid4())
        yield tx
        tx.batch.write()
        self.published += [event_type for event_type, _code in tx.written]
        self.audited += [row["what"] for row in tx.audit_rows]

    def _run(self, command: object, tx: Transaction) -> Any:
        scorer = Scorer(current=lambda: self.champion, limits=AnswerLimits(), demonstration=self.demonstration)
        return handlers(scorer)[type(command)](command, tx)

    def restart(self) -> None:
        """Undo everything."""
        self._start.rollback()
        self._start = self._connection.begin_nested()
        self.published, self.audited = [], []

    def current(self, referral_id: UUID) -> ScoringResult:
        with self.transaction() as tx:
            [scored] = tx.store(Results).current_of([referral_id])
        return scored

    def result_of(self, referral_id: UUID) -> Result:
        return self.current(referral_id).result

    def causes(self, referral_id: UUID) -> list[EstimateCause]:
        """The causes of all results of a referral, in turn."""
        mine = sa.select(results.c.cause).where(results.c.referral_id == referral_id).order_by(results.c.sequence)
        return list(self._connection.scalars(mine))

    def sequences(self, referral_id: UUID) -> list[int]:
        mine = sa.select(results.c.sequence).where(results.c.referral_id == referral_id).order_by(results.c.sequence)
        return list(self._connection.scalars(mine))
