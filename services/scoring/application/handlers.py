"""Every command of scoring, and who handles it."""

from collections.abc import Callable, Mapping
from typing import Any

from services.contracts.scoring import LostEventsRequestedV1
from services.platform.lost_events import RequestLostEvents, request_lost
from services.platform.republish import RepublishNextBatch, StartRepublish
from services.scoring.application.on_match import ApplyMatch, on_match
from services.scoring.application.on_outcome import ApplyOutcome, on_outcome
from services.scoring.application.on_referral import ApplyReferral, on_referral
from services.scoring.application.on_withdrawal import ApplyWithdrawal, on_withdrawal
from services.scoring.application.republish import on_republish_requested, republish_next_batch
from services.scoring.application.rescore import Rescore, rescore

HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    ApplyReferral: on_referral,
    ApplyWithdrawal: on_withdrawal,
    ApplyMatch: on_match,
    ApplyOutcome: on_outcome,
    Rescore: rescore,
    StartRepublish: on_republish_requested,
    RepublishNextBatch: republish_next_batch,
    RequestLostEvents: request_lost(LostEventsRequestedV1),
}
