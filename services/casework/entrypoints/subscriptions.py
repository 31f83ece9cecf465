"""What casework listens to, and the command that each event gives."""

from services.casework.application.claim_review import StaffSignedOut
from services.casework.application.hear import (
    HearEstimate,
    HearIdentity,
    HearMatch,
    HearModel,
    HearNarrative,
    HearNoEstimate,
    HearTeam,
)
from services.casework.application.hear_referral import HearReferral, HearWithdrawal
from services.casework.application.staff_changes import StaffChanged, StaffSignedIn
from services.contracts import accounts, intake, oversight, scoring
from services.kernel.republish import requested
from services.kernel.retelling import asked
from services.kernel.service import Subscriptions

SUBSCRIPTIONS: Subscriptions = {
    accounts.StaffChangedV1: StaffChanged,
    accounts.StaffSignedInV1: StaffSignedIn,
    accounts.StaffSignedOutV1: StaffSignedOut,
    accounts.TeamChangedV1: HearTeam,
    intake.ReferralReceivedV1: HearReferral,
    intake.ReferralAmendedV1: HearReferral,
    intake.ReferralWithdrawnV1: HearWithdrawal,
    intake.IdentityRecordedV1: HearIdentity,
    intake.NarrativeRecordedV1: HearNarrative,
    intake.MatchChangedV1: HearMatch,
    scoring.ReferralEstimatedV1: HearEstimate,
    scoring.ReferralNotEstimatedV1: HearNoEstimate,
    scoring.ModelDescribedV2: HearModel,
    oversight.RetellingAskedV1: asked,
    intake.RepublishRequestedV1: requested,
    scoring.RepublishRequestedV1: requested,
    oversight.RepublishRequestedV1: requested,
}
