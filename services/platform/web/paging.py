"""Pages of long lists: an opaque cursor marks the row after which the next page begins, for one caller and list."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import request

from services.platform.errors import BadRequest
from services.platform.i18n import N_
from services.platform.web import current, redirects

MAX = 100
USUAL = 25
_LIMIT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_SIGNATURE = 16

_Item = TypeVar("_Item")
Position = tuple[str | int | None, ...]
"""The sort key of a row: plain values that identify it in the list."""


class BadCursor(BadRequest):
    """The cursor was changed, belongs to another list, or was given to another caller."""

    title = N_("The cursor does not belong to this list")


class BadLimit(BadRequest):
    title = N_("The limit is a whole number from 1 to 100")


@dataclass(frozen=True)
class PageRequest:
    """How many rows to read, after which row. Read `limit + 1` rows: the extra one shows that there is a next page."""

    limit: int
    after: Position | None


@dataclass(frozen=True)
class Paged(Generic[_Item]):
    items: Sequence[_Item]
    next_cursor: str | None


def requested(*, usual: int = USUAL) -> PageRequest:
    """Returns what `?limit=` and `?cursor=` request. Raises BadLimit or BadCursor (400)."""
    limit = request.args.get("limit")
    if limit is not None and (not _LIMIT.fullmatch(limit) or int(limit) > MAX):
        raise BadLimit
    cursor = request.args.get("cursor")
    return PageRequest(limit=int(limit) if limit else usual, after=None if cursor is None else _opened(cursor))


def paged(rows: Sequence[_Item], page: PageRequest, positions: Sequence[Position]) -> Paged[_Item]:
    """Returns the page of the rows read (up to limit + 1), with the cursor of the next one, if there is one."""
    if len(rows) <= page.limit:
        return Paged(rows, None)
    return Paged(rows[: page.limit], _sealed(positions[page.limit - 1]))


def next_address(cursor: str) -> str:
    """Returns this page's address with another cursor, for the link to the next page."""
    parameters = [(name, value) for name, value in redirects.ours(request.args.items(multi=True)) if name != "cursor"]
    return f"{request.path}?{urlencode([*parameters, ('cursor', cursor)])}"


def _sealed(position: Position) -> str:
    payload = json.dumps(position, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_signature(payload) + payload).rstrip(b"=").decode()


def _opened(cursor: str) -> Position:
    try:
        raw = base64.b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise BadCursor from None
    signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
    if not hmac.compare_digest(signature, _signature(payload)):
        raise BadCursor
    position: list[Any] = json.loads(payload)
    return tuple(position)


def _signature(payload: bytes) -> bytes:
    """Bound to the caller and the list, so that a cursor is useless to others."""
    bound = f"{current.staff_id()} {request.path}\n".encode()
    return hmac.new(current.service().secret_key, bound + payload, hashlib.sha256).digest()[:_SIGNATURE]
