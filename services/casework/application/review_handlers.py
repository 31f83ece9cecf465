"""The commands of reviews and the functions that handle them, for the composition root."""

from collections.abc import Callable, Mapping
from typing import Any

from services.casework.application.act_on_alarm import ActOnAlarm, act_on_alarm
from services.casework.application.answer_proposal import AnswerProposal, answer_proposal
from services.casework.application.ask_again_later import AskAgainLater, ask_again_later
from services.casework.application.claim_review import (
    ClaimNextReview,
    ClaimReview,
    EndExpiredClaims,
    KeepClaim,
    ReadReview,
    ReleaseClaim,
    StaffSignedOut,
    claim_next_review,
    claim_review,
    end_expired_claims,
    keep_claim,
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
from services.casework.application.hear import HEARING
from services.casework.application.hear_referral import HearReferral, HearWithdrawal, hear_referral, hear_withdrawal
from services.casework.application.holdings import (
    FindStrandedCases,
    ReleaseReview,
    find_stranded_cases,
    release_review,
)
from services.casework.application.record_own_view import (
    RecordOwnView,
    ShowEstimate,
    ShowReplacement,
    record_own_view,
    show_estimate,
    show_replacement,
)
from services.casework.application.staff_changes import (
    StaffChanged,
    StaffSignedIn,
    on_staff_changed,
    on_staff_signed_in,
)
from services.casework.application.start_round import StartRound, start_round
from services.casework.application.tell_again import (
    AskForMissing,
    ask_for_missing,
    hear_retelling_asked,
    tell_again_some,
)
from services.contracts.casework import EventsListedV1
from services.kernel.republish import ListPublishedEvents, RepublishEvents, list_published, republish_events
from services.kernel.retelling import HearRetellingAsked, TellAgainSome

REVIEW_HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    **HEARING,
    HearReferral: hear_referral,
    HearWithdrawal: hear_withdrawal,
    StaffChanged: on_staff_changed,
    StaffSignedIn: on_staff_signed_in,
    StaffSignedOut: on_staff_signed_out,
    ReadReview: read_review,
    ClaimReview: claim_review,
    ClaimNextReview: claim_next_review,
    KeepClaim: keep_claim,
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
    AskAgainLater: ask_again_later,
    ConfirmWithdrawal: confirm_withdrawal,
    ReadChange: read_change,
    ActOnAlarm: act_on_alarm,
    StartRound: start_round,
    HearRetellingAsked: hear_retelling_asked,
    TellAgainSome: tell_again_some,
    AskForMissing: ask_for_missing,
    ListPublishedEvents: list_published(EventsListedV1),
    RepublishEvents: republish_events,
}
