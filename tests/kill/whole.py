"""What must hold of every referral that was accepted, read from the databases after everything has come to rest."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.kernel.service import Service
from tests.kill.process import Sent


class Books:
    """The databases of a folder, opened beside the system that writes them."""

    def __init__(self, folder: Path) -> None:
        self._system: System = embedded.build(Folder(folder))

    def close(self) -> None:
        self._system.close()

    def faults(self, ledger: Sequence[Sent]) -> list[str]:
        """One line per referral that is lost, doubled, or does not have what each must have; and per phantom."""
        accepted = [UUID(str(sent.location).rpartition("/")[2]) for sent in ledger]
        faults = [f"{sent.key} was answered {sent.status}" for sent in ledger if sent.status not in (200, 202)]
        faults += _unlike_one("is intake's referral", self._ids("intake", "referrals", "id"), accepted)
        faults += _unlike_one("has a current answer", self._answered(), accepted)
        faults += _unlike_one("has a review", self._ids("casework", "reviews", "referral_id"), accepted)
        faults += _unlike_one("has an estimate, or why not, in casework", self._told_casework(), accepted)
        faults += [f"{service.name} has a dead letter" for service in self._services() if self._buried(service)]
        return faults

    def at_rest(self, count: int) -> bool:
        """Whether nothing waits in any outbox and so many referrals have all that they get."""
        if any(self._waiting(service) for service in self._services()):
            return False
        held = (self._answered(), self._ids("casework", "reviews", "referral_id"), self._told_casework())
        return all(len(set(ids)) >= count for ids in held)

    def _services(self) -> Iterable[Service]:
        return self._system.services.values()

    def _ids(self, service: str, table: str, column: str) -> list[UUID]:
        return self._read(service, sa.select(self._table(service, table).c[column]))

    def _answered(self) -> list[UUID]:
        answers = self._table("scoring", "answers")
        return self._read("scoring", sa.select(answers.c.referral_id).where(answers.c.is_current))

    def _told_casework(self) -> list[UUID]:
        return list(dict.fromkeys(self._ids("casework", "estimates", "referral_id")))

    def _waiting(self, service: Service) -> int:
        outbox = service.tables.outbox
        return len(self._read(service.name, sa.select(outbox.c.position).where(outbox.c.published_at.is_(None))))

    def _buried(self, service: Service) -> int:
        return len(self._read(service.name, sa.select(service.tables.dead_letters.c.id)))

    def _table(self, service: str, table: str) -> sa.Table:
        return self._system.services[service].metadata.tables[table]

    def _read(self, service: str, query: "sa.Select[tuple[UUID]] | sa.Select[tuple[int]]") -> list[UUID]:
        with self._system.services[service].database.read() as connection:
            return list(connection.execute(query).scalars())  # type: ignore[arg-type]


def _unlike_one(what: str, found: Sequence[UUID], accepted: Sequence[UUID]) -> list[str]:
    counted = Counter(found)
    faults = [f"{referral} {what} {counted[referral]} times" for referral in accepted if counted[referral] != 1]
    return faults + [f"{referral} {what}, and nobody was told of it" for referral in set(found) - set(accepted)]
