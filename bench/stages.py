"""The stages of a referral's path, each beside the least that it could cost."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import lightgbm
import numpy as np
import sqlalchemy as sa

from bench import referrals
from bench.bare import BareTable
from bench.timing import Stage
from models.features.facts import EarlierReferral
from models.features.vector import build
from models.inference import model as inference
from services.contracts.codes import OrganisationClass, Source
from services.embedded.system import System
from services.intake.application.receive_referral import ReceiveReferral
from services.intake.domain.referral import ReferredBy
from services.intake.entrypoints.schema import ReferralSchema, content_from
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.messaging.relay import Relay
from services.platform.messaging.translate import Translator
from services.platform.service import Service
from services.platform.web import strict_json
from services.scoring.champion.model_cache import ModelCache
from tests.world import Caller

POLL = 500
"""Events in one poll of a consumer or one look of a relay."""

_RECEIVED = date(2026, 2, 1)
_EARLIER = (EarlierReferral(date(2025, 12, 9), {"what_happened": ["threat"], "substance_use": "occasional"}),)
_BY = ReferredBy(staff_id=UUID(int=1), organisation_id=UUID(int=2), organisation_class=OrganisationClass.HEALTH)


def of_intake(system: System, navigator: Caller, example: Mapping[str, Any], bare: BareTable) -> Iterator[Stage]:
    raw, schema, intake = json.dumps(example).encode(), ReferralSchema(), system.services["intake"]
    new = referrals.bodies(example)

    def send(body: Mapping[str, Any]) -> None:
        answer = navigator.post(referrals.PATH, body)
        assert answer.status_code == 202, answer.get_json()

    def command() -> ReceiveReferral:
        content = content_from(schema.load(next(new)))
        return ReceiveReferral(content=content, source=Source.AE_NAVIGATOR, referred_by=_BY, area="northside")

    def store(receive: ReceiveReferral) -> None:
        intake.dispatcher.handle(receive, actor=None)

    yield Stage(
        name="validate",
        floor="json.loads",
        work=lambda _: content_from(schema.load(strict_json.parse(raw))),
        minimum=lambda: json.loads(raw),
    )
    rows = bare.rows_as_by(lambda: store(command()), intake)
    yield Stage(name="store", floor="bare rows, one commit", given=command, work=store, minimum=rows)
    rows = bare.rows_as_by(lambda: send(next(new)), intake)
    yield Stage(
        name="receive (sign-in, validate, store)",
        floor="bare rows, one commit",
        given=lambda: next(new),
        work=send,
        minimum=rows,
    )


def of_the_relay(system: System, bare: BareTable, folder: Path, facts: Mapping[str, Any]) -> Stage:
    """On a log of its own, so that nothing is heard of what is sent."""
    intake, value = system.services["intake"], referrals.received(facts)
    log = EmbeddedLog(folder / "relayed.sqlite")
    relay = Relay(intake, log)
    while relay.run_once():
        pass

    def fill() -> None:
        at = datetime.now(UTC)
        row = {"topic": "intake.referrals", "key": "1", "value": value, "created_at": at}
        with intake.database.write() as connection:
            connection.execute(sa.insert(intake.tables.outbox), [{"event_id": uuid4(), **row} for _ in range(POLL)])

    contents = [value] * POLL
    return Stage(
        name="relay, each event",
        floor="bare rows, one commit",
        given=fill,
        work=lambda _: relay.run_once(),
        minimum=lambda: bare.store(contents),
        each=POLL,
    )


def of_the_model(cache: ModelCache, facts: Mapping[str, Any]) -> Iterator[Stage]:
    current = cache.current()
    assert current is not None
    model = inference.load(current.manifest, current.booster)
    booster = lightgbm.Booster(model_str=current.booster.decode("ascii"))
    text, vector = json.dumps(facts), build(facts, as_of=_RECEIVED, earlier=_EARLIER)
    row = np.array([vector.values])

    def explain() -> object:
        return booster.predict(row, pred_contrib=True, num_threads=1)

    yield Stage(
        name="features",
        floor="json.loads",
        work=lambda _: build(facts, as_of=_RECEIVED, earlier=_EARLIER),
        minimum=lambda: json.loads(text),
    )
    yield Stage(
        name="estimate + contributions",
        floor="pred_contrib of the row",
        work=lambda _: model.estimate(vector),
        minimum=explain,
    )
    yield Stage(
        name="both, as one referral is estimated",
        floor="pred_contrib of the row",
        work=lambda _: model.estimate(build(facts, as_of=_RECEIVED, earlier=_EARLIER)),
        minimum=explain,
    )


def of_scoring(system: System, cache: ModelCache, facts: Mapping[str, Any]) -> Stage:
    """All that scoring does of a referral: read the event, estimate, store, tell."""
    current = cache.current()
    assert current is not None
    booster = lightgbm.Booster(model_str=current.booster.decode("ascii"))
    rows = np.array([build(facts, as_of=_RECEIVED).values] * POLL)
    return Stage(
        name=f"score, in a poll of {POLL}, each",
        floor="pred_contrib of the rows",
        given=lambda: [referrals.received(facts) for _ in range(POLL)],
        work=lambda events: _hear(system.services["scoring"], events),
        minimum=lambda: booster.predict(rows, pred_contrib=True, num_threads=1),
        each=POLL,
    )


def of_casework(system: System, bare: BareTable) -> Stage:
    casework = system.services["casework"]
    rows = bare.rows_as_by(lambda: _hear(casework, [referrals.received({})]), casework)
    return Stage(
        name="open review",
        floor="bare rows, one commit",
        given=lambda: [referrals.received({})],
        work=lambda events: _hear(casework, events),
        minimum=rows,
    )


def _hear(service: Service, events: list[bytes]) -> None:
    """As its consumer lets it."""
    translator = Translator(service.subscriptions)
    heard = [caused for caused in map(translator.command_of, events) if caused is not None]
    assert service.dispatcher.handle_events(heard) == len(events)
