"""Use case: another service asks for models and estimates again; they are told as they now stand."""

from services.contracts.scoring import StateToldV1
from services.contracts.topics import ESTIMATES, MODELS
from services.kernel.retelling import HearRetellingAsked, OfTopics, Retelling, Some, TellAgainSome, tell_some
from services.scoring.application.answering import tell_answer, tell_model
from services.scoring.application.ports import UnitOfWork

_OURS = frozenset({MODELS.name, ESTIMATES.name})
_AT_ONCE = 200


def hear_retelling_asked(command: HearRetellingAsked, uow: UnitOfWork) -> None:
    """Tell of a few referrals now, of all of them some at a time."""
    topics = command.topics & _OURS
    if not topics:
        return
    if command.referral_ids is None:
        uow.retellings.begin(command.asking_id, topics, asked_at=command.asked_at)
        return
    for given in uow.answers.current_of(command.referral_ids):
        tell_answer(given, OfTopics(uow, topics))


def tell_again_some(_command: TellAgainSome, uow: UnitOfWork) -> int:
    return tell_some(uow, lambda retelling: _tell(retelling, uow), StateToldV1)


def _tell(retelling: Retelling, uow: UnitOfWork) -> Some:
    told = {MODELS.name: 0 if retelling.place else _tell_models(retelling, uow)}
    if ESTIMATES.name not in retelling.topics:
        return Some(last=None, told=told)
    given = uow.answers.current_after(retelling.place, given_by=retelling.asked_at, limit=_AT_ONCE)
    for answer in given:
        tell_answer(answer, uow)
    last = given[-1].referral_id if len(given) == _AT_ONCE else None
    return Some(last=last, told=told | {ESTIMATES.name: len(given)})


def _tell_models(retelling: Retelling, uow: UnitOfWork) -> int:
    models = uow.models.described()
    for description, described_at in models:
        tell_model(description, described_at, OfTopics(uow, retelling.topics))
    return len(models)
