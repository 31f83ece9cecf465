"""Audits requests for a record that exists and that the caller may not see or use. The response stays the same."""

from uuid import UUID

import sqlalchemy as sa
from flask import g, request
from werkzeug.exceptions import HTTPException

from services.platform.audit import bounded
from services.platform.audit.bounded import Failure
from services.platform.errors import ApplicationError, Forbidden
from services.platform.operations import logs
from services.platform.service import KnownRecord
from services.platform.web import csrf, current


def record(error: ApplicationError) -> None:
    """Called with each refusal of a request."""
    identity, context = g.get("identity"), current.service()
    if identity is None:
        return
    for known in context.records:
        record_id = _named(known)
        if record_id is not None and _is_of(error, known):
            _write(known, record_id, identity.staff_id, error)


def _named(known: KnownRecord) -> UUID | None:
    """Returns the id in the request's URL or parameters."""
    found = (request.view_args or {}).get(known.argument)
    if found is None and known.parameter is not None:
        found = _uuid(_parameter(known.parameter))
    return found if isinstance(found, UUID) else None


def _parameter(name: str) -> str:
    try:
        return request.args.get(name) or request.form.get(name, "")
    except HTTPException:  # a body that is refused unread
        return ""


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_of(error: ApplicationError, known: KnownRecord) -> bool:
    refused = isinstance(error, Forbidden) and not isinstance(error, csrf.ForeignForm)
    return refused or isinstance(error, known.missing)


def _write(known: KnownRecord, record_id: UUID, staff_id: UUID, error: ApplicationError) -> None:
    context = current.service()
    failure = Failure(
        what=f"{known.subject_type}.access_refused",
        subject_type=known.subject_type,
        subject_id=str(record_id),
        counted_with=f"refusals of {staff_id}",
        actor=staff_id,
        details={"status": error.status, "method": request.method},
    )
    current.close_reading()
    try:
        bounded.record(
            context.database,
            context.dispatcher.tables,
            failure,
            at=current.now(),
            correlation_id=current.correlation_id(),
            limit=context.audited_failures_per_minute,
            only_if=sa.select(known.id).where(known.id == record_id).limit(1),
        )
    except sa.exc.SQLAlchemyError as fault:
        logs.failure(fault)
