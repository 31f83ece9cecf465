"""Reads a service's topics and runs the resulting commands; commits the offset after the database transaction."""

import structlog

from services.platform.db.transient import is_transient
from services.platform.dispatcher import EventCommand
from services.platform.failpoints import failpoint
from services.platform.messaging import dead_letters
from services.platform.messaging.log import Delivered, Log
from services.platform.messaging.translate import Translator, Unreadable
from services.platform.operations import logs
from services.platform.service import Service

_BATCH = 500
_TRIES = 3

_log = structlog.get_logger()


class TooManyDeadLetters(RuntimeError):
    """So many failures indicate a fault in our code rather than bad records. Stops instead of draining the topic."""


class Consumer:
    """One group, one thread.

    Dead-letters what can never succeed; raises any other failure, and the record is redelivered.
    """

    def __init__(self, service: Service, log: Log) -> None:
        self._service = service
        self._log = log
        self._translator = Translator(service.subscriptions)
        self.stopped = False
        """True while the limit of dead letters is reached: the next record waits in the log until a person decides on
        some."""

    def run_once(self, *, wait: float = 0.0) -> int:
        """Handles one poll. Returns the number of records read. Raises TooManyDeadLetters; the caller retries later."""
        topics = self._translator.topics
        logs.handled()
        records = self._log.poll(self._service.name, topics, limit=_BATCH, wait=wait) if topics else []
        if not records:
            return 0
        failpoint(f"{self._service.name}.polled")
        self._handle_all(records)
        self.stopped = False
        return len(records)

    def _handle_all(self, records: list[Delivered]) -> None:
        """Handles records in batches, and one by one if a batch fails.

        Records handled before an exception are not repeated.
        """
        done, batch_size = 0, self._service.batch_size
        try:
            for start in range(0, len(records), batch_size):
                some = records[start : start + batch_size]
                if len(some) > 1 and self._as_one(some):
                    done += len(some)
                    continue
                for record in some:
                    self._handle(record)
                    done += 1
        finally:
            if done:
                self._commit(records[:done])

    def _as_one(self, records: list[Delivered]) -> bool:
        """Handles the batch in one transaction. Returns False if one of them fails: then nothing is stored."""
        try:
            commands = [self._translator.command_of(record.value) for record in records]
            self._service.dispatcher.handle_events([command for command in commands if command])
        except Exception as error:
            # Retried alone, each record gets its own result; no error is swallowed here.
            _log.warning("batch_failed", service=self._service.name, count=len(records), **logs.described(error))
            return False
        return True

    def _handle(self, record: Delivered) -> None:
        try:
            command = self._translator.command_of(record.value)
        except Unreadable as error:
            self._dead_letter(record, str(error))
            return
        if command is not None:
            # Unbound on success only, so that the log line of a fault names its event.
            logs.handling(command.event_id, command.event_type, command.correlation_id)
            self._try(record, command)
            logs.handled()

    def _try(self, record: Delivered, command: EventCommand) -> None:
        """Runs the command, and dead-letters a permanent failure. Raises when the database is unavailable."""
        for attempt in range(1, _TRIES + 1):
            try:
                self._service.dispatcher.handle_events([command])
            except Exception as error:
                if is_transient(error):
                    raise
                logs.failure(error, "event_failed")
                if attempt == _TRIES:
                    # Only the type: a message may contain data of the record.
                    self._dead_letter(record, f"{type(command.command).__name__} raised {type(error).__name__}")
            else:
                return

    def _dead_letter(self, record: Delivered, reason: str) -> None:
        service = self._service
        with service.database.read() as connection:
            stop = dead_letters.at_limit(connection, service.tables)
        if stop:
            if not self.stopped:
                _log.critical("consumer_stopped", **_of(record), service=service.name)
            self.stopped = True
            raise TooManyDeadLetters(service.name)
        if dead_letters.add(service, record, reason):
            _log.error("dead_letter", **_of(record), service=service.name)

    def _commit(self, records: list[Delivered]) -> None:
        failpoint(f"{self._service.name}.before_offset_commit")
        self._log.commit(self._service.name, records)
        failpoint(f"{self._service.name}.after_offset_commit")


def _of(record: Delivered) -> dict[str, str | int]:
    return {"topic": record.topic, "partition": record.partition, "position": record.position}
