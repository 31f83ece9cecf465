"""Sign-in at the identity provider: redirect and callback."""

from dataclasses import asdict

from flask import Blueprint, redirect, request
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from services.accounts import browsers, sign_in_pages
from services.accounts.oidc_sign_in import command_of, member_of
from services.accounts.provider import Attempt, NotTheProvidersWord, Provider
from services.platform.errors import Forbidden, Invalid
from services.platform.web import access, cookies, current, redirects

_THERE_AND_BACK_SECONDS = 600
_RETURN = "/accounts/sign-in/provider/return"


def blueprint(provider: Provider) -> Blueprint:
    pages = Blueprint("provider", __name__)

    @pages.get("/accounts/sign-in/provider")
    @access.public
    def leave() -> ResponseReturnValue:
        """Raises ProviderUnavailable."""
        attempt = Attempt(next=redirects.safe(request.args.get("next")))
        response = redirect(provider.address(attempt, return_to=_return_to()), code=303)
        _set_cookie(response, _sealer().dumps(asdict(attempt)))
        return response

    @pages.get(_RETURN)
    @access.public
    def come_back() -> ResponseReturnValue:
        """Raises NotTheProvidersWord, ProviderUnavailable, and what `sign_in_from_provider` raises."""
        try:
            attempt = _attempt()
            claims = provider.claims(request.args, attempt, return_to=_return_to())
        except NotTheProvidersWord:
            sign_in_pages.failed(None, "provider")
            raise
        command = command_of(claims, ending=browsers.session_secret())
        try:
            made = current.handle(command)
        except (Forbidden, Invalid):
            sign_in_pages.failed(member_of(current.reading(), command), "provider")
            raise
        response = browsers.signed_in(made, attempt.next)
        _delete_cookie(response)
        return response

    return pages


def _attempt() -> Attempt:
    """Returns the attempt that this browser began, at most ten minutes ago. Raises NotTheProvidersWord."""
    cookie = request.cookies.get(cookies.provider_name(https=current.service().https), "")
    try:
        return Attempt(**_sealer().loads(cookie, max_age=_THERE_AND_BACK_SECONDS))
    except BadData:
        raise NotTheProvidersWord from None


def _sealer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current.service().secret_key, salt="accounts.provider")


def _return_to() -> str:
    """Behind a proxy the request's own scheme is that of the proxy; the request guard has checked the host."""
    return f"{'https' if current.service().https else 'http'}://{request.host}{_RETURN}"


def _set_cookie(response: Response, sealed: str) -> None:
    https = current.service().https
    cookies.put(response, cookies.provider_name(https=https), sealed, https=https)


def _delete_cookie(response: Response) -> None:
    https = current.service().https
    cookies.remove(response, cookies.provider_name(https=https), https=https)
