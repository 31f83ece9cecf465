"""Which function handles which command."""

from collections.abc import Callable, Mapping
from typing import Any

from services.contracts.intake import LostEventsRequestedV1
from services.intake.application.amend_referral import AmendReferral, amend_referral
from services.intake.application.decide_match import DecideMatch, decide_match
from services.intake.application.drafts import DeleteDraft, SaveDraft, delete_draft, save_draft
from services.intake.application.match_again import MatchAgain, match_again
from services.intake.application.on_accounts import ApplyStaff, ApplyTeam, on_staff, on_team
from services.intake.application.on_progress import ApplyProgress, on_progress
from services.intake.application.receive_referral import ReceiveReferral, receive_referral
from services.intake.application.republish import (
    RepublishUnacknowledged,
    on_republish_requested,
    republish_next_batch,
    republish_unacknowledged,
)
from services.intake.application.validate_referral import ValidateReferral, validate_referral
from services.intake.application.withdraw_referral import WithdrawReferral, withdraw_referral
from services.platform.lost_events import RequestLostEvents, request_lost
from services.platform.republish import RepublishNextBatch, StartRepublish

HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    ReceiveReferral: receive_referral,
    ValidateReferral: validate_referral,
    AmendReferral: amend_referral,
    WithdrawReferral: withdraw_referral,
    DecideMatch: decide_match,
    SaveDraft: save_draft,
    DeleteDraft: delete_draft,
    ApplyProgress: on_progress,
    ApplyTeam: on_team,
    ApplyStaff: on_staff,
    StartRepublish: on_republish_requested,
    RepublishNextBatch: republish_next_batch,
    RepublishUnacknowledged: republish_unacknowledged,
    MatchAgain: match_again,
    RequestLostEvents: request_lost(LostEventsRequestedV1),
}
