"""The API through which the audit page queries each service, with the session or token of the person who searches."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.platform.audit import search
from services.platform.audit.entries import Entry
from services.platform.audit.search import FoundRow, Query
from services.platform.errors import BadRequest
from services.platform.i18n import N_
from services.platform.service import Service
from services.platform.web import access, current

MAX_ROWS = 1_000
"""Maximum rows in one response."""
_ACT = re.compile(r"[a-z_]{1,60}\.[a-z_]{1,60}", re.ASCII)
_REFERENCE = re.compile(r"R-[0-9A-Z]{6}", re.ASCII)
_LIMIT = re.compile(r"[1-9][0-9]{0,3}", re.ASCII)


class BadSearch(BadRequest):
    """A parameter of the search is invalid. Its value is neither repeated nor stored."""

    title = N_("This search is not valid")


def blueprint(service: Service) -> Blueprint:
    """`GET /<service>/api/v1/audit/rows` and `…/ids`, `…/references`."""
    api = Blueprint("audit", __name__, url_prefix=f"/{service.name}/api/v1/audit")

    @api.get("/rows")
    @access.requires(Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
    def rows() -> ResponseReturnValue:
        """Raises BadSearch."""
        try:
            query = _query()
        except (KeyError, ValueError, OverflowError):
            raise BadSearch from None
        current.close_reading()
        found = search.find(service, query, actor=current.staff_id(), correlation_id=current.correlation_id())
        return jsonify({"rows": [_written(row) for row in found]})

    @api.get("/ids")
    @access.requires(Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
    def ids() -> ResponseReturnValue:
        """Raises BadSearch."""
        reference = request.args.get("reference", "")
        if not _REFERENCE.fullmatch(reference):
            raise BadSearch
        return jsonify({"ids": search.ids_of(service, reference)})

    @api.get("/references")
    @access.requires(Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
    def references() -> ResponseReturnValue:
        """Raises BadSearch."""
        try:
            ids = _ids()
        except ValueError:
            raise BadSearch from None
        found = search.references_of(service, ids)
        return jsonify({"references": {str(one): reference for one, reference in found.items()}})

    return api


def parameters(query: Query) -> list[tuple[str, str]]:
    """Returns the query parameters of this search."""
    after = query.after
    given = [
        ("actor", str(query.actor) if query.actor else ""),
        ("act", query.act),
        ("since", query.since.isoformat() if query.since else ""),
        ("before", query.before.isoformat() if query.before else ""),
        ("after", after[0].isoformat() if after else ""),
        ("after_id", str(after[1]) if after else ""),
        ("limit", str(query.limit)),
    ]
    return [("id", one) for one in query.ids] + [(name, value) for name, value in given if value]


def read(service: str, body: Any) -> FoundRow:
    """Parses a row of a response. Raises KeyError, TypeError or ValueError on invalid data."""
    entry = Entry(
        id=UUID(body["id"]),
        occurred_at=datetime.fromisoformat(body["occurred_at"]),
        actor=UUID(body["actor"]) if body["actor"] else None,
        what=body["what"],
        subject_type=body["subject_type"],
        subject_id=body["subject_id"],
        reason=body["reason"],
        correlation_id=UUID(body["correlation_id"]),
        details=body["details"],
    )
    return FoundRow(service=service, number=body["number"], entry=entry)


def _query() -> Query:
    """Raises KeyError, ValueError or OverflowError."""
    ids = tuple(map(str, _ids()))
    asked = request.args.to_dict()
    act, limit = asked.get("act", ""), asked.get("limit", "")
    fits = (not act or _ACT.fullmatch(act)) and _LIMIT.fullmatch(limit)
    if not fits or int(limit) > MAX_ROWS:
        raise ValueError
    return Query(
        ids=ids,
        actor=UUID(asked["actor"]) if "actor" in asked else None,
        act=act,
        since=_time(asked["since"]) if "since" in asked else None,
        before=_time(asked["before"]) if "before" in asked else None,
        after=(_time(asked["after"]), UUID(asked["after_id"])) if "after" in asked else None,
        limit=int(limit),
    )


def _ids() -> list[UUID]:
    """Raises ValueError."""
    asked = request.args.getlist("id")
    if len(asked) > search.MAX_IDS:
        raise ValueError
    return list(map(UUID, asked))


def _time(text: str) -> datetime:
    """Raises ValueError, or OverflowError for a time outside UTC's calendar."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found.astimezone(UTC)


def _written(row: FoundRow) -> dict[str, Any]:
    entry = row.entry
    return {
        "id": str(entry.id),
        "number": row.number,
        "occurred_at": entry.occurred_at.isoformat(),
        "actor": str(entry.actor) if entry.actor else None,
        "what": entry.what,
        "subject_type": entry.subject_type,
        "subject_id": entry.subject_id,
        "reason": entry.reason,
        "correlation_id": str(entry.correlation_id),
        "details": entry.details,
    }
