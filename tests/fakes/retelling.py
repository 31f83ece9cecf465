"""Retellings in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.kernel.retelling import Retelling, Some


class FakeRetellings:
    def __init__(self) -> None:
        self.waiting: list[Retelling] = []
        self.done: list[Retelling] = []

    def begin(self, asking_id: UUID, topics: Collection[str], *, asked_at: datetime) -> None:
        self.waiting.append(Retelling(id=asking_id, topics=frozenset(topics), asked_at=asked_at, told={}))

    def next(self) -> Retelling | None:
        return self.waiting[0] if self.waiting else None

    def keep(self, retelling: Retelling, some: Some, *, at: datetime) -> None:
        told = replace(retelling, place=some.last, told=some.told)
        if some.last is None:
            self.done.append(told)
            self.waiting.remove(retelling)
        else:
            self.waiting[self.waiting.index(retelling)] = told
