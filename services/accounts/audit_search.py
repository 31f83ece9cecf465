"""One search over the audit of all services. A service that is unavailable is named; the others are shown."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from services.accounts import tables
from services.platform.audit.search import MAX_IDS, FoundRow, Query, next_page
from services.platform.audit.sources import AuditSource, Caller, SourceUnavailable
from services.platform.errors import Conflict, Unavailable
from services.platform.i18n import N_

REFERENCES = "intake"
"""The service that resolves referral references."""
_REFERENCES_OF = {"referral": REFERENCES, "review": "casework", "case": "casework", "alarm": "casework"}
"""By type of subject: the service that resolves its ids to a reference."""
_PAGE = 1_000

Sources = Mapping[str, AuditSource]


class ReferenceNotLookedUp(Unavailable):
    """Intake, which resolves references, is unavailable."""

    title = N_("The reference cannot be looked up now")

    def __init__(self) -> None:
        super().__init__(N_("Intake cannot be reached. Try again in a few minutes, or search by the referral’s id."))


class FileNotMade(Unavailable):
    """A file that lacks a service’s rows does not show it, once it has been sent on."""

    title = N_("The file was not made")

    def __init__(self) -> None:
        super().__init__(
            N_("One of the services cannot be reached, and its entries would be missing. Try again later.")
        )


class TooManyRows(Conflict):
    title = N_("Too many entries for one file")

    def __init__(self) -> None:
        super().__init__(
            N_("Choose a shorter time, or search by a reference, a sign-in name or what was done as well.")
        )


@dataclass(frozen=True, kw_only=True)
class Found:
    rows: Sequence[FoundRow]
    """Newest first."""
    missing: Sequence[str]
    """The unavailable services."""


@dataclass(frozen=True, kw_only=True)
class Name:
    display_name: str
    sign_in_name: str


def ids_of(sources: Sources, reference: str, caller: Caller) -> tuple[str, ...]:
    """Returns the ids of a referral by its reference; empty if it does not exist. Raises ReferenceNotLookedUp."""
    try:
        return tuple(sources[REFERENCES].ids(reference, caller))
    except (KeyError, SourceUnavailable):
        raise ReferenceNotLookedUp from None


def page(sources: Sources, query: Query, caller: Caller) -> Found:
    """Returns up to `limit` rows of all services together."""
    return _gathered(sources, lambda source: source.rows(query, caller), limit=query.limit)


def everything(sources: Sources, query: Query, caller: Caller, *, max_rows: int) -> Sequence[FoundRow]:
    """Returns all rows that match, newest first. Raises FileNotMade or TooManyRows."""
    paged = replace(query, limit=_PAGE)
    found = _gathered(sources, lambda source: _all(source, paged, caller, max_rows), limit=max_rows + 1)
    if found.missing:
        raise FileNotMade
    if len(found.rows) > max_rows:
        raise TooManyRows
    return found.rows


def references(sources: Sources, rows: Iterable[FoundRow], caller: Caller) -> Mapping[str, str]:
    """Returns, by subject id, the references of the referrals that rows are about, except from an unavailable service."""
    known: dict[str, str] = {}
    ids: dict[str, set[UUID]] = {}
    for entry in (row.entry for row in rows):
        # A damaged row may contain anything as an id.
        if entry.subject_type in _REFERENCES_OF and (one := _uuid(entry.subject_id)):
            ids.setdefault(_REFERENCES_OF[entry.subject_type], set()).add(one)
    for name, wanted in ids.items():
        some = sorted(wanted)
        with suppress(KeyError, SourceUnavailable):
            for first in range(0, len(some), MAX_IDS):
                found = sources[name].references(some[first : first + MAX_IDS], caller)
                known.update((str(one), reference) for one, reference in found.items())
    return known


def _all(source: AuditSource, query: Query, caller: Caller, max_rows: int) -> list[FoundRow]:
    """Returns those of one service, up to one page beyond the limit."""
    found: list[FoundRow] = []
    while rows := source.rows(query, caller):
        found.extend(rows)
        if len(rows) < query.limit or len(found) > max_rows:
            break
        query = next_page(query, rows)
    return found


def _gathered(sources: Sources, ask: Callable[[AuditSource], list[FoundRow]], *, limit: int) -> Found:
    rows: list[FoundRow] = []
    missing: list[str] = []
    for name, source in sources.items():
        try:
            rows.extend(ask(source))
        except SourceUnavailable:
            missing.append(name)
    newest_first = sorted(rows, key=lambda row: row.position, reverse=True)
    return Found(rows=newest_first[:limit], missing=missing)


def names(connection: sa.Connection, ids: Iterable[str]) -> Mapping[str, Name]:
    """Returns those of these ids that are accounts, of people and of partners’ systems, ended ones too."""
    staff = tables.staff.c
    wanted = {one for one in map(_uuid, ids) if one}
    found = connection.execute(sa.select(staff.id, staff.display_name, staff.sign_in_name).where(staff.id.in_(wanted)))
    return {str(row.id): Name(display_name=row.display_name, sign_in_name=row.sign_in_name) for row in found}


def team_names(connection: sa.Connection, ids: Iterable[str]) -> Mapping[str, str]:
    teams = tables.teams.c
    wanted = {one for one in map(_uuid, ids) if one}
    found = connection.execute(sa.select(teams.id, teams.name).where(teams.id.in_(wanted)))
    return {str(row.id): row.name for row in found}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def staff_id(connection: sa.Connection, sign_in_name: str) -> UUID | None:
    """Returns whose sign-in name it is, whether the account is active or not."""
    staff = tables.staff.c
    found = connection.execute(sa.select(staff.id).where(staff.sign_in_name == sign_in_name)).scalar_one_or_none()
    return found if found is None else UUID(str(found))
