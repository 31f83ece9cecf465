"""The API of reviews: the list, one review, the own view, only then the estimate, and the decision."""

from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid4

from flask import Response, url_for
from flask.typing import ResponseReturnValue

from services.casework.adapters import review_queries
from services.casework.adapters.review_queries import ReviewWhole
from services.casework.application.answer_proposal import AnswerProposal
from services.casework.application.claim_review import ClaimNextReview, ClaimReview, ExtendClaim, ReleaseClaim
from services.casework.application.decide_review import AddBasis, AskReferrer, ConfirmWithdrawal
from services.casework.application.extend_pause import ExtendPause
from services.casework.application.record_own_view import Comparison, RecordOwnView, ShowEstimate
from services.casework.application.start_round import StartRound
from services.casework.domain import routing, support_pathways
from services.casework.domain.case_clock import london_day
from services.casework.domain.estimate import Contribution, Estimated, NotEstimated
from services.casework.entrypoints import review_api_schemas as schemas
from services.casework.entrypoints import review_forms as forms
from services.casework.entrypoints.contribution_labels import worded
from services.casework.entrypoints.review_deciding import decide_once
from services.casework.entrypoints.review_decision_pages import refuse_head
from services.casework.entrypoints.review_reading import consent_withdrawals_listed, listed, reader
from services.contracts.codes import Pathway, Role, SupportLevel
from services.platform.web import access, current, etag, idempotency, paging
from services.platform.web.api import ApiBlueprint

api = ApiBlueprint(
    "reviews_api",
    __name__,
    url_prefix="/casework/api/v1/reviews",
    description="Reviews, as their reviewer may know them",
)

_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "maxLength": 200},
    "description": "New for each request, the same for a retry",
}
_IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of the review as it was read: 412 when its facts, question or decision changed since",
}


@api.get("")
@api.arguments(schemas.ReviewQuery, location="query")
@api.response(200, schemas.ReviewItems)
@access.requires(Role.REVIEWER)
def list_of_reviews(asked: dict[str, Any]) -> ResponseReturnValue:
    """The open reviews, soonest due first; or the newest of a referral"""
    found = listed(paging.requested(), referral_id=asked.get("referral_id"))
    return {"items": found.items, "next_cursor": found.next_cursor}


@api.get("/<uuid:review_id>")
@api.response(200, schemas.ReviewAnswer)
@access.requires(Role.REVIEWER)
def one_review(review_id: UUID) -> ResponseReturnValue:
    """One review with the referral's facts. Reading it here claims nothing"""
    with current.transaction() as transaction:
        whole = review_queries.whole(transaction.connection, reader(), review_id, at=transaction.at)
        today = london_day(transaction.at)
        subject = review_queries.subject(transaction.connection, whole.row.referral_id, on=today)
        teams = review_queries.teams_known(transaction.connection)
        named = {"referral": str(whole.row.referral_id)}
        transaction.audit("review.read", subject_type="review", subject_id=review_id, reason="review", details=named)
    answer = _whole(whole) | {
        "proposed_pathway": routing.proposed_pathway(subject),
        "routes": [_route(route) for route in routing.routes(subject, teams)],
        "levels": [_level(level, danger=whole.row.danger) for level in support_pathways.PATHWAYS_OF],
    }
    return answer, 200, {"ETag": etag.of(whole.row.revision)}


@api.post("/next")
@api.arguments(forms.NothingBody, example=schemas.EXAMPLES["nothing"])
@api.response(200, schemas.ReviewItem)
@access.requires(Role.REVIEWER)
def claim_next(_body: dict[str, Any]) -> ResponseReturnValue:
    """Claim the next unclaimed review: danger first, then by due time; 404 if there is none"""
    return _row(current.handle(ClaimNextReview(reader=reader())))


@api.post("/<uuid:review_id>/claim")
@api.arguments(forms.ClaimBody, example=schemas.EXAMPLES["claim"])
@api.response(200, schemas.ReviewItem)
@access.requires(Role.REVIEWER)
def claim(body: dict[str, Any], review_id: UUID) -> ResponseReturnValue:
    """Claim the review until half an hour after your last change; take_over replaces another reviewer's claim"""
    current.handle(ClaimReview(review_id=review_id, reader=reader(), take_over=body["take_over"]))
    return _row(review_id)


