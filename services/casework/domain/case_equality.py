"""Ethnicity, sex and disability as the young person states them. Stored separately from the case."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import Disability, Ethnicity, Sex


@dataclass(frozen=True, kw_only=True)
class CaseEquality:
    """None means "not asked yet"; "prefers not to say" is an answer."""

    case_id: UUID
    person_id: UUID
    referral_id: UUID
    version: int
    ethnicity: Ethnicity | None
    sex: Sex | None
    disability: Disability | None
    recorded_by: UUID
    recorded_at: datetime
