"""A referral as scoring knows it: coded facts by version, and the person they are about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import Source


@dataclass(frozen=True, kw_only=True)
class ReferralVersion:
    """One version of a referral. `facts` are codes, numbers and dates as the event carried them, age among them.

    `area` and `source` (who referred) are None in versions stored by an earlier release. Until such a referral is
    republished, it has no history and is not part of another referral's history.
    """

    version: int
    stated_at: datetime
    facts: Mapping[str, Any]
    area: str | None
    source: Source | None


@dataclass(kw_only=True)
class Referral:
    """Everything received about one referral. The same events in any order give the same referral."""

    id: UUID
    person_id: UUID
    person_since: datetime
    received_at: datetime | None = None
    """None until a version arrives: a link or a withdrawal may come first."""
    withdrawn_at: datetime | None = None
    referral_versions: dict[int, ReferralVersion] = field(default_factory=dict)
    sequence: int = 0
    """Of the current result. 0 while there is none."""

    @property
    def latest(self) -> ReferralVersion | None:
        return self.referral_versions[max(self.referral_versions)] if self.referral_versions else None

    @property
    def area(self) -> str | None:
        """The area of its latest version, whatever the earlier versions had."""
        return self.latest.area if self.latest else None

    def knows(self, version: int) -> bool:
        """Whether a version is stored with its area and source."""
        return version in self.referral_versions and self.referral_versions[version].area is not None

    def was_stated_since(self, timestamp: datetime) -> bool:
        """Whether its latest version is from then or later, so that it draws on what was known then."""
        return self.latest is not None and timestamp <= self.latest.stated_at

    def add_version(self, stated: ReferralVersion, *, received_at: datetime) -> bool:
        """Add a version. Returns True when it is now the latest; a late lower version is only stored."""
        newest = self.latest is None or stated.version >= self.latest.version
        if not self.knows(stated.version):
            self.referral_versions[stated.version] = stated
        self.received_at = received_at
        return newest

    def belongs_to(self, person_id: UUID, *, since: datetime) -> bool:
        """Assign the referral to a person, unless a later event already did. Returns True when the person changed.

        Links and amendments both assign a person and share no version number, so intake's time decides (then the id,
        so that the order of arrival never does).
        """
        if (since, person_id) <= (self.person_since, self.person_id):
            return False
        changed = person_id != self.person_id
        self.person_id, self.person_since = person_id, since
        return changed

    def withdraw(self, at: datetime) -> bool:
        """Returns True the first time."""
        first = self.withdrawn_at is None
        self.withdrawn_at = min(at, self.withdrawn_at or at)
        return first

    def known_at(self, timestamp: datetime) -> ReferralVersion | None:
        """The latest version stated by that time."""
        stated_by_then = [
            version for version, stated in self.referral_versions.items() if stated.stated_at <= timestamp
        ]
        return self.referral_versions[max(stated_by_then)] if stated_by_then else None


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """An earlier referral of the same person, as it was known when a version of this one was stated."""

    id: UUID
    source: Source
    received_at: datetime
    facts: Mapping[str, Any]


def known_before(referral: Referral, others: Iterable[Referral]) -> list[Earlier]:
    """Returns what was known of the person's earlier referrals when the latest version was stated, newest first.

    Corrections made by then count, later versions do not, and referrals withdrawn since then are left out. Need-to-know
    holds for derived data too: readers of an estimate cover the referral's area, so referrals that are now in another
    area are left out.
    """
    newest = referral.latest
    if newest is None:
        return []
    known = []
    for other in others:
        latest, stated = other.latest, other.known_at(newest.stated_at)
        if stated is None or latest is None or latest.source is None or not _is_history(other, referral):
            continue
        received_at = other.received_at or stated.stated_at
        known.append(Earlier(id=other.id, source=latest.source, received_at=received_at, facts=stated.facts))
    return sorted(known, key=lambda earlier: (earlier.received_at, earlier.id), reverse=True)


def _is_history(other: Referral, referral: Referral) -> bool:
    if other.id == referral.id or other.received_at is None or referral.received_at is None:
        return False
    in_area = other.area is not None and other.area == referral.area
    return in_area and other.withdrawn_at is None and other.received_at < referral.received_at


def coded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as plain JSON values, for the model and for storage."""
    return {name: _plain(value) for name, value in facts.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, str):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
