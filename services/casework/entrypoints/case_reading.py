"""Reads cases for the current viewer, with audit rows, and the roles that may."""

from datetime import datetime
from uuid import UUID

from services.casework.adapters.case_queries import CaseList, CaseRow, Cursor, list_cases
from services.casework.adapters.case_view import CaseView, read_case
from services.casework.domain.case_clock import london_day
from services.casework.domain.case_reader import AccessLevel, CaseReader, case_reader
from services.contracts.codes import HAND_OVERS, Role
from services.platform.db.transaction import Transaction
from services.platform.errors import Stale
from services.platform.web import current, etag, paging

WORKERS = (Role.YOUTH_JUSTICE_CASEWORKER, Role.EARLY_INTERVENTION_CASEWORKER, Role.TEAM_MANAGER)
HANDING_OVER = (*WORKERS, Role.REVIEWER)


def reader() -> CaseReader:
    identity = current.identity()
    return case_reader(
        staff_id=identity.staff_id,
        roles=identity.roles,
        organisation_class=identity.organisation_class,
        teams=identity.teams,
        areas=identity.areas,
        on=london_day(current.now()),
    )


def version_read() -> int:
    """Returns the version of the case that the form's page showed. Raises Stale for an invalid one."""
    version = etag.form_version()
    if not version:
        raise Stale
    return version


def read_audited(case_id: UUID, access: AccessLevel) -> CaseView:
    """Returns the case as far as the viewer may read it. Audits the read with its task."""
    who = reader()
    with current.transaction() as transaction:
        view = read_case(transaction.connection, who, case_id, access)
        named = {"referral": str(view.row.referral_id)}
        transaction.audit("case.read", subject_type="case", subject_id=case_id, reason=_task(view, who), details=named)
    return view


def page_of(
    transaction: Transaction, who: CaseReader, wanted: CaseList, page: paging.PageRequest
) -> paging.Paged[CaseRow]:
    """Returns a page of a list, with one audit row that names the cases shown."""
    after = None if page.after is None else _cursor(*page.after)
    rows = list_cases(transaction.connection, who, wanted, now=transaction.at, maximum=page.limit + 1, after=after)
    listed = paging.paged(rows, page, [_position(row.cursor) for row in rows])
    transaction.audit(
        "cases.listed",
        subject_type="list",
        subject_id=wanted.tab.value,
        reason="my_queue",
        details={
            "cases": [str(row.id) for row in listed.items],
            "referrals": [str(row.referral_id) for row in listed.items],
        },
    )
    return listed


def _position(cursor: Cursor) -> paging.Position:
    calm, met, due_at, case_id = cursor
    return calm, met, due_at.isoformat(), str(case_id)


def _cursor(calm: object, met: object, due_at: object, case_id: object) -> Cursor:
    return bool(calm), bool(met), datetime.fromisoformat(str(due_at)), UUID(str(case_id))


def _task(view: CaseView, reader: CaseReader) -> str:
    """Returns the audit reason of a read, from its task."""
    if view.row.pathway in HAND_OVERS:
        return "hand_over"
    return "my_case" if view.row.owner_id == reader.staff_id else "my_team"
