"""Reads what all commands of a poll will ask for, in a few statements."""

from collections.abc import Sequence
from uuid import UUID

from services.kernel.db.batch import Batch
from services.scoring.adapters.referral_repository import SqlReferrals
from services.scoring.adapters.repositories import SqlMatches, SqlOutcomes
from services.scoring.application.hear_match import HearMatch
from services.scoring.application.hear_outcome import HearOutcome
from services.scoring.application.hear_referral import HearReferral
from services.scoring.application.hear_withdrawal import HearWithdrawal


def read_ahead(batch: Batch, commands: Sequence[object]) -> None:
    matches = [command for command in commands if isinstance(command, HearMatch)]
    referral_ids = {referral_id for command in matches for referral_id in command.referral_ids}
    person_ids = {person_id for command in matches for person_id in command.person_ids}
    outcomes = set[UUID]()
    for command in commands:
        if isinstance(command, HearReferral | HearWithdrawal):
            referral_ids.add(command.referral_id)
            person_ids.add(command.person_id)
        elif isinstance(command, HearOutcome):
            outcomes.add(command.outcome.id)
    if referral_ids:
        batch.shared(SqlReferrals).read_ahead(referral_ids, person_ids)
    batch.shared(SqlMatches).versions.read_ahead({command.match_id for command in matches})
    batch.shared(SqlOutcomes).versions.read_ahead(outcomes)
