"""Replays a stored estimate: the same snapshot, model and code give the same numbers to the last bit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.platform.errors import NotFound
from services.platform.i18n import N_
from services.platform.service import Service
from services.scoring.champion.champions import Champions
from services.scoring.champion.code_version import code_version
from services.scoring.estimate import Estimate, Result
from services.scoring.result_store import part_from_json
from services.scoring.tables import estimates, results


class NoSuchEstimate(NotFound):
    title = N_("There is no estimate with this id")

    def __init__(self) -> None:
        super().__init__(N_("No estimate was published under this id."))


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """`differing` names the columns that differ; with the same code there must be none."""

    estimate_id: UUID
    model_version: str
    same_code: bool
    differing: tuple[str, ...]

    @property
    def same(self) -> bool:
        return not self.differing


def replay_estimate(service: Service, champions: Champions, estimate_id: UUID) -> Replayed:
    """Replay an estimate of a service's database. Raises what `replay` raises."""
    with service.database.read() as connection:
        return replay(connection, estimate_id, champions)


def replay(connection: sa.Connection, estimate_id: UUID, champions: Champions) -> Replayed:
    """Replay the estimate that was published under this id.

    Raises NoSuchEstimate, or what `Champions.of_version` raises when its model is gone.
    """
    query = sa.select(estimates).join(results, results.c.estimate_id == estimates.c.id)
    stored = connection.execute(query.where(results.c.id == estimate_id)).mappings().first()
    if stored is None:
        raise NoSuchEstimate
    again = champions.of_version(stored["model_version"]).score_snapshot(stored["snapshot"])
    return Replayed(
        estimate_id=estimate_id,
        model_version=stored["model_version"],
        same_code=stored["code_version"] == code_version(),
        differing=_differing(dict(stored), again),
    )


def _differing(stored: Mapping[str, Any], again: Result) -> tuple[str, ...]:
    if not isinstance(again, Estimate):
        return ("reason",)
    low, high = again.interval or (None, None)
    computed = {
        "snapshot_digest": again.features.digest,
        "probability": again.probability,
        "interval_low": low,
        "interval_high": high,
        "band": again.band,
        "base_rate": again.base_rate,
        "base_log_odds": again.base_log_odds,
        "contributions": again.contributions,
        "missing": again.missing,
        "invented_data": again.invented_data,
    }
    expected = {
        **stored,
        "contributions": tuple(part_from_json(part) for part in stored["contributions"]),
        "missing": tuple(stored["missing"]),
    }
    return tuple(name for name, value in computed.items() if expected[name] != value)
