"""The audit search: who did or read what, in every service, for the administrator and the data protection officer.

What is typed is posted, and never part of a URL: a name typed by mistake would enter a browser's history. The URL of
the result contains a reference or id, the id of an account, dates and the code of an act.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from marshmallow import ValidationError, validates_schema

from services.accounts import audit_file, audit_search
from services.accounts.audit_search import Name, Sources
from services.accounts.audit_wording import ACTS, GROUPS, SERVICES, SUBJECTS
from services.accounts.sign_in import plain_name
from services.contracts.codes import Role
from services.platform.audit.search import FoundRow, Query
from services.platform.audit.sources import Caller
from services.platform.datetimes import ZONE
from services.platform.errors import BadRequest, FieldError, Invalid
from services.platform.i18n import N_
from services.platform.ui import dates
from services.platform.ui.forms import Form
from services.platform.web import access, cookies, current, paging
from services.platform.web.fields import Identifier, StrictDate, StrictSchema, StrictString, StrictUuid
from services.platform.web.problems import field_errors

_AUDITORS = (Role.ADMINISTRATOR, Role.DATA_PROTECTION_OFFICER)
_REFERENCE = re.compile(r"R-[0-9A-Z]{6}", re.ASCII)
_DAY = timedelta(days=1)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)", re.ASCII)


class UnknownReference(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/about", N_("Check the reference: no referral has it"))])


class UnknownSignInName(Invalid):
    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/sign_in_name", N_("Check the sign-in name: no account has it"))])


class BadAddress(BadRequest):
    """A parameter of the URL is invalid: it was edited."""

    title = N_("This search link is not valid")


class _Search(StrictSchema):
    """The criteria of a search, from the form or from a URL."""

    about = Identifier(maximum=36, load_default="")
    first_day = StrictDate()
    last_day = StrictDate()
    act = StrictString(maximum=64, load_default="")

    @validates_schema
    def _check(self, data: dict[str, Any], **_options: object) -> None:
        if (about := data.get("about", "")) and _about(about) is None:
            raise ValidationError(N_("Enter a reference like R-7Q2M9K, or an id"), "about")
        if data.get("act") and data["act"] not in ACTS:
            raise ValidationError(N_("Select what was done from the list"), "act")
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            raise ValidationError(N_("The last day must be the same as or after the first day"), "last_day")
        if data.get("act") and not (first or data.get("about") or data.get("sign_in_name") or data.get("by")):
            raise ValidationError(
                N_("Enter the first day to search from, or a reference or a sign-in name as well"), "first_day"
            )


class SearchForm(_Search):
    sign_in_name = StrictString(maximum=100, load_default="")


class SearchAddress(_Search):
    by = StrictUuid()


_FIELDS = {"about": "about", "by": "by", "from": "first_day", "to": "last_day", "act": "act"}
"""By URL parameter: the field that parses it."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """The criteria in the URL of a result."""

    about: str = ""
    by: UUID | None = None
    first_day: date | None = None
    last_day: date | None = None
    act: str = ""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        given = (
            ("about", self.about),
            ("by", str(self.by) if self.by else ""),
            ("from", self.first_day.isoformat() if self.first_day else ""),
            ("to", self.last_day.isoformat() if self.last_day else ""),
            ("act", self.act),
        )
        return [(name, value) for name, value in given if value]


def blueprint(sources: Sources, *, max_rows: int) -> Blueprint:
    """The page at /accounts/audit, and its file. Each service audits the search and who made it."""
    pages = Blueprint("audit_pages", __name__, url_prefix="/accounts")

    @pages.get("/audit")
    @access.requires(*_AUDITORS)
    def show() -> ResponseReturnValue:
        wanted = _wanted()
        form = Form(SearchForm(), _filled(wanted))
        asked = paging.requested()
        try:
            query = _query(sources, wanted, limit=asked.limit + 1)
        except Invalid as error:
            form.reject(error)
            return _page(form, wanted), form.status
        found = audit_search.page(sources, _after(query, asked.after), _caller())
        _record(query, wanted, form="page")
        positions = [(row.entry.occurred_at.isoformat(), str(row.entry.id)) for row in found.rows]
        shown = paging.paged(found.rows, asked, positions)
        following = [*wanted.parameters, ("limit", str(asked.limit)), ("cursor", shown.next_cursor or "")]
        return _page(
            form,
            wanted,
            rows=shown.items,
            names=_names(shown.items),
            references=audit_search.references(sources, shown.items, _caller()),
            team_names=_team_names(shown.items),
            missing=[str(_(SERVICES[name])) for name in found.missing],
            next_page_address=_address("/accounts/audit", following) if shown.next_cursor else None,
        )

    @pages.post("/audit")
    @access.requires(*_AUDITORS)
    def search() -> ResponseReturnValue:
        form = Form.received(SearchForm(), request.form)
        try:
            wanted = _typed(form)
        except Invalid as error:
            form.reject(error)
        if not form.is_valid:
            return _page(form, Search()), form.status
        return redirect(_address("/accounts/audit", wanted.parameters), 303)

    @pages.get("/audit.csv")
    @access.requires(*_AUDITORS)
    def file() -> ResponseReturnValue:
        """Raises FileNotMade, TooManyRows, UnknownReference, ReferenceNotLookedUp."""
        wanted = _wanted()
        query = _query(sources, wanted, limit=1)
        rows = audit_search.everything(sources, query, _caller(), max_rows=max_rows)
        _record(query, wanted, form="file")
        name = f"waymark-audit-{dates.local(current.now()):%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(audit_file.written(rows, _names(rows)), mimetype="text/csv", headers=headers)

    return pages


def _typed(form: Form) -> Search:
    """Raises UnknownSignInName."""
    if not form.is_valid:
        return Search()
    typed = form.data
    by = None
    if typed["sign_in_name"]:
        by = audit_search.staff_id(current.reading(), plain_name(typed["sign_in_name"]))
        if by is None:
            raise UnknownSignInName
    return Search(
        about=_about(typed["about"]) or "",
        by=by,
        first_day=typed.get("first_day"),
        last_day=typed.get("last_day"),
        act=typed["act"],
    )


def _about(text: str) -> str | None:
    """Returns a reference or an id as it is stored; None for any other text."""
    if _REFERENCE.fullmatch(text.upper()):
        return text.upper()
    try:
        return str(UUID(text)) if text else ""
    except ValueError:
        return None


def _wanted() -> Search:
    """Raises BadAddress."""
    sent = {field: request.args[name] for name, field in _FIELDS.items() if name in request.args}
    try:
        asked = SearchAddress().load(sent)
    except ValidationError as error:
        raise BadAddress(errors=field_errors(error.messages)) from None
    return Search(**{**asked, "about": _about(asked["about"]) or ""})


def _query(sources: Sources, wanted: Search, *, limit: int) -> Query:
    """Raises UnknownReference or ReferenceNotLookedUp."""
    ids: tuple[str, ...] = (wanted.about,) if wanted.about else ()
    if _REFERENCE.fullmatch(wanted.about):
        ids = audit_search.ids_of(sources, wanted.about, _caller())
        if not ids:
            raise UnknownReference
    return Query(
        ids=ids,
        actor=wanted.by,
        act=wanted.act,
        since=_midnight(wanted.first_day) if wanted.first_day else None,
        before=_midnight(wanted.last_day + _DAY) if wanted.last_day else None,
        limit=limit,
    )


def _after(query: Query, position: paging.Position | None) -> Query:
    if position is None:
        return query
    return replace(query, after=(datetime.fromisoformat(str(position[0])), UUID(str(position[1]))))


def _midnight(day: date) -> datetime:
    """Returns the beginning of a day in London."""
    return datetime.combine(day, time(), ZONE)


def _record(query: Query, wanted: Search, *, form: str) -> None:
    """Records the search once for all services, so that a later search for this referral or account finds it."""
    details = {
        "form": form,
        "about": list(query.ids),
        **{name: value for name, value in wanted.parameters if name != "about"},
    }
    with current.transaction() as transaction:
        transaction.audit("audit.searched", subject_type="audit", subject_id="all", reason="audit", details=details)


def _caller() -> Caller:
    session = cookies.session_name(https=current.service().https)
    headers = {"Host": request.host, "Accept": "application/json"}
    if authorization := request.headers.get("Authorization"):
        headers["Authorization"] = authorization
    elif session in request.cookies:
        headers["Cookie"] = f"{session}={request.cookies[session]}"
    return Caller(
        staff_id=current.staff_id(),
        scopes=current.identity().scopes,
        correlation_id=current.correlation_id(),
        headers=headers,
    )


def _names(rows: Sequence[FoundRow]) -> Mapping[str, Name]:
    """Returns, by id as text, the names of the accounts that acted and of those that were acted on."""
    ids = {str(row.entry.actor) for row in rows if row.entry.actor is not None}
    ids |= {row.entry.subject_id for row in rows if row.entry.subject_type == "staff"}
    current.close_reading()
    return audit_search.names(current.reading(), ids)


def _team_names(rows: Sequence[FoundRow]) -> Mapping[str, str]:
    ids = {row.entry.subject_id for row in rows if row.entry.subject_type == "team"}
    return audit_search.team_names(current.reading(), ids)


def _plain(value: object) -> object:
    """Formats a time that an entry holds as text; returns anything else unchanged."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        with suppress(ValueError, OverflowError):
            return dates.timestamp(datetime.fromisoformat(value))
    return value


def _filled(wanted: Search) -> dict[str, Any]:
    name = audit_search.names(current.reading(), [str(wanted.by)]).get(str(wanted.by)) if wanted.by else None
    return {
        "about": wanted.about,
        "sign_in_name": name.sign_in_name if name else "",
        "first_day": wanted.first_day,
        "last_day": wanted.last_day,
        "act": wanted.act,
    }


def _page(form: Form, wanted: Search, **shown: Any) -> str:
    current.close_reading()
    return render_template(
        "accounts/audit.html",
        form=form,
        act_groups=[{"text": _(name), "items": _options(acts)} for name, acts in GROUPS.values()],
        words=ACTS,
        subjects=SUBJECTS,
        plain=_plain,
        services=SERVICES,
        file_address=_address("/accounts/audit.csv", wanted.parameters),
        searched=bool(wanted.parameters),
        wanted=wanted,
        **shown,
    )


def _options(acts: Mapping[str, str]) -> list[dict[str, str]]:
    options = [{"value": act, "text": str(_(words))} for act, words in acts.items()]
    return sorted(options, key=lambda option: option["text"])


def _address(path: str, parameters: Sequence[tuple[str, str]]) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path
