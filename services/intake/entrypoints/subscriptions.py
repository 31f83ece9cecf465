"""Intake's subscriptions: progress of its referrals, teams and staff."""

from typing import Any

from services.contracts import casework, oversight
from services.contracts.accounts import StaffChangedV1, TeamChangedV1
from services.contracts.casework import ProgressMadeV1
from services.intake.application.on_accounts import ApplyStaff, ApplyTeam
from services.intake.application.on_progress import ApplyProgress
from services.intake.domain.referral import Progress
from services.platform.lost_events import RequestLostEvents, listed
from services.platform.republish import asked
from services.platform.service import Subscriptions


def _progress(event: dict[str, Any]) -> ApplyProgress:
    return ApplyProgress(
        referral_id=event["referral_id"],
        visible_to=event["referral_version"] or 1,
        progress=Progress(
            version=event["version"],
            step=event["step"],
            at=event["at"],
            question=event["question"] if event["question_id"] else None,
            question_id=event["question_id"] if event["question"] else None,
        ),
    )


def _team(event: dict[str, Any]) -> ApplyTeam:
    return ApplyTeam(
        team_id=event["team_id"],
        version=event["version"],
        team_class=event["team_class"],
        organisation_class=event["organisation_class"],
        active=event["active"],
    )


def _staff(event: dict[str, Any]) -> ApplyStaff:
    return ApplyStaff(staff_id=event["staff_id"], version=event["version"], display_name=event["display_name"])


def _listed(event: dict[str, Any]) -> RequestLostEvents:
    return listed(event, SUBSCRIPTIONS)


SUBSCRIPTIONS: Subscriptions = {
    ProgressMadeV1: _progress,
    TeamChangedV1: _team,
    StaffChangedV1: _staff,
    casework.EventsListedV1: _listed,
    casework.RepublishRequestedV1: asked,
    oversight.RepublishRequestedV1: asked,
}
