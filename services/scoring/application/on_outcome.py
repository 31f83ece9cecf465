"""Use case: an outcome is recorded; it is kept beside the features as they were at referral, to learn from."""

from dataclasses import dataclass

from services.scoring.application.ports import RecordedOutcome, UnitOfWork


@dataclass(frozen=True, kw_only=True)
class ApplyOutcome:
    outcome: RecordedOutcome


def on_outcome(command: ApplyOutcome, uow: UnitOfWork) -> None:
    if uow.outcomes.keep(command.outcome):
        uow.audit("outcome.kept", subject_type="referral", subject_id=command.outcome.referral_id)
