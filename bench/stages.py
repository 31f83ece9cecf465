"""The stages of a referral's path, each beside the least that it could cost."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import sqlalchemy as sa

from bench.timing import Measured, Stage
from models.features.vector import build
from models.inference import model as inference
from services.casework.entrypoints.subscriptions import SUBSCRIPTIONS as HEARD_BY_CASEWORK
from services.contracts import envelope
from services.contracts.intake import ReferralReceivedV1
from services.embedded.system import System
from services.intake.entrypoints.schema import ReferralSchema, content_from
from services.kernel.bus.embedded import EmbeddedLog
from services.kernel.bus.log import Record
from services.kernel.bus.relay import Relay
from services.kernel.bus.translate import Translator
from services.kernel.db.engine import Database
from services.kernel.dispatcher import Caused
from services.kernel.web import strict_json
from services.scoring.adapters.kept_models import KeptModels

_SENT_BY_THE_RELAY = 1_000


def of_the_path(system: System, *, body: dict[str, Any], store: Callable[[], object], scratch: Path) -> Iterator[Stage]:
    """`store` makes the referral of `body` once; `scratch` is a folder for the floors' own files."""
    raw = json.dumps(body).encode()
    schema = ReferralSchema()
    yield Stage(
        name="validate",
        floor="json.loads",
        work=lambda: content_from(schema.load(strict_json.parse(raw))),
        least=lambda: json.loads(raw),
    )
    with bare_commit(scratch / "bare.sqlite") as commit:
        yield Stage(name="receive (HTTP, validate, store)", floor="a bare commit", work=store, least=commit)
        yield Stage(name="open review", floor="a bare commit", work=lambda: _hear(system, "casework"), least=commit)


def of_the_model(kept: KeptModels, facts: dict[str, Any]) -> Iterator[Stage]:
    current = kept.current()
    assert current is not None
    model = inference.load(current.manifest, current.booster)
    today = date.today()  # noqa: DTZ011 (any day will do)
    text = json.dumps(facts)
    vector = build(facts, as_of=today)
    row = np.array([vector.values])
    booster = model._booster
    yield Stage(
        name="features", floor="json.loads", work=lambda: build(facts, as_of=today), least=lambda: json.loads(text)
    )
    yield Stage(
        name="estimate with contributions",
        floor="booster.predict(pred_contrib)",
        work=lambda: model.estimate(vector),
        least=lambda: booster.predict(row, pred_contrib=True, num_threads=1),
    )


def relay(system: System, scratch: Path) -> Measured:
    """Send what waits in intake's outbox; the floor appends the same records to a log of its own."""
    intake = system.services["intake"]
    with intake.database.read() as connection:
        outbox = intake.tables.outbox
        waiting = sa.select(outbox).where(outbox.c.published_at.is_(None)).limit(_SENT_BY_THE_RELAY)
        records = [Record(topic=row.topic, key=row.key, value=row.value) for row in connection.execute(waiting)]
    log = EmbeddedLog(scratch / "bare-log.sqlite")
    log.append(records[:1])
    began = time.perf_counter()
    for place in range(0, len(records), 500):
        log.append(records[place : place + 500])
    floor = time.perf_counter() - began
    log.close()
    sender = Relay(intake, system.log)
    began, sent = time.perf_counter(), 0
    while sent < len(records) and (some := sender.run_once()):
        sent += some
    taken = time.perf_counter() - began
    sender.stop()
    each, least = taken / sent * 1e6, floor / len(records) * 1e6
    return Measured(
        name="relay, each event", floor="raw append", microseconds=each, floor_microseconds=least, ratio=each / least
    )


@contextmanager
def bare_commit(path: Path) -> Iterator[Callable[[], object]]:
    """The least that storing anything can cost: one small row, one commit, on the same kind of database."""
    database = Database(f"sqlite:///{path}")
    table = sa.Table("bare", sa.MetaData(), sa.Column("id", sa.Uuid, primary_key=True))
    with database.write() as connection:
        table.create(connection)
    raw = database.engine.raw_connection()
    cursor = raw.cursor()

    def commit() -> None:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("INSERT INTO bare VALUES (?)", (uuid4().hex,))
        cursor.execute("COMMIT")

    yield commit
    raw.close()
    database.close()


def _hear(system: System, service: str) -> None:
    """Let the service hear of a new referral, as its consumer does."""
    translator = Translator(HEARD_BY_CASEWORK)
    caused = translator.command_of(_a_received_event())
    assert isinstance(caused, Caused)
    system.services[service].dispatcher.handle_events([caused])


def _a_received_event() -> bytes:
    at = datetime.now(UTC)
    data = {
        "referral_id": uuid4(),
        "version": 1,
        "reference": f"R-{uuid4().hex[:6].upper()}",
        "person_id": uuid4(),
        "received_at": at,
        "source": "ae_navigator",
        "area": "northside",
        "referred_by": {"staff_id": UUID(int=1), "organisation_id": UUID(int=2), "organisation_class": "health"},
        "age": 15,
        "age_basis": "estimated",
        "facts": {},
        "bases": [{"recipient_class": "triage", "basis": "safeguarding"}],
    }
    loaded = ReferralReceivedV1.decode(json.loads(json.dumps(data, default=str)))
    return envelope.write(
        ReferralReceivedV1, loaded, event_id=uuid4(), time=at, correlation_id=uuid4(), causation_id=None
    )
