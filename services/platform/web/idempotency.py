"""Identifies a creating request: its key, its caller and address, and its content."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, g, jsonify, request

from services.platform.db.idempotency import StoredResponse
from services.platform.errors import BadRequest
from services.platform.i18n import N_

_KEY = re.compile(r"[\x21-\x7e]{1,200}")
_NOT_CONTENT = ("csrf_token", "unsent")


class KeyMissing(BadRequest):
    """A creating call came without an Idempotency-Key."""

    title = N_("Send an Idempotency-Key")

    def __init__(self) -> None:
        super().__init__(
            N_("Send a header Idempotency-Key with a value of your own, new for each request, the same for a retry.")
        )


class KeyUnusable(BadRequest):
    """The key is empty, too long, or contains invalid characters."""

    title = N_("The Idempotency-Key cannot be used")

    def __init__(self) -> None:
        super().__init__(N_("An Idempotency-Key has 1 to 200 characters: letters, digits and signs, without spaces."))


def key() -> str:
    """Returns the request's Idempotency-Key. Raises KeyMissing or KeyUnusable."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        raise KeyMissing
    return checked(sent)


def checked(sent: str) -> str:
    """Returns the key. Raises KeyUnusable."""
    if not _KEY.fullmatch(sent):
        raise KeyUnusable
    return sent


def scope(caller: UUID) -> str:
    """The scope of a key is one caller, method and address: the same key of another caller is a different one."""
    address = hashlib.sha256(request.path.encode()).hexdigest()[:32]
    return f"{caller}:{request.method}:{address}"


def body_digest() -> str:
    """Returns a digest of the content, independent of its order and spacing."""
    if "json_body" in g:
        content = json.dumps(g.json_body, sort_keys=True, separators=(",", ":"))
    elif request.form:
        items = sorted((name, value) for name, value in request.form.items(multi=True) if name not in _NOT_CONTENT)
        content = json.dumps(items)
    else:
        return hashlib.sha256(request.get_data()).hexdigest()
    return hashlib.sha256(content.encode()).hexdigest()


def respond(answer: StoredResponse, body: Mapping[str, Any] | None = None) -> Response:
    """Returns the API's response to a creating call: a replay is 200 with the first Location, marked as a replay."""
    response = jsonify(body if body is not None else {"location": answer.location})
    response.status_code = 200 if answer.replayed else answer.status
    response.headers["Location"] = answer.location
    if answer.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return response
