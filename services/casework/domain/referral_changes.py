"""The changes from one version of a referral to the next: each field's old and new value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

_NOT_KNOWN: tuple[object, ...] = (None, "", [])


class Part(StrEnum):
    """The part determines who may read a value."""

    FACTS = "facts"
    IDENTITY = "identity"
    NARRATIVE = "narrative"


@dataclass(frozen=True, kw_only=True)
class PartVersion:
    """One part of one version of a referral."""

    part: Part
    version: int
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """Unknown values are None."""

    part: Part
    field: str
    old: Any
    new: Any


@dataclass(frozen=True, kw_only=True)
class VersionChange:
    """The changes of one version. `stated_at` is None until its facts have arrived."""

    version: int
    stated_at: datetime | None
    changed: Sequence[FieldChange]


def changes_between(
    versions: Iterable[PartVersion], stated_at: Mapping[int, datetime], *, after: int = 0
) -> list[VersionChange]:
    """Returns the changes of each version above `after`, newest first, without versions that changed nothing."""
    by_version: dict[int, list[FieldChange]] = {}
    for part in Part:
        ordered = sorted((one for one in versions if one.part is part), key=lambda one: one.version)
        for before, now in pairwise(ordered):
            if now.version > after:
                by_version.setdefault(now.version, []).extend(_changed(before, now))
    return [
        VersionChange(version=version, stated_at=stated_at.get(version), changed=changed)
        for version, changed in sorted(by_version.items(), reverse=True)
        if changed
    ]


def _changed(before: PartVersion, now: PartVersion) -> list[FieldChange]:
    names = [*now.values, *(name for name in before.values if name not in now.values)]
    found = []
    for name in names:
        old, new = _known(before.values.get(name)), _known(now.values.get(name))
        if old != new:
            found.append(FieldChange(part=now.part, field=name, old=old, new=new))
    return found


def _known(value: Any) -> Any:
    """Normalises unknown values to None and sorts lists of codes."""
    if value in _NOT_KNOWN:
        return None
    return sorted(value) if isinstance(value, list) else value