@api.post("/<uuid:review_id>/keep-alive")
@api.arguments(forms.NothingBody, example=schemas.EXAMPLES["nothing"])
@api.response(200, schemas.ReviewItem)
@access.requires(Role.REVIEWER)
def extend_claim(_body: dict[str, Any], review_id: UUID) -> ResponseReturnValue:
    """Extend your claim; 409 if it has ended"""
    current.handle(ExtendClaim(review_id=review_id, reader=reader()))
    return _row(review_id)


@api.post("/<uuid:review_id>/release")
@api.arguments(forms.NothingBody, example=schemas.EXAMPLES["nothing"])
@api.response(200, schemas.ReviewItem)
@access.requires(Role.REVIEWER)
def release(_body: dict[str, Any], review_id: UUID) -> ResponseReturnValue:
    """Release your claim"""
    current.handle(ReleaseClaim(review_id=review_id, reader=reader()))
    return _row(review_id)


@api.post("/<uuid:review_id>/own-view")
@api.arguments(forms.OwnViewBody, example=schemas.EXAMPLES["own_view"])
@api.response(201, schemas.Made)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(Role.REVIEWER)
def add_own_view(body: dict[str, Any], review_id: UUID) -> Response:
    """Your own view, before any estimate. It cannot be changed"""
    return _made(review_id, RecordOwnView(review_id=review_id, reader=reader(), revision=etag.named_version(), **body))


@api.get("/<uuid:review_id>/estimate")
@api.response(200, schemas.EstimateAnswer)
@access.requires(Role.REVIEWER)
def one_estimate(review_id: UUID) -> ResponseReturnValue:
    """The estimate with your own view; 409 until that is recorded"""
    refuse_head()
    return _comparison(current.handle(ShowEstimate(review_id=review_id, reader=reader())))


@api.post("/<uuid:review_id>/decision")
@api.arguments(forms.DecisionBody, example=schemas.EXAMPLES["decision"])
@api.response(201, schemas.Made)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(Role.REVIEWER)
def add_decision(body: dict[str, Any], review_id: UUID) -> Response:
    """Your decision: level, pathway, the team's code, and your reasons. `levels` of the review says which go together

    Where `needs_agreement` is true it is a proposal: the review is then `agreement_needed` until a second reviewer
    answers.
    """
    return idempotency.respond(
        decide_once(review_id, body, answer=(201, _location(review_id)), revision=etag.named_version())
    )


@api.post("/<uuid:review_id>/agreement")
@api.arguments(forms.AgreementBody, example=schemas.EXAMPLES["agreement"])
@api.response(201, schemas.Made)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(Role.REVIEWER)
def add_agreement(body: dict[str, Any], review_id: UUID) -> Response:
    """A second reviewer's answer to the waiting proposal: agreement decides, refusal returns the review to waiting"""
    command = AnswerProposal(review_id=review_id, reader=reader(), revision=etag.named_version(), **body)
    return _made(review_id, command)


@api.post("/<uuid:review_id>/question")
@api.arguments(forms.QuestionBody, example=schemas.EXAMPLES["question"])
@api.response(201, schemas.Made)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(Role.REVIEWER)
def add_question(body: dict[str, Any], review_id: UUID) -> Response:
    """One coded question to the referrer; the due time is paused until they answer"""
    return _made(review_id, AskReferrer(review_id=review_id, reader=reader(), revision=etag.named_version(), **body))


@api.post("/<uuid:review_id>/ask-again-later")
@api.arguments(forms.LaterBody, example=schemas.EXAMPLES["later"])
@api.response(201, schemas.Made)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(Role.REVIEWER)
def put_off(body: dict[str, Any], review_id: UUID) -> Response:
    """Wait for the answer until that day; never where there may be danger"""
    return _made(review_id, ExtendPause(review_id=review_id, reader=reader(), revision=etag.named_version(), **body))


@api.post("/<uuid:review_id>/rounds")
@api.response(201, schemas.Made)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(Role.REVIEWER)
def add_round(review_id: UUID) -> Response:
    """A new review of a decided referral without an open case, with its own view and decision"""
    round_id = uuid4()
    command = StartRound(review_id=review_id, round_id=round_id, reader=reader(), revision=etag.named_version())
    return idempotency.respond(current.handle_once(command, answer=(201, _location(round_id))))


