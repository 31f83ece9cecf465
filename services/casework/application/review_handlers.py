"""Command handlers of reviews, for the composition root."""

from collections.abc import Callable, Mapping
from typing import Any

from services.casework.application.act_on_alarm import ActOnAlarm, act_on_alarm
from services.casework.application.answer_proposal import AnswerProposal, answer_proposal
from services.casework.application.claim_review import (
    ClaimNextReview,
    ClaimReview,
    EndExpiredClaims,
    ExtendClaim,
    ReadReview,
    ReleaseClaim,
    StaffSignedOut,
    claim_next_review,
    claim_review,
    end_expired_claims,
    extend_claim,
    on_staff_signed_out,
    read_review,
    release_claim,
)
from services.casework.application.decide_review import (
    AddBasis,
    AskReferrer,
    ConfirmWithdrawal,
    DecideReview,
    ReadChange,
    add_basis,
    ask_referrer,
    confirm_withdrawal,
    decide_review,
    read_change,
)
from services.casework.application.extend_pause import ExtendPause, extend_pause
from services.casework.application.holdings import (
    FindStrandedCases,
    ReleaseReview,
    find_stranded_cases,
    release_review,
)
from services.casework.application.on_events import EVENT_HANDLERS
from services.casework.application.on_referral import ApplyReferral, ApplyWithdrawal, on_referral, on_withdrawal
from services.casework.application.record_own_view import (
    RecordOwnView,
    ShowEstimate,
    ShowReplacement,
    record_own_view,
    show_estimate,
    show_replacement,
)
from services.casework.application.republish import (
    RequestMissingData,
    on_republish_requested,
    republish_next_batch,
    request_missing_data,
)
from services.casework.application.staff_changes import (
    StaffChanged,
    StaffSignedIn,
    on_staff_changed,
    on_staff_signed_in,
)
from services.casework.application.start_round import StartRound, start_round
from services.contracts.casework import EventsListedV1
from services.platform.lost_events import (
    ListPublishedEvents,
    RepublishLostEvents,
    list_published,
    republish_lost_events,
)
from services.platform.republish import RepublishNextBatch, StartRepublish

REVIEW_HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    **EVENT_HANDLERS,
    ApplyReferral: on_referral,
    ApplyWithdrawal: on_withdrawal,
    StaffChanged: on_staff_changed,
    StaffSignedIn: on_staff_signed_in,
    StaffSignedOut: on_staff_signed_out,
    ReadReview: read_review,
    ClaimReview: claim_review,
    ClaimNextReview: claim_next_review,
    ExtendClaim: extend_claim,
    ReleaseClaim: release_claim,
    EndExpiredClaims: end_expired_claims,
    ReleaseReview: release_review,
    FindStrandedCases: find_stranded_cases,
    RecordOwnView: record_own_view,
    ShowEstimate: show_estimate,
    ShowReplacement: show_replacement,
    DecideReview: decide_review,
    AnswerProposal: answer_proposal,
    AskReferrer: ask_referrer,
    AddBasis: add_basis,
    ExtendPause: extend_pause,
    ConfirmWithdrawal: confirm_withdrawal,
    ReadChange: read_change,
    ActOnAlarm: act_on_alarm,
    StartRound: start_round,
    StartRepublish: on_republish_requested,
    RepublishNextBatch: republish_next_batch,
    RequestMissingData: request_missing_data,
    ListPublishedEvents: list_published(EventsListedV1),
    RepublishLostEvents: republish_lost_events,
}
