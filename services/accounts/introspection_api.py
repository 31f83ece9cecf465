"""Token introspection (RFC 7662): other services ask who holds a session or a token. Requires a service's key."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from services.accounts.identities import Known, LocalIdentities
from services.platform.auth import claims
from services.platform.auth.claims import BEARER, SESSION
from services.platform.errors import ApplicationError
from services.platform.i18n import N_
from services.platform.web import access

_FORM = "application/x-www-form-urlencoded"


class UnknownService(ApplicationError):
    """The caller is not a service of this installation, or its key is wrong."""

    status = 401
    title = N_("Only a service may ask this")

    def __init__(self) -> None:
        super().__init__()
        self.headers = {"WWW-Authenticate": 'Basic realm="introspection"'}


def blueprint(identities: LocalIdentities, keys: Mapping[str, Sequence[str]]) -> Blueprint:
    api = Blueprint("introspection", __name__)

    @api.post(claims.PATH)
    @access.public  # the caller is not a person: the key is checked below
    def introspect() -> Response:
        """Looks a secret up first as what the hint states. Raises UnknownService."""
        _require_service(keys)
        if request.mimetype != _FORM:
            raise UnsupportedMediaType
        secret = request.form.get("token", "")
        if not secret:
            raise BadRequest
        kinds = (SESSION, BEARER) if request.form.get("token_type_hint") == SESSION else (BEARER, SESSION)
        for kind in kinds:
            if known := _holder(identities, kind, secret):
                return jsonify(claims.write(known.identity, kind=kind, expires_at=known.expires_at))
        return jsonify(claims.NOT_ACTIVE)

    return api


def _holder(identities: LocalIdentities, kind: str, secret: str) -> Known | None:
    if kind == SESSION:
        return identities.known(session=secret, bearer=None)
    return identities.known(session=None, bearer=secret)


def _require_service(keys: Mapping[str, Sequence[str]]) -> None:
    sent = request.authorization
    if sent is None or sent.type != "basic" or not sent.username or not sent.password:
        raise UnknownService
    digest = _digest(sent.password)
    # Compares every key of the service, in constant time.
    fits = [hmac.compare_digest(digest, _digest(key)) for key in keys.get(sent.username, ())]
    if not any(fits):
        raise UnknownService


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "replace")).digest()
