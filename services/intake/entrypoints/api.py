"""The JSON operations on referrals: create, read, amend, withdraw."""

from typing import Any
from uuid import UUID

import marshmallow
from flask import Response, jsonify

from services.contracts.codes import Role, WithdrawalReason
from services.intake.adapters import queries
from services.intake.application.amend_referral import AmendReferral
from services.intake.application.receive_referral import ReceiveReferral
from services.intake.application.withdraw_referral import WithdrawReferral
from services.intake.domain.referral import NoSuchReferral, Referral
from services.intake.entrypoints import caller, examples, presenters
from services.intake.entrypoints.schema import AmendmentSchema, ReferralSchema, content_from
from services.platform.failpoints import failpoint
from services.platform.i18n import N_
from services.platform.web import access, current, etag, idempotency
from services.platform.web.api import ApiBlueprint
from services.platform.web.fields import StrictCode, StrictSchema

blueprint = ApiBlueprint("referrals", __name__, url_prefix="/intake/api/v1", description="Referrals of young people")

SENDERS = (Role.NAVIGATOR, Role.REFERRER, Role.PARTNER_SYSTEM, Role.SCREENING_OFFICER)


class AcceptedSchema(marshmallow.Schema):
    location = marshmallow.fields.String(required=True)


class RepresentationSchema(marshmallow.Schema):
    """What the referrer wrote, in the form in which it is amended, and how far it has come."""

    id = marshmallow.fields.UUID(required=True)
    reference = marshmallow.fields.String(required=True)
    version = marshmallow.fields.Integer(required=True)
    source = marshmallow.fields.String(required=True)
    received_at = marshmallow.fields.AwareDateTime(required=True)
    step = marshmallow.fields.String(required=True)
    question = marshmallow.fields.String(allow_none=True)
    question_id = marshmallow.fields.UUID(allow_none=True)
    withdrawn_at = marshmallow.fields.AwareDateTime(allow_none=True)
    referral = marshmallow.fields.Nested(ReferralSchema, required=True)


class WithdrawalSchema(StrictSchema):
    reason = StrictCode(WithdrawalReason, required=True, ask=N_("Select why the referral is withdrawn"))


@blueprint.route("/referrals", methods=["POST"])
@access.requires(*SENDERS)
@blueprint.arguments(ReferralSchema, example=examples.REFERRAL)
@blueprint.response(202, AcceptedSchema)
def create(body: dict[str, Any]) -> Response:
    """Make a referral. Send an Idempotency-Key: the same key and body again give the same answer."""
    failpoint("intake.parsed")
    identity = current.identity()
    idempotency.key()
    place = caller.place(identity, area=body.get("area"), site=body.get("site"))
    command = ReceiveReferral(
        content=content_from(body),
        source=caller.source_of(identity),
        referred_by=caller.referred_by(identity),
        area=place.area,
        site=place.site,
    )
    answer = current.handle_once(command, answer=(202, address(command.referral_id)))
    failpoint("intake.before_response")
    return idempotency.respond(answer)


@blueprint.route("/referrals/<uuid:referral_id>", methods=["GET"])
@access.requires(*SENDERS)
@blueprint.response(200, RepresentationSchema)
def read(referral_id: UUID) -> Response:
    """Read a referral that you wrote, and how far it has come."""
    with current.transaction() as transaction:
        referral = queries.referral_of(transaction.connection, referral_id, caller.referred_by(current.identity()))
        if referral is None:
            raise NoSuchReferral
        transaction.audit("referral.read", subject_type="referral", subject_id=referral_id, reason="own_referral")
    return _represented(referral)


@blueprint.route("/referrals/<uuid:referral_id>", methods=["PUT"])
@access.requires(*SENDERS)
@blueprint.arguments(AmendmentSchema, example=examples.AMENDMENT)
@blueprint.response(200, RepresentationSchema)
def amend(body: dict[str, Any], referral_id: UUID) -> Response:
    """Change a referral: send it whole, as it now is, with If-Match. One sent unchanged stays at its version."""
    identity = current.identity()
    expected = etag.expected_version()
    place = caller.place(identity, area=body["area"], site=body.get("site")) if body.get("area") else None
    referral = current.handle(
        AmendReferral(
            referral_id=referral_id,
            expected_version=expected,
            content=content_from(body),
            asking=caller.referred_by(identity),
            area=place.area if place else None,
            site=place.site if place else None,
        )
    )
    return _represented(referral)


@blueprint.route("/referrals/<uuid:referral_id>/withdrawal", methods=["POST"])
@access.requires(*SENDERS)
@blueprint.arguments(WithdrawalSchema, example=examples.WITHDRAWAL)
@blueprint.response(202, AcceptedSchema)
def withdraw(body: dict[str, Any], referral_id: UUID) -> Response:
    """Ask to withdraw a referral. A person decides what becomes of it."""
    answer = current.handle_once(
        WithdrawReferral(referral_id=referral_id, reason=body["reason"], asking=caller.referred_by(current.identity())),
        answer=(202, address(referral_id)),
    )
    return idempotency.respond(answer)


def address(referral_id: UUID) -> str:
    return f"/intake/api/v1/referrals/{referral_id}"


def _represented(referral: Referral) -> Response:
    return etag.put(jsonify(presenters.representation(referral)), referral.version)
