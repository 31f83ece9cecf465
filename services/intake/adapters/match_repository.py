"""Stores matches and the history of each."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.intake.adapters import match_scope
from services.intake.adapters.tables import match_changes, matches
from services.intake.domain.match import Match, MatchState, NoSuchMatch, StaleMatch
from services.intake.domain.viewer import Viewer
from services.platform.db.batch import Batch


class SqlMatches:
    """Within one transaction the same match is the same object."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._connection = batch.connection
        self._seen: dict[UUID, Match] = {}
        self._stored: dict[UUID, int] = {}

    def get(self, match_id: UUID, viewer: Viewer) -> Match:
        found = self._load((matches.c.id == match_id) & match_scope.visible_to(viewer))
        if not found:
            raise NoSuchMatch
        return found[0]

    def for_referral(self, referral_id: UUID) -> list[Match]:
        return self._of(self._connection.execute(_OF, {"its_id": referral_id}))

    def linked_among(self, referral_ids: Collection[UUID]) -> list[Match]:
        between = matches.c.earlier_id.in_(referral_ids) & matches.c.later_id.in_(referral_ids)
        return self._load(between & (matches.c.state == MatchState.LINKED))

    def save(self, match: Match) -> None:
        if match.id in self._stored:
            current = (matches.c.id == match.id) & (matches.c.version == self._stored[match.id])
            if self._connection.execute(sa.update(matches).where(current).values(_row(match))).rowcount != 1:
                raise StaleMatch
        else:
            self._batch.insert(matches, {"id": match.id, **_row(match)})
        for change in match.new_changes:
            row = {"state": change.state, "at": change.at, "by": change.by, "reason": change.reason}
            self._batch.insert(match_changes, {"id": uuid4(), "match_id": match.id, **row})
        match.new_changes.clear()
        self._seen[match.id] = match
        self._stored[match.id] = match.version

    def _load(self, which: sa.ColumnElement[bool]) -> list[Match]:
        return self._of(self._connection.execute(_LOCKED.where(which)))

    def _of(self, rows: Iterable[Any]) -> list[Match]:
        found = []
        for row in rows:
            if row.id not in self._seen:
                self._seen[row.id] = to_match(row)
                self._stored[row.id] = row.version
            found.append(self._seen[row.id])
        return found


def to_match(row: Any) -> Match:
    return Match(
        id=row.id,
        earlier_id=row.earlier_id,
        later_id=row.later_id,
        state=row.state,
        agreeing=tuple(row.agreeing),
        contradicting=tuple(row.contradicting),
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        version=row.version,
    )


def _row(match: Match) -> dict[str, Any]:
    return {
        "earlier_id": match.earlier_id,
        "later_id": match.later_id,
        "state": match.state,
        "version": match.version,
        "agreeing": list(match.agreeing),
        "contradicting": list(match.contradicting),
        "changed_at": match.changed_at,
        "changed_by": match.changed_by,
    }


_LOCKED = sa.select(matches).order_by(matches.c.changed_at, matches.c.id).with_for_update()
_ID: sa.BindParameter[Any] = sa.bindparam("its_id")
_OF = _LOCKED.where((matches.c.earlier_id == _ID) | (matches.c.later_id == _ID))
