"""Which function handles which command."""

from collections.abc import Callable, Mapping
from typing import Any

from services.contracts.intake import RepublishRequestedV1
from services.intake.application.amend_referral import AmendReferral, amend_referral
from services.intake.application.check_referral import CheckReferral, check_referral
from services.intake.application.decide_match import DecideMatch, decide_match
from services.intake.application.drafts import DropDraft, SaveDraft, drop_draft, save_draft
from services.intake.application.hear_accounts import HearStaff, HearTeam, hear_staff, hear_team
from services.intake.application.hear_progress import HearProgress, hear_progress
from services.intake.application.match_again import MatchAgain, match_again
from services.intake.application.receive_referral import ReceiveReferral, receive_referral
from services.intake.application.tell_again import TellUnheard, hear_retelling_asked, tell_again_some, tell_unheard
from services.intake.application.withdraw_referral import WithdrawReferral, withdraw_referral
from services.kernel.republish import RequestLostEvents, request_lost
from services.kernel.retelling import HearRetellingAsked, TellAgainSome

HANDLERS: Mapping[type, Callable[[Any, Any], Any]] = {
    ReceiveReferral: receive_referral,
    CheckReferral: check_referral,
    AmendReferral: amend_referral,
    WithdrawReferral: withdraw_referral,
    DecideMatch: decide_match,
    SaveDraft: save_draft,
    DropDraft: drop_draft,
    HearProgress: hear_progress,
    HearTeam: hear_team,
    HearStaff: hear_staff,
    HearRetellingAsked: hear_retelling_asked,
    TellAgainSome: tell_again_some,
    TellUnheard: tell_unheard,
    MatchAgain: match_again,
    RequestLostEvents: request_lost(RepublishRequestedV1),
}
