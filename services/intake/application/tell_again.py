"""Use cases: tell again what others may not have heard, unasked or because one of them asks."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from services.contracts.intake import StateToldV1
from services.contracts.topics import IDENTITIES, INTAKE_EQUALITY, NARRATIVES, REFERRALS
from services.intake.application.ports import UnitOfWork
from services.intake.application.publishing import tell_amended, tell_matches, tell_received, tell_withdrawn
from services.kernel.retelling import HearRetellingAsked, OfTopics, Retelling, Some, TellAgainSome, tell_some

_OURS = frozenset({REFERRALS.name, IDENTITIES.name, NARRATIVES.name, INTAKE_EQUALITY.name})
_AT_ONCE = 100


@dataclass(frozen=True)
class TellUnheard:
    """Tell again what casework has not said that it knows, though it was told long enough ago."""


def tell_unheard(_command: TellUnheard, uow: UnitOfWork) -> int:
    """Gives how many referrals. Whoever did hear of one finds no news in it."""
    due = uow.unheard.due(at=uow.at, limit=_AT_ONCE)
    for referral_id in due:
        _tell(referral_id, _OURS, uow)
        uow.unheard.told_again(referral_id, at=uow.at)
        uow.audit("referral.told_again", subject_type="referral", subject_id=referral_id)
    return len(due)


def hear_retelling_asked(command: HearRetellingAsked, uow: UnitOfWork) -> None:
    """Tell of a few referrals now, of all of them some at a time. Of one that there is not, nothing is told."""
    topics = command.topics & _OURS
    if not topics:
        return
    if command.referral_ids is None:
        uow.retellings.begin(command.asking_id, topics, asked_at=command.asked_at)
        return
    for referral_id in uow.referrals.known(command.referral_ids):
        _tell(referral_id, topics, uow)


def tell_again_some(_command: TellAgainSome, uow: UnitOfWork) -> int:
    def tell(retelling: Retelling) -> Some:
        ids = uow.referrals.after(retelling.place, received_by=retelling.asked_at, limit=_AT_ONCE)
        told: Counter[str] = Counter()
        for referral_id in ids:
            told.update(_tell(referral_id, retelling.topics, uow))
        return Some(last=ids[-1] if len(ids) == _AT_ONCE else None, told=told)

    return tell_some(uow, tell, StateToldV1)


def _tell(referral_id: UUID, topics: frozenset[str], uow: UnitOfWork) -> Mapping[str, int]:
    """Tell each version in turn, then what else holds. Gives of how many referrals there was something to tell."""
    publisher = OfTopics(uow, topics)
    versions = uow.referrals.history(referral_id)
    tell_received(versions[0], publisher)
    for before, now in pairwise(versions):
        tell_amended(now, publisher, equality_before=before.content.equality)
    referral = uow.referrals.get(referral_id)
    if referral.withdrawal is not None:
        tell_withdrawn(referral, publisher)
    tell_matches([match for match in uow.matches.of(referral_id) if match.earlier_id == referral_id], uow, publisher)
    asked = any(version.content.equality.counted for version in versions)
    return {REFERRALS.name: 1, INTAKE_EQUALITY.name: int(asked)}
