"""Every command of scoring, and who handles it."""

from collections.abc import Callable, Mapping
from typing import Any

from services.contracts.scoring import RepublishRequestedV1
from services.kernel.republish import RequestLostEvents, request_lost
from services.kernel.retelling import HearRetellingAsked, TellAgainSome
from services.scoring.application.estimate_again import EstimateAgain, estimate_again
from services.scoring.application.hear_match import HearMatch, hear_match
from services.scoring.application.hear_outcome import HearOutcome, hear_outcome
from services.scoring.application.hear_referral import HearReferral, hear_referral
from services.scoring.application.hear_withdrawal import HearWithdrawal, hear_withdrawal
from services.scoring.application.tell_again import hear_retelling_asked, tell_again_some

HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    HearReferral: hear_referral,
    HearWithdrawal: hear_withdrawal,
    HearMatch: hear_match,
    HearOutcome: hear_outcome,
    EstimateAgain: estimate_again,
    HearRetellingAsked: hear_retelling_asked,
    TellAgainSome: tell_again_some,
    RequestLostEvents: request_lost(RepublishRequestedV1),
}
