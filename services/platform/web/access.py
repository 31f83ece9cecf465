"""Every view declares who may use it. A view without a declaration responds with 500 and fails a test."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, TypeVar

from flask import Flask, current_app, request
from werkzeug.exceptions import Unauthorized

from services.contracts.codes import Role
from services.platform.auth.identity import Identity
from services.platform.errors import Forbidden
from services.platform.i18n import N_
from services.platform.web import current

_View = TypeVar("_View", bound=Callable[..., Any])
_MARK = "__access__"
_READING = ("GET", "HEAD", "OPTIONS")


class Who(Enum):
    PUBLIC = auto()
    SIGNED_IN = auto()
    ROLES = auto()


@dataclass(frozen=True)
class Rule:
    """Who may use a view. `roles` applies only with Who.ROLES."""

    who: Who
    roles: frozenset[Role] = frozenset()


class NotYourRole(Forbidden):
    """The account has none of the roles that may use this route."""

    title = N_("Your role does not allow this")


class OutOfScope(Forbidden):
    """The account may use this route, but the token lacks the required scope (RFC 6750, 3.1)."""

    title = N_("This token does not allow this")

    def __init__(self, scope: str) -> None:
        super().__init__(
            N_("It does not have the scope needed. Ask for one with the scope that WWW-Authenticate names.")
        )
        self.headers = {"WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{scope}"'}


class AccessNotDeclared(RuntimeError):
    """A view has no access declaration: our fault, never the caller's."""


def public(view: _View) -> _View:
    """Anybody may use it, signed in or not."""
    return _declare(view, Rule(Who.PUBLIC))


def signed_in(view: _View) -> _View:
    """Anybody who is signed in may use it."""
    return _declare(view, Rule(Who.SIGNED_IN))


def requires(*roles: Role) -> Callable[[_View], _View]:
    """Only accounts with one of these roles may use it. Must be the innermost decorator."""
    if not roles:
        raise ValueError("name at least one role")
    return lambda view: _declare(view, Rule(Who.ROLES, frozenset(roles)))


def rule_of(app: Flask, endpoint: str, method: str) -> Rule | None:
    """Returns the declaration of the view behind an endpoint; of the method's function if the view is a class."""
    view: Any = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        method = "get" if method in ("HEAD", "OPTIONS") else method.lower()
        view = getattr(view_class, method, None)
    rule: Rule | None = getattr(view, _MARK, None)
    return rule


def undeclared(app: Flask) -> list[str]:
    """Returns every route of the app without a declaration, for the test of the URL map."""
    return sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule_of(app, rule.endpoint, method) is None
    )


def enforce() -> None:
    """Refuses the request unless its caller may use the view. Runs before the body is read.

    Refused callers count towards the rate limit. Raises Unauthorized without a session, TooManyRequests, OutOfScope
    with a token without the scope, NotYourRole without the role, AccessNotDeclared.
    """
    if request.endpoint is None:
        return
    rule = rule_of(current_app, request.endpoint, request.method)
    if rule is None:
        raise AccessNotDeclared(request.endpoint)
    if rule.who is Who.PUBLIC:
        return
    identity = current.identity_or_none()
    if identity is None:
        raise Unauthorized
    if rates := current.service().rates:
        rates.count(identity)
    _check_scope(identity)
    if rule.who is Who.ROLES and not identity.has_any(rule.roles):
        raise NotYourRole


def _check_scope(identity: Identity) -> None:
    """Every route of a service, page or operation, requires one of its two scopes."""
    needed = f"{current.service().service}:{'read' if request.method in _READING else 'write'}"
    if identity.scopes is not None and needed not in identity.scopes:
        raise OutOfScope(needed)


def _declare(view: _View, rule: Rule) -> _View:
    if hasattr(view, _MARK):
        raise ValueError(f"{view.__name__} declares its access twice")
    setattr(view, _MARK, rule)
    return view
