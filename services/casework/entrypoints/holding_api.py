"""The API of a person's cases, reviews and hand-overs, and of cases that lost their worker."""

from typing import Any
from uuid import UUID

from flask import Response
from flask.typing import ResponseReturnValue
from marshmallow import Schema, fields

from services.casework.adapters.holding_queries import Holdings
from services.casework.application.holdings import ReadCaseNotice, ReleaseReview
from services.casework.domain.case_notice import NoticeKind
from services.casework.entrypoints import case_reading, review_reading
from services.casework.entrypoints.holding_reading import COLLEAGUES, MANAGERS, read_holdings, read_notices
from services.platform.web import access, current
from services.platform.web.api import ApiBlueprint

api = ApiBlueprint("holdings_api", __name__, url_prefix="/casework/api/v1", description="What members of staff hold")


class CaseHeldItem(Schema):
    """Hand it over with `POST …/cases/{id}/assignment`, release it with `POST …/cases/{id}/unassignment`."""

    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    initials = fields.String(required=True)
    team_name = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)
    version = fields.Integer(required=True)


class ReviewHeldItem(Schema):
    id = fields.UUID(required=True)
    reference = fields.String(required=True)
    due_at = fields.AwareDateTime(required=True)
    claimed = fields.Boolean(required=True)
    asked = fields.Boolean(required=True)


class HoldingsAnswer(Schema):
    """Only what the caller may read: cases of teams that they manage, reviews and hand-overs of their areas."""

    staff_id = fields.UUID(required=True)
    display_name = fields.String(required=True)
    active = fields.Boolean(required=True)
    idle = fields.Boolean(required=True)
    seen_at = fields.AwareDateTime(allow_none=True)
    cases = fields.List(fields.Nested(CaseHeldItem), required=True)
    reviews = fields.List(fields.Nested(ReviewHeldItem), required=True)
    hand_overs = fields.List(fields.Nested(CaseHeldItem), required=True)


class CaseNoticeItem(Schema):
    id = fields.UUID(required=True)
    case_id = fields.UUID(required=True)
    reference = fields.String(required=True)
    initials = fields.String(required=True)
    kind = fields.Enum(NoticeKind, by_value=True)
    staff_name = fields.String(allow_none=True)
    raised_at = fields.AwareDateTime(required=True)


class CaseNoticeItems(Schema):
    items = fields.List(fields.Nested(CaseNoticeItem), required=True)


@api.get("/staff/<uuid:staff_id>/holdings")
@api.response(200, HoldingsAnswer)
@access.requires(*COLLEAGUES)
def holdings(staff_id: UUID) -> Holdings:
    """A member of staff's cases, reviews and hand-overs, as far as the caller may read them"""
    return read_holdings(staff_id)


@api.post("/staff/<uuid:staff_id>/holdings/reviews/<uuid:review_id>/release")
@api.response(204)
@access.requires(*COLLEAGUES)
def release(staff_id: UUID, review_id: UUID) -> Response:
    """Release a colleague's claim on a review, and the question that they asked in it"""
    current.handle(ReleaseReview(review_id=review_id, reader=review_reading.reader(), staff_id=staff_id))
    return Response(status=204)


@api.get("/case-notices")
@api.response(200, CaseNoticeItems)
@access.requires(*MANAGERS)
def case_notices() -> ResponseReturnValue:
    """Cases of the caller's teams that lost their worker, or whose worker cannot act, oldest first"""
    with current.transaction() as transaction:
        rows: list[Any] = read_notices(transaction)
    return {"items": rows}


@api.post("/case-notices/<uuid:notice_id>/reading")
@api.response(204)
@access.requires(*MANAGERS)
def read_case_notice(notice_id: UUID) -> Response:
    """Mark it as read"""
    current.handle(ReadCaseNotice(notice_id=notice_id, reader=case_reading.reader()))
    return Response(status=204)
