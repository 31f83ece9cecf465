"""The API for data scientists: models, rows estimated without being kept, and how an estimate came to change."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, ClassVar
from uuid import UUID

from flask.views import MethodView

from services.contracts.codes import Role
from services.platform.web import access, current, request_guard
from services.platform.web.api import ApiBlueprint
from services.scoring.adapters import queries
from services.scoring.adapters.champion import LoadedChampion
from services.scoring.adapters.champions import Champions
from services.scoring.adapters.queries import ModelRow
from services.scoring.adapters.replay import NoSuchEstimate
from services.scoring.application.rescore import NoModel
from services.scoring.application.score import allowed
from services.scoring.domain.result import AnswerLimits, Estimate, Result, counts
from services.scoring.entrypoints import schemas
from services.scoring.entrypoints.subscriptions import coded


def blueprint(champions: Champions, limits: AnswerLimits) -> ApiBlueprint:
    api = ApiBlueprint("estimates", __name__, url_prefix="/scoring/api/v1", description="Estimates and models")

    @api.route("/models")
    class Models(MethodView):
        @api.response(200, schemas.ModelsSchema)
        @access.requires(Role.DATA_SCIENTIST, Role.BOARD_MEMBER)
        def get(self) -> dict[str, Any]:
            """Every model version that has estimated, and the champion."""
            return {"models": described(champions)}

    @api.route("/estimates")
    class Estimates(MethodView):
        decorators: ClassVar = [request_guard.body_limit(schemas.MAX_ROWS * schemas.MAX_BYTES_OF_A_ROW)]

        @api.arguments(schemas.EstimatesSchema, example={"rows": [schemas.EXAMPLE_ROW]})
        @api.response(200, schemas.AnswersSchema)
        @access.requires(Role.DATA_SCIENTIST)
        def post(self, body: Mapping[str, Any]) -> dict[str, Any]:
            """Estimate and explain up to 200 rows. Nothing of them is kept."""
            champion = champions.current()
            if champion is None:
                raise NoModel
            with current.transaction() as transaction:
                details = {"rows": len(body["rows"])}
                transaction.audit("rows.estimated", subject_type="model", subject_id=champion.version, details=details)
            return {
                "model_version": champion.version,
                "invented_data": champion.invented_data,
                "rows": [_said(_answer(row, champion, limits)) for row in body["rows"]],
            }

    @api.route("/estimates/<uuid:estimate_id>/changes")
    class Changes(MethodView):
        @api.response(200, schemas.ChangesSchema)
        @access.requires(Role.DATA_SCIENTIST)
        def get(self, estimate_id: UUID) -> dict[str, Any]:
            """The estimates of one referral up to this one, and what moved each. They are known by pseudonym."""
            with current.transaction() as transaction:
                asking = current.identity().organisation_class
                found = queries.answers_up_to(transaction.connection, estimate_id, asking=asking)
                if not found:
                    raise NoSuchEstimate
                transaction.audit("estimate.changes_read", subject_type="estimate", subject_id=estimate_id)
            return {"answers": found}

    return api


def described(champions: Champions) -> list[dict[str, Any]]:
    """Every known model, the champion first whether or not it has estimated."""
    champion = champions.current()
    known = queries.models_newest_first(current.reading())
    if champion is not None and champion.version not in {row.model_version for row in known}:
        known.insert(0, ModelRow(**champion.description, evaluation=champion.evaluation, described_at=None))
    in_use = champion.version if champion is not None else None
    rows = [{**vars(row), "is_champion": row.model_version == in_use} for row in known]
    return sorted(rows, key=lambda row: not row["is_champion"])


def _answer(row: Mapping[str, Any], champion: LoadedChampion, limits: AnswerLimits) -> Result:
    stated_at = datetime.combine(row["stated_on"], time(12), UTC) if row["stated_on"] else current.now()
    answer = champion.answer({"age": row["age"], **coded(row["facts"])}, stated_at=stated_at, earlier=())
    return allowed(answer, champion=champion, demonstration=current.service().demonstration, limits=limits)


def _said(answer: Result) -> dict[str, Any]:
    counted = counts(answer)
    if not isinstance(answer, Estimate):
        return {**vars(answer), **counted, "not_estimated": answer.reason, "out_of_range": answer.facts}
    low, high = answer.interval or (None, None)
    return counted | {**vars(answer), "not_estimated": None, "interval_low": low, "interval_high": high}
