"""The Flask app that all pages share: templates, labels, dates, navigation."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask, Request, g, request
from flask_babel import Babel, get_locale
from jinja2 import (
    BaseLoader,
    BytecodeCache,
    ChainableUndefined,
    ChoiceLoader,
    FileSystemLoader,
    PackageLoader,
    PrefixLoader,
)
from jinja2.bccache import Bucket
from werkzeug.routing import IntegerConverter, MapAdapter

from services.platform import datetimes
from services.platform.auth.identity import Identity
from services.platform.operations import logs
from services.platform.ui import dates, navigation, static_files
from services.platform.web import cookies, csrf, current, unsent

HERE = Path(__file__).parent
PRODUCT = "Waymark"
LANGUAGES = ("en",)


class _Compiled(BytecodeCache):
    """Templates compiled once per process: the services of one process share the layout and GOV.UK's macros."""

    _kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


class _Number(IntegerConverter):
    """A number in a URL: no larger than a database integer, in ASCII digits."""

    regex = "[0-9]{1,9}"


class WaymarkFlask(Flask):
    """A Flask app that finds the platform's templates and GOV.UK's macros in addition to its service's own."""

    # GOV.UK's macros read parameters that were not passed.
    jinja_options: dict[str, Any] = {  # noqa: RUF012 (Flask declares it so)
        **Flask.jinja_options,
        "undefined": ChainableUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "bytecode_cache": _Compiled(),
    }

    def __init__(self, service: str, *, templates: Path | None, any_host: Collection[str] = ()) -> None:
        super().__init__(service, static_folder=None, template_folder=None, root_path=str(templates or HERE))
        self._any_host = frozenset(any_host)
        self.url_map.merge_slashes = False
        self.url_map.converters["int"] = _Number
        self._templates = templates
        translations = [folder / "translations" for folder in (HERE.parent, *([templates.parent] if templates else []))]
        Babel(
            self,
            default_locale=LANGUAGES[0],
            default_timezone=datetimes.ZONE.key,
            default_translation_directories=";".join(map(str, translations)),
            locale_selector=_language,
        )
        self.context_processor(_frame)
        # In the environment, not the template context: the macros of fields are imported without a page's context.
        self.jinja_env.globals.update(unsent_field=unsent.field, unsent_offer=unsent.offer)
        self.jinja_env.filters.update(day=dates.day, timestamp=dates.timestamp, time_of_day=dates.time_of_day)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Flask checks trusted hosts here for every request; a probe uses an IP address."""
        if request is not None and request.path in self._any_host:
            return self.url_map.bind_to_environ(request.environ)
        return super().create_url_adapter(request)

    def log_exception(self, exc_info: Any) -> None:
        """Flask's own line would contain the message of the error, which may include personal data."""
        logs.failure(exc_info[1])

    def create_global_jinja_loader(self) -> Any:
        loaders: list[BaseLoader] = [
            FileSystemLoader(HERE / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
        if self._templates is not None:
            loaders.insert(0, FileSystemLoader(self._templates))
        return ChoiceLoader(loaders)


def _language() -> str:
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _frame() -> dict[str, Any]:
    """Returns the context of every template, in addition to what its view passes."""
    identity = _identity()
    return {
        "product": PRODUCT,
        "language": str(get_locale() or LANGUAGES[0]),
        "identity": identity,
        "navigation": navigation.items(identity.roles, at=request.path) if identity else [],
        "demonstration": current.service().demonstration,
        "csrf_field": csrf.field,
        "asset": static_files.address,
        "now": _now,
        "session": _session(identity),
    }


def _identity() -> Identity | None:
    """Returns the signed-in identity, for error pages too: if accounts is unavailable, the page is shown without it."""
    try:
        return current.identity_or_none()
    except Exception as error:
        logs.failure(error)
        g.identity = None
        return None


def _session(identity: Identity | None) -> dict[str, int] | None:
    """Returns, for the page's script, the seconds until the session ends and until the warning. None for a token."""
    if identity is None or identity.expires_at is None or cookies.bearer(request) is not None:
        return None
    remaining = (identity.expires_at - current.now()).total_seconds()
    return {"seconds": max(0, int(remaining)), "warning": int(current.service().session_warning.total_seconds())}


def _now() -> datetime:
    return current.now()
