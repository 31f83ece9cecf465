"""Text that a person typed in a form and did not send: stored for that person only, for a limited time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from services.platform.db.tables import PlatformTables
from services.platform.db.upsert import insert_or_ignore

_MAX_LISTED = 10


@dataclass(frozen=True, kw_only=True)
class UnsentText:
    """`page` is the path of the page that showed the form; `answers` holds what was typed, by field name."""

    id: UUID
    page: str
    answers: Mapping[str, Sequence[str]]
    saved_at: datetime

    @property
    def longest(self) -> Sequence[str]:
        """Returns the free text, the longest first: codes, numbers and ids contain no spaces."""
        written = {value for values in self.answers.values() for value in values if " " in value.strip()}
        return sorted(written, key=len, reverse=True)


def save(
    connection: sa.Connection,
    tables: PlatformTables,
    text: UnsentText,
    *,
    staff_id: UUID,
    lifetime: timedelta,
) -> None:
    """Stores the text, replacing text with the same id if it belongs to this person."""
    unsent = tables.unsent_texts
    row = {
        "page": text.page,
        "answers": {name: list(values) for name, values in text.answers.items()},
        "saved_at": text.saved_at,
        "expires_at": text.saved_at + lifetime,
    }
    if not insert_or_ignore(connection, unsent, {"id": text.id, "staff_id": staff_id, **row}):
        own = (unsent.c.id == text.id) & (unsent.c.staff_id == staff_id)
        connection.execute(sa.update(unsent).where(own).values(row))


def stored_for(
    connection: sa.Connection, tables: PlatformTables, page: str, *, staff_id: UUID, at: datetime
) -> list[UnsentText]:
    """Returns the person's texts of this page and the pages below it, newest first, at most ten."""
    unsent = tables.unsent_texts
    here = (unsent.c.page == page) | unsent.c.page.startswith(f"{page}/", autoescape=True)
    query = (
        sa.select(unsent)
        .where(unsent.c.staff_id == staff_id, unsent.c.expires_at > at, here)
        .order_by(unsent.c.saved_at.desc(), unsent.c.id)
        .limit(_MAX_LISTED)
    )
    return [
        UnsentText(id=row.id, page=row.page, answers=row.answers, saved_at=row.saved_at)
        for row in connection.execute(query)
    ]


def delete(connection: sa.Connection, tables: PlatformTables, ids: Sequence[UUID], *, staff_id: UUID) -> None:
    unsent = tables.unsent_texts
    connection.execute(sa.delete(unsent).where(unsent.c.id.in_(ids), unsent.c.staff_id == staff_id))


def purge(connection: sa.Connection, tables: PlatformTables, *, at: datetime) -> None:
    unsent = tables.unsent_texts
    connection.execute(sa.delete(unsent).where(unsent.c.expires_at < at))
