"""Use case: another model is in use, or the first one; referrals are answered again by it."""

from dataclasses import dataclass

from services.contracts.codes import EstimateCause
from services.platform.errors import Unavailable
from services.platform.i18n import N_
from services.scoring.application.ports import UnitOfWork
from services.scoring.application.score import score_referral


class NoModel(Unavailable):
    """There is no verified model to estimate with."""

    title = N_("There is no model to estimate with")

    def __init__(self) -> None:
        super().__init__(N_("No champion is kept here, or the one that is cannot be used. Train or fetch one first."))


@dataclass(frozen=True, kw_only=True)
class Rescore:
    """`unanswered_only`: leave alone what another model has estimated. `limit` bounds one transaction."""

    unanswered_only: bool = True
    limit: int = 200


def rescore(command: Rescore, uow: UnitOfWork) -> int:
    """Answer some of the referrals again. Gives how many; 0 when none is left. Raises NoModel."""
    if uow.champion is None:
        raise NoModel
    waiting = uow.referrals.answered_by_another_model(
        uow.champion.version, limit=command.limit, unanswered_only=command.unanswered_only
    )
    return sum(
        score_referral(
            referral,
            persons=uow.referrals.of_person(referral.person_id),
            cause=EstimateCause.NEW_MODEL,
            uow=uow,
        )
        for referral in waiting
    )
