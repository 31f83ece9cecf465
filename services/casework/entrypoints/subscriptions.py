"""The topics that casework consumes, and the command for each event."""

from services.casework.application.claim_review import StaffSignedOut
from services.casework.application.on_events import (
    ApplyEstimate,
    ApplyIdentity,
    ApplyMatch,
    ApplyModel,
    ApplyNarrative,
    ApplyNoEstimate,
    ApplyTeam,
)
from services.casework.application.on_referral import ApplyReferral, ApplyWithdrawal
from services.casework.application.staff_changes import StaffChanged, StaffSignedIn
from services.contracts import accounts, intake, oversight, scoring
from services.platform.lost_events import requested
from services.platform.republish import asked
from services.platform.service import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    accounts.StaffChangedV1: StaffChanged,
    accounts.StaffSignedInV1: StaffSignedIn,
    accounts.StaffSignedOutV1: StaffSignedOut,
    accounts.TeamChangedV1: ApplyTeam,
    intake.ReferralReceivedV1: ApplyReferral,
    intake.ReferralAmendedV1: ApplyReferral,
    intake.ReferralWithdrawnV1: ApplyWithdrawal,
    intake.IdentityRecordedV1: ApplyIdentity,
    intake.NarrativeRecordedV1: ApplyNarrative,
    intake.MatchChangedV1: ApplyMatch,
    scoring.ReferralEstimatedV1: ApplyEstimate,
    scoring.ReferralNotEstimatedV1: ApplyNoEstimate,
    scoring.ModelDescribedV2: ApplyModel,
    oversight.RepublishRequestedV1: asked,
    intake.LostEventsRequestedV1: requested,
    scoring.LostEventsRequestedV1: requested,
    oversight.LostEventsRequestedV1: requested,
}
