"""Referrals to measure with, each of another young person, as a body of the API or as the event that tells of it."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.contracts import envelope
from services.contracts.intake import ReferralReceivedV1

PATH = "/intake/api/v1/referrals"
_BORN_FROM = date(2008, 1, 1)


def bodies(example: Mapping[str, Any], *, first: int = 0, one_birthday: bool = False) -> Iterator[dict[str, Any]]:
    """The same one again and again would be one person's long history."""
    for number in count(first):
        born = _BORN_FROM + timedelta(days=0 if one_birthday else number % 2500)
        person = {"name": f"Person {number}", "date_of_birth": born.isoformat(), "postcode": "ZZ99 3VZ"}
        # Nobody's number is known, so none is safe to call.
        yield {**example, "young_person": person, "contact": {"safe": ["face_to_face"]}}


def received(facts: Mapping[str, Any]) -> bytes:
    """The event of one more referral, as it lies in the log."""
    at = datetime.now(UTC)
    data = {
        "referral_id": uuid4(),
        "version": 1,
        "reference": f"R-{uuid4().hex[:6].upper()}",
        "person_id": uuid4(),
        "received_at": at,
        "source": "ae_navigator",
        "area": "northside",
        "referred_by": {"staff_id": UUID(int=1), "organisation_id": UUID(int=2), "organisation_class": "health"},
        "age": 15,
        "age_basis": "estimated",
        "facts": facts,
        "bases": [{"recipient_class": "triage", "basis": "safeguarding"}],
    }
    told = ReferralReceivedV1.decode(json.loads(json.dumps(data, default=str)))
    return envelope.write(
        ReferralReceivedV1, told, event_id=uuid4(), time=at, correlation_id=uuid4(), causation_id=None
    )
