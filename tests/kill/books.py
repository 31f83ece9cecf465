"""What must hold of everything that was accepted or done, read from the databases beside the system that writes them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa

from services.contracts import envelope
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.kernel.audit import verify
from services.kernel.bus.log import Delivered
from services.kernel.bus.translate import Translator
from services.kernel.service import Service
from tests.kill.deeds import DEEDS, Deed
from tests.kill.process import Sent, Stored

_ALL = 1_000_000


class Books:
    """Opened beside a system that runs, or over one that was killed."""

    def __init__(self, stored: Stored) -> None:
        database_url = stored.databases.__getitem__ if stored.databases else None
        self._system: System = embedded.build(Folder(stored.folder), database_url=database_url)
        self._services = tuple(self._system.services.values())

    def faults_at_rest(self, ledger: Sequence[Sent]) -> list[str]:
        """All that must hold once nothing moves: every accepted referral there once, whole, and known to each reader."""
        return [*self.faults_of(ledger), *self.unhandled(), *self.faults_at_once()]

    def faults_at_once(self) -> list[str]:
        """What must hold at every moment, right after a kill too."""
        return [*self.torn(), *self.unsound()]

    def faults_of(self, ledger: Sequence[Sent]) -> list[str]:
        """One line per referral that is lost, doubled, or does not have what each must have; and per phantom."""
        accepted = [UUID(str(sent.location).rpartition("/")[2]) for sent in ledger]
        faults = [f"{sent.key} was answered {sent.status}" for sent in ledger if sent.status not in (200, 202)]
        faults += _unlike_one("is intake's referral", self._ids("intake", "referrals", "id"), accepted)
        faults += _unlike_one("has a current answer", self._answered(), accepted)
        faults += _unlike_one("has a review", self._ids("casework", "reviews", "referral_id"), accepted)
        faults += _unlike_one("has an estimate, or why not, in casework", self._told_casework(), accepted)
        return faults

    def torn(self) -> list[str]:
        """Whatever was written without its audit row or its event, or the other way round."""
        return [line for deed in DEEDS for line in self._halves(deed)]

    def unsound(self) -> list[str]:
        """What is wrong with the audit chains."""
        return [
            f"{service.name}: {finding}" for service in self._services for finding in verify.verify(service).findings
        ]

    def unhandled(self) -> list[str]:
        """Events that a service was sent and has not marked as handled, or has buried."""
        records = self._records()
        faults = []
        for service in self._services:
            marked = set(self._read(service, sa.select(service.tables.inbox.c.event_id)))
            translator = Translator(service.subscriptions)
            mine = [record for record in records if record.topic in translator.topics]
            asked = {caused.event_id for record in mine if (caused := translator.command_of(record.value))}
            faults += [f"{service.name} has no mark of event {event}" for event in asked - marked]
            faults += [
                f"{service.name} has a dead letter" for _ in self._read(service, sa.select(service.tables.dead_letters))
            ]
        return faults

    def sent_twice(self) -> int:
        """How many events were sent more than once: without any, no test of redelivery has bitten."""
        sent = Counter(envelope.read(record.value).id for record in self._records())
        return sum(times > 1 for times in sent.values())

    def at_rest(self) -> bool:
        """Whether nothing waits in any outbox, nothing in the log for any service, and every audit row is sealed."""
        sent = len(self._records())
        resting = not any(self._has_work(service) for service in self._services)
        return resting and len(self._records()) == sent

    def rows(self, service: str) -> Counter[tuple[str, Any]]:
        """Every row of a service but what its own workers change: when a row was sent, and its seal."""
        found = self._system.services[service]
        return Counter(
            (_named(table.name, row), tuple(repr(value) for name, value in row.items() if name not in _BY_WORKERS))
            for table in found.metadata.sorted_tables
            if table.name not in _OF_WORKERS
            for row in self._rows(found, table)
        )

    def _halves(self, deed: Deed) -> list[str]:
        service = self._system.services[deed.service]
        audit, outbox = service.tables.audit_rows, service.tables.outbox
        # One read transaction: all three as they are at one moment.
        with service.database.read() as connection:
            written = Counter(
                connection.execute(sa.select(service.metadata.tables[deed.table].c[deed.column])).scalars()
            )
            noted = (
                connection.execute(sa.select(audit.c.subject_id).where(audit.c.what.in_(deed.audited))).scalars().all()
            )
            values = connection.execute(sa.select(outbox.c.value).where(outbox.c.topic == deed.told[0].topic)).scalars()
            events = [envelope.read(value) for value in values]
        audited = Counter(UUID(subject) for subject in noted)
        types = {schema.type for schema in deed.told}
        told = Counter(UUID(event.data[deed.field]) for event in events if event.type in types)
        return [
            f"{deed.table} {found}: written {written[found]}, audited {audited[found]}, told {told[found]} times"
            for found in written | audited | told
            if not written[found] == audited[found] == told[found]
        ]

    def _has_work(self, service: Service) -> bool:
        topics = Translator(service.subscriptions).topics
        if topics and self._system.log.poll(service.name, topics, limit=1, wait=0):
            return True
        outbox, audit = service.tables.outbox, service.tables.audit_rows
        waiting = sa.select(outbox.c.position).where(outbox.c.published_at.is_(None))
        unsealed = sa.select(audit.c.id).where(audit.c.number.is_(None))
        return bool(self._read(service, waiting) or self._read(service, unsealed))

    def _records(self) -> list[Delivered]:
        """Everything in the log: this reader never says that it is done."""
        topics = {topic for service in self._services for topic in Translator(service.subscriptions).topics}
        return self._system.log.poll("books", sorted(topics), limit=_ALL, wait=0)

    def _ids(self, service: str, table: str, column: str) -> list[UUID]:
        found = self._system.services[service]
        return self._read(found, sa.select(found.metadata.tables[table].c[column]))

    def _answered(self) -> list[UUID]:
        scoring = self._system.services["scoring"]
        answers = scoring.metadata.tables["answers"]
        return self._read(scoring, sa.select(answers.c.referral_id).where(answers.c.is_current))

    def _told_casework(self) -> list[UUID]:
        return list(dict.fromkeys(self._ids("casework", "estimates", "referral_id")))

    def _rows(self, service: Service, table: sa.Table) -> Iterable[dict[str, Any]]:
        with service.database.read() as connection:
            return [dict(row) for row in connection.execute(sa.select(table)).mappings()]

    def _read(self, service: Service, query: sa.Select[Any]) -> list[Any]:
        with service.database.read() as connection:
            return list(connection.execute(query).scalars())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._system.close()


_BY_WORKERS = ("published_at", "number", "hash", "sealed_at")
_OF_WORKERS = ("audit_head",)


def _named(table: str, row: dict[str, Any]) -> str:
    """The table; of an audit row and of an event what it says."""
    if table == "audit_rows":
        return f"audit {row['what']}"
    if table == "outbox":
        return f"event {envelope.read(row['value']).type}"
    return table


def _unlike_one(what: str, found: Sequence[UUID], accepted: Sequence[UUID]) -> list[str]:
    counted = Counter(found)
    faults = [f"{referral} {what} {counted[referral]} times" for referral in accepted if counted[referral] != 1]
    return faults + [f"{referral} {what}, and nobody was told of it" for referral in set(found) - set(accepted)]
