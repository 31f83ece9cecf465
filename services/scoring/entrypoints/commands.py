"""Scoring's part of the command line: take over a champion, estimate again, replay an estimate."""

from collections.abc import Callable
from uuid import UUID

from services.platform.dispatcher import Dispatcher
from services.platform.service import Service
from services.scoring.adapters.champions import Champions
from services.scoring.adapters.replay import Replayed, replay
from services.scoring.application.rescore import Rescore


def rescore(
    dispatcher: Dispatcher,
    *,
    everything: bool = False,
    progress: Callable[[int], object] = lambda _done: None,
) -> int:
    """Answer again what had no model; with `everything`, also what another model estimated. Gives how many.

    `progress` is told how many are done. Raises NoModel.
    """
    done = 0
    command = Rescore(unanswered_only=not everything)
    while some := dispatcher.handle(command, actor=None):
        done += some
        progress(done)
    return done


def replay_estimate(service: Service, champions: Champions, estimate_id: UUID) -> Replayed:
    """Compute a stored estimate again. Raises NoSuchEstimate, or what `Champions.of_version` raises."""
    with service.database.read() as connection:
        return replay(connection, estimate_id, champions)
