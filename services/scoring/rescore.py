"""Scores referrals again when another model is in use, or the first one."""

from collections.abc import Callable
from dataclasses import dataclass

from services.contracts.codes import EstimateCause
from services.platform.db.transaction import Transaction
from services.platform.dispatcher import Dispatcher
from services.platform.errors import Unavailable
from services.platform.i18n import N_
from services.scoring.score import Scorer, score_referral
from services.scoring.store import Referrals


class NoModel(Unavailable):
    """There is no verified model to estimate with."""

    title = N_("There is no model to estimate with")

    def __init__(self) -> None:
        super().__init__(N_("No champion is stored here, or it cannot be used. Train or fetch a model first."))


@dataclass(frozen=True, kw_only=True)
class Rescore:
    """`unscored_only`: skip what another model has estimated. `limit` bounds one transaction."""

    unscored_only: bool = True
    limit: int = 200


def rescore(
    dispatcher: Dispatcher,
    *,
    everything: bool = False,
    progress: Callable[[int], object] = lambda _done: None,
) -> int:
    """Score again what had no model; with `everything`, also what another model estimated. Returns how many.

    Calls `progress` with the number done so far after each transaction. Raises NoModel.
    """
    done = 0
    command = Rescore(unscored_only=not everything)
    while scored := dispatcher.handle(command, actor=None):
        done += scored
        progress(done)
    return done


def rescore_next_batch(command: Rescore, tx: Transaction, scorer: Scorer) -> int:
    """Score some of the referrals again. Returns how many; 0 when none is left. Raises NoModel."""
    champion = scorer.champion(tx)
    if champion is None:
        raise NoModel
    referrals = tx.store(Referrals)
    waiting = referrals.not_scored_by(champion.version, limit=command.limit, unscored_only=command.unscored_only)
    return sum(
        score_referral(
            referral, tx, scorer, persons=referrals.of_person(referral.person_id), cause=EstimateCause.NEW_MODEL
        )
        for referral in waiting
    )
