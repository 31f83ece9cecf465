"""What must hold of everything that was accepted or done, read from the databases beside the system that writes them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self
from uuid import UUID

import sqlalchemy as sa

from services.contracts.topics import CASEWORK_REPUBLISH_REQUESTS, TOPICS
from services.embedded import system as embedded
from services.embedded.folder import Folder
from services.embedded.system import System
from services.platform.audit import verify
from services.platform.messaging.translate import Translator
from services.platform.service import Service
from tests.kill import rows, side_effects
from tests.kill.event_trace import Carried, InOneFile, Trail
from tests.kill.process import Stored

_TOPICS = [topic.name for topic in TOPICS]


class Answered(Protocol):
    """One line of a client's ledger."""

    key: str
    status: int | None
    location: str | None


class Reconciliation:
    """Opened beside a system that runs, or over one that was killed. Its system and what it carried are closed with it."""

    def __init__(self, system: System, carried: Carried) -> None:
        self._system = system
        self._carried = carried
        self._services = tuple(self._system.services.values())

    def faults_at_rest(self, ledger: Sequence[Answered]) -> list[str]:
        """All that must hold once nothing moves: every accepted referral there once, whole, and known to each reader."""
        return [fault for faults in self.balance(ledger, self.event_trace()).values() for fault in faults]

    def balance(self, ledger: Sequence[Answered], event_trace: Trail) -> Mapping[str, list[str]]:
        """The same by what is wrong; everything is empty when nothing is."""
        return {
            "lost": [*self.lost(ledger), *self.unhandled(event_trace)],
            "done twice": [*self.doubled(ledger), *event_trace.done_twice()],
            "orphans": [*self.untold(ledger), *self.orphans(event_trace)],
            "half done": self.partial_writes(),
            "dead letters": self.dead_letters(),
            "audit chains": self.unsound(),
        }

    def faults_at_once(self) -> list[str]:
        """What must hold at every moment, right after a kill too."""
        return [*self.partial_writes(), *self.unsound()]

    def lost(self, ledger: Sequence[Answered]) -> list[str]:
        """One line per referral that was not accepted in the end, and per place where an accepted one is not."""
        refused = [f"{line.key} was answered {line.status}" for line in ledger if line.status not in (200, 202)]
        accepted = _accepted(ledger)
        return refused + [
            f"{referral} {what} nowhere"
            for what, held in self._entity_ids().items()
            for referral in accepted
            if referral not in held
        ]

    def doubled(self, ledger: Sequence[Answered]) -> list[str]:
        """One line per place where an accepted referral is more than once, and per two answers that name one referral."""
        accepted = Counter(_accepted(ledger))
        twice = [f"{referral} was the answer to {times} requests" for referral, times in accepted.items() if times > 1]
        return twice + [
            f"{referral} {what} {held[referral]} times"
            for what, held in self._entity_ids().items()
            for referral in accepted
            if held[referral] > 1
        ]

    def untold(self, ledger: Sequence[Answered]) -> list[str]:
        """Referrals of which nobody was told that they were accepted."""
        accepted = set(_accepted(ledger))
        return [
            f"{referral} {what}, and nobody was told of it"
            for what, held in self._entity_ids().items()
            for referral in held.keys() - accepted
        ]

    def partial_writes(self) -> list[str]:
        """Whatever was written without its audit row or its event, or the other way round."""
        again = self.republished()
        return [
            half
            for side_effect in side_effects.DEEDS
            for half in side_effects.halves(side_effect, self._system.services[side_effect.service], told_again=again)
        ]

    def unsound(self) -> list[str]:
        """What is wrong with the audit chains."""
        return [
            f"{service.name}: {finding}" for service in self._services for finding in verify.verify(service).findings
        ]

    def event_trace(self) -> Trail:
        return Trail.of(self._carried, _TOPICS)

    def unhandled(self, event_trace: Trail | None = None) -> list[str]:
        """Events that a service was sent and has not marked as handled."""
        event_trace = event_trace or self.event_trace()
        faults = []
        for service in self._services:
            marked = set(self._read(service, sa.select(service.tables.inbox.c.event_id)))
            mine = {schema.type for schema in service.subscriptions}
            asked = {event_id for event_id, event in event_trace.events.items() if event.type in mine}
            faults += [f"{service.name} has no mark of event {event_id}" for event_id in asked - marked]
        return faults

    def dead_letters(self) -> list[str]:
        return [
            f"{service.name} has a dead letter"
            for service in self._services
            for _ in self._read(service, sa.select(service.tables.dead_letters.c.id))
        ]

    def orphans(self, event_trace: Trail) -> list[str]:
        """Events on the log that nobody committed, and committed ones that are marked as sent and not on the log."""
        owners = {topic.name: topic.owner for topic in TOPICS}
        faults = []
        for service in self._services:
            outbox = service.tables.outbox.c
            written = set(self._read(service, sa.select(outbox.event_id)))
            sent = set(self._read(service, sa.select(outbox.event_id).where(outbox.published_at.is_not(None))))
            carried = {found for found, event in event_trace.events.items() if owners[event.topic] == service.name}
            faults += [f"{service.name} never wrote event {event_id}" for event_id in carried - written]
            faults += [f"{service.name} sent event {event_id}, which never arrived" for event_id in sent - carried]
        return faults

    def at_rest(self) -> bool:
        """Whether nothing waits in any outbox, nothing in the log for any service, and every audit row is sealed."""
        sent = self._carried.length(_TOPICS)
        resting = not any(self._has_work(service) for service in self._services)
        return resting and self._carried.length(_TOPICS) == sent

    def republished(self) -> bool:
        """Whether somebody waited so long that the owner told of it a second time."""
        casework, intake = self._system.services["casework"], self._system.services["intake"]
        topic, what = casework.tables.outbox.c.topic, intake.tables.audit_rows.c.what
        asked = sa.select(topic).where(topic == CASEWORK_REPUBLISH_REQUESTS.name).limit(1)
        unasked = sa.select(what).where(what == "referral.republished").limit(1)
        return bool(self._read(casework, asked) or self._read(intake, unasked))

    def names(self) -> Mapping[UUID, str]:
        """By referral, the name that casework has been told: the same as was sent, or two were mixed up."""
        casework = self._system.services["casework"]
        identities = casework.metadata.tables["identities"].c
        with casework.database.read() as connection:
            found = connection.execute(sa.select(identities.referral_id, identities.name))
            return {row.referral_id: row.name for row in found}

    def estimated(self) -> int:
        """How many referrals have come to casework with their estimate, or why there is none."""
        casework = self._system.services["casework"]
        referral = casework.metadata.tables["estimates"].c.referral_id
        found: int = self._read(casework, sa.select(sa.func.count(referral.distinct())))[0]
        return found

    def rows(self, service: str) -> Counter[tuple[str, Any]]:
        """Every row of a service but what its own workers change."""
        return rows.of(self._system.services[service])

    def _has_work(self, service: Service) -> bool:
        topics = Translator(service.subscriptions).topics
        if topics and self._carried.waits(service.name, topics):
            return True
        outbox, audit = service.tables.outbox, service.tables.audit_rows
        waiting = sa.select(outbox.c.position).where(outbox.c.published_at.is_(None)).limit(1)
        unsealed = sa.select(audit.c.id).where(audit.c.number.is_(None)).limit(1)
        return bool(self._read(service, waiting) or self._read(service, unsealed))

    def _entity_ids(self) -> Mapping[str, Counter[UUID]]:
        """Where each referral must be, once."""
        answers = self._system.services["scoring"].metadata.tables["results"]
        current = self._read(
            self._system.services["scoring"], sa.select(answers.c.referral_id).where(answers.c.is_current)
        )
        told = set(self._ids("casework", "estimates", "referral_id"))
        return {
            "is intake's referral": Counter(self._ids("intake", "referrals", "id")),
            "has a current answer": Counter(current),
            "has a review": Counter(self._ids("casework", "reviews", "referral_id")),
            "has its person's name in casework": Counter(self._ids("casework", "identities", "referral_id")),
            "has an estimate, or why not, in casework": Counter(told),
        }

    def _ids(self, service: str, table: str, column: str) -> list[UUID]:
        found = self._system.services[service]
        return self._read(found, sa.select(found.metadata.tables[table].c[column]))

    def _read(self, service: Service, query: sa.Select[Any]) -> list[Any]:
        with service.database.read() as connection:
            return list(connection.execute(query).scalars())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._carried.close()
        self._system.close()


def over(stored: Stored) -> Reconciliation:
    """The reconciliation of an embedded system."""
    database_url = stored.databases.__getitem__ if stored.databases else None
    system = embedded.build(Folder(stored.folder), database_url=database_url)
    return Reconciliation(system, InOneFile(system.log))


def referral_of(line: Answered) -> UUID:
    """The referral that an accepting answer names."""
    return UUID(str(line.location).rpartition("/")[2])


def _accepted(ledger: Sequence[Answered]) -> list[UUID]:
    return [referral_of(line) for line in ledger if line.status in (200, 202)]