@api.post("/<uuid:review_id>/bases")
@api.arguments(forms.BasisBody, example=schemas.EXAMPLES["basis"])
@api.response(201, schemas.Made)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(Role.REVIEWER)
def add_basis(body: dict[str, Any], review_id: UUID) -> Response:
    """Another lawful basis with its reason; never consent"""
    return _made(review_id, AddBasis(review_id=review_id, reader=reader(), revision=etag.named_version(), **body))


@api.post("/<uuid:review_id>/withdrawal")
@api.arguments(forms.NothingBody, example=schemas.EXAMPLES["nothing"])
@api.response(201, schemas.Made)
@api.doc(parameters=[_KEY, _IF_MATCH])
@access.requires(Role.REVIEWER)
def withdraw(_body: dict[str, Any], review_id: UUID) -> Response:
    """Confirm the withdrawal that the referrer asked for: the review is closed"""
    command = ConfirmWithdrawal(review_id=review_id, reader=reader(), revision=etag.named_version())
    return _made(review_id, command)


@api.get("/consent-withdrawals")
@api.response(200, schemas.ConsentWithdrawalItems)
@access.requires(Role.REVIEWER)
def list_of_consent_withdrawals() -> ResponseReturnValue:
    """Decided reviews whose consent was withdrawn, for a reviewer to confirm, oldest first"""
    return {"items": consent_withdrawals_listed()}


def _made(review_id: UUID, command: object) -> Response:
    return idempotency.respond(current.handle_once(command, answer=(201, _location(review_id))))


def _location(review_id: UUID) -> str:
    return url_for("reviews_api.one_review", review_id=review_id)


def _row(review_id: UUID) -> ResponseReturnValue:
    row = review_queries.row(current.reading(), reader(), review_id, at=current.now())
    return asdict(row), 200, {"ETag": etag.of(row.revision)}


def _whole(whole: ReviewWhole) -> dict[str, Any]:
    body = asdict(whole)
    row: dict[str, Any] = body.pop("row")
    rounds: dict[str, Any] = body.pop("rounds")
    return (
        row | body | {"round": rounds["round"], "earlier_rounds": rounds["earlier"], "newest_id": rounds["newest_id"]}
    )


def _route(route: routing.Route) -> dict[str, Any]:
    return {
        "pathway": route.pathway,
        "team": route.team.code if route.team else None,
        "others": [team.code for team in route.others],
        "blocked": route.blocked,
    }


def _level(level: SupportLevel, *, danger: bool) -> dict[str, Any]:
    pathways = [pathway for pathway in Pathway if pathway in support_pathways.PATHWAYS_OF[level]]
    needs = [support_pathways.needs_agreement(level, pathway, danger=danger) for pathway in pathways]
    return {"level": level, "pathways": pathways, "needs_agreement": all(needs)}


def _comparison(shown: Comparison) -> dict[str, Any]:
    answer, view = shown.estimate.answer if shown.estimate else None, shown.own_view
    return {
        "own_view": view,
        "estimate": _estimate(answer) if isinstance(answer, Estimated) else None,
        "not_estimated": answer.reason if isinstance(answer, NotEstimated) else None,
        "missing": answer.missing if answer else (),
        "known_answers": answer.answers.known if answer and answer.answers else None,
        "all_answers": answer.answers.all if answer and answer.answers else None,
        "min_answers": answer.min_answers if isinstance(answer, NotEstimated) else None,
        "replaced": [
            {**vars(before), "shown_at": before.at, "cause": now.cause} for before, now in view.replacements()
        ],
    }


def _estimate(answer: Estimated) -> dict[str, Any]:
    return {**vars(answer), "contributions": [_moved(moved) for moved in answer.contributions]}


def _moved(moved: Contribution) -> dict[str, Any]:
    newest, *others = moved.sources or (None,)
    body = worded(moved)
    return {
        **vars(moved),
        "wording": body.wording,
        "direction": body.direction,
        "caution": body.caution or None,
        "origin": body.origin or None,
        "police_generated": moved.police_generated or moved.is_from_police,
        "source_referral_id": newest.referral_id if newest else None,
        "source": newest.source if newest else None,
        "further_sources": others,
    }
