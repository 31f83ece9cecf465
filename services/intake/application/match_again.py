"""Use case: referrals that were looked at under earlier rules of matching are looked at again, some at a time."""

from collections.abc import Callable
from dataclasses import dataclass

from services.intake.application import matching
from services.intake.application.ports import MatchingStep, UnitOfWork
from services.intake.application.publishing import publish_matches
from services.intake.domain.referral import Referral

_PAGE_SIZE = 50


@dataclass(frozen=True)
class MatchAgain:
    """First every referral gets the keys by which it is found; then each looks for the others."""


def match_again(_command: MatchAgain, uow: UnitOfWork) -> int:
    """Returns the number of referrals. What a person decided about a match is not changed."""
    steps: tuple[tuple[MatchingStep, Callable[[Referral, UnitOfWork], None]], ...] = (
        (MatchingStep.KEYS_MADE, _make_keys),
        (MatchingStep.MATCHED, _match),
    )
    for step, take in steps:
        behind = uow.people.behind(step, limit=_PAGE_SIZE)
        for referral_id in behind:
            take(uow.referrals.get(referral_id), uow)
            uow.people.reached(referral_id, step)
        if behind:
            return len(behind)
    return 0


def _make_keys(referral: Referral, uow: UnitOfWork) -> None:
    uow.people.delete_keys(referral.id)
    uow.people.save_keys(referral.id, matching.search_keys_of(referral, uow))


def _match(referral: Referral, uow: UnitOfWork) -> None:
    publish_matches(matching.find_matches_again(referral, uow), uow)
    uow.audit("referral.matched_again", subject_type="referral", subject_id=referral.id)
