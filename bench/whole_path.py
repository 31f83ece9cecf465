"""The whole embedded path: HTTP in, until casework holds the review and the estimate of every referral."""

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from services.embedded import server
from services.embedded.system import System
from tests.world import World

ROUNDS = 3
_REFERRALS = 150
_PATIENCE_SECONDS = 60.0


def rates(world: World, example: Mapping[str, Any]) -> dict[str, float]:
    """Medians of the rounds, in referrals per second. The sender is another process on the same machine."""
    web = server.listen(world.system.app, port=0)
    thread = threading.Thread(target=web.run, daemon=True)
    thread.start()
    world.system.start()
    given = json.dumps({"example": example, "token": world.caller("navigator").token})
    try:
        rounds = [_a_round(world.system, web.effective_port, given, done * _REFERRALS) for done in range(ROUNDS)]
    finally:
        world.system.stop()
        web.close()
        thread.join()
    answered, estimated = zip(*rounds, strict=True)
    return {
        "accepted over HTTP": statistics.median(answered),
        "all the way: reviewable and estimated": statistics.median(estimated),
    }


def _a_round(system: System, port: int, given: str, held: int) -> tuple[float, float]:
    began = time.perf_counter()
    sender = [sys.executable, "-m", "bench.sender", str(port), str(_REFERRALS), str(held)]
    subprocess.run(sender, input=given, text=True, check=True)  # noqa: S603 (our own module)
    answered = time.perf_counter()
    while _arrived(system) < held + _REFERRALS:
        if time.perf_counter() - answered > _PATIENCE_SECONDS:
            raise SystemExit("The path did not come to its end.")
        time.sleep(0.02)
    return _REFERRALS / (answered - began), _REFERRALS / (time.perf_counter() - began)


def _arrived(system: System) -> int:
    """How many referrals casework has a review and an estimate of."""
    casework = system.services["casework"]
    reviews, estimates = (casework.metadata.tables[name].c.referral_id for name in ("reviews", "estimates"))
    both = sa.select(sa.func.count(reviews.distinct())).where(reviews.in_(sa.select(estimates)))
    with casework.database.read() as connection:
        return connection.execute(both).scalar_one()
