"""A referral as scoring hears of it: coded facts in versions, and whose they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.contracts.codes import Source


@dataclass(frozen=True, kw_only=True)
class ReferralVersion:
    """One version of a referral. `facts` are codes, numbers and dates as the event carried them, age among them.

    `area` and `source` (who referred) are None in what was stored before they were: until it is told again, such a
    referral is nobody's history and has none.
    """

    version: int
    stated_at: datetime
    facts: Mapping[str, Any]
    area: str | None
    source: Source | None


@dataclass(kw_only=True)
class Referral:
    """Everything heard of one referral. Hearing the same things in any order gives the same referral."""

    id: UUID
    person_id: UUID
    person_since: datetime
    received_at: datetime | None = None
    """None until a version has arrived: a link or a withdrawal may come first."""
    withdrawn_at: datetime | None = None
    referral_versions: dict[int, ReferralVersion] = field(default_factory=dict)
    sequence: int = 0
    """Of the last answer given."""

    @property
    def latest(self) -> ReferralVersion | None:
        return self.referral_versions[max(self.referral_versions)] if self.referral_versions else None

    @property
    def area(self) -> str | None:
        """Where it now is, whatever its earlier versions said."""
        return self.latest.area if self.latest else None

    def knows(self, version: int) -> bool:
        """Whether a version is held with all that is told of it."""
        return version in self.referral_versions and self.referral_versions[version].area is not None

    def was_stated_since(self, timestamp: datetime) -> bool:
        """Whether its latest version is from then or later, and so draws on what others said then."""
        return self.latest is not None and timestamp <= self.latest.stated_at

    def add_version(self, stated: ReferralVersion, *, received_at: datetime) -> bool:
        """Keep a version. True when it is now the latest; a late lower one is only remembered."""
        newest = self.latest is None or stated.version >= self.latest.version
        if not self.knows(stated.version):
            self.referral_versions[stated.version] = stated
        self.received_at = received_at
        return newest

    def belongs_to(self, person_id: UUID, *, since: datetime) -> bool:
        """Say whose it is, unless something later said so already. True when that changed.

        Links and amendments both say it and share no version, so intake's time decides (then the id, so that
        the order of arrival never does).
        """
        if (since, person_id) <= (self.person_since, self.person_id):
            return False
        changed = person_id != self.person_id
        self.person_id, self.person_since = person_id, since
        return changed

    def withdraw(self, at: datetime) -> bool:
        """True the first time."""
        first = self.withdrawn_at is None
        self.withdrawn_at = min(at, self.withdrawn_at or at)
        return first

    def known_at(self, timestamp: datetime) -> ReferralVersion | None:
        """The version that stood at that moment."""
        told = [version for version, stated in self.referral_versions.items() if stated.stated_at <= timestamp]
        return self.referral_versions[max(told)] if told else None


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """Another referral of the same person, as it was known when a version of this one was stated."""

    id: UUID
    source: Source
    received_at: datetime
    facts: Mapping[str, Any]


def known_before(referral: Referral, others: Iterable[Referral]) -> list[Earlier]:
    """What was known of the person's earlier referrals when the latest version was stated, newest first.

    What was corrected by then counts as corrected, what was said later does not, and nothing that was withdrawn since.
    Need-to-know holds for what is derived too: whoever may read an estimate covers the referral's area, so nothing is
    taken from a referral that is now in another.
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
