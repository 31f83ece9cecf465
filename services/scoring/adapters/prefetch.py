"""Reads what all commands of a poll will ask for, in a few statements."""

from collections.abc import Sequence
from uuid import UUID

from services.platform.db.batch import Batch
from services.scoring.adapters.referral_repository import SqlReferrals
from services.scoring.adapters.repositories import SqlMatches, SqlOutcomes
from services.scoring.application.on_match import ApplyMatch
from services.scoring.application.on_outcome import ApplyOutcome
from services.scoring.application.on_referral import ApplyReferral
from services.scoring.application.on_withdrawal import ApplyWithdrawal


def prefetch(batch: Batch, commands: Sequence[object]) -> None:
    matches = [command for command in commands if isinstance(command, ApplyMatch)]
    referral_ids = {referral_id for command in matches for referral_id in command.referral_ids}
    person_ids = {person_id for command in matches for person_id in command.person_ids}
    outcomes = set[UUID]()
    for command in commands:
        if isinstance(command, ApplyReferral | ApplyWithdrawal):
            referral_ids.add(command.referral_id)
            person_ids.add(command.person_id)
        elif isinstance(command, ApplyOutcome):
            outcomes.add(command.outcome.id)
    if referral_ids:
        batch.shared(SqlReferrals).prefetch(referral_ids, person_ids)
    batch.shared(SqlMatches).versions.prefetch({command.match_id for command in matches})
    batch.shared(SqlOutcomes).versions.prefetch(outcomes)
