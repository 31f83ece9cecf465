"""The API for data scientists: models, estimates of rows that are not stored, and the changes of an estimate."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any, ClassVar
from uuid import UUID

from flask.views import MethodView

from services.contracts.codes import Role
from services.platform.web import access, current, request_guard
from services.platform.web.api import ApiBlueprint
from services.scoring import queries, schemas
from services.scoring.champion.port import Champion
from services.scoring.estimate import Estimate, Result, counts
from services.scoring.referral import coded
from services.scoring.replay import NoSuchEstimate
from services.scoring.rescore import NoModel
from services.scoring.score import Scorer


def blueprint(scorer: Scorer) -> ApiBlueprint:
    api = ApiBlueprint("estimates", __name__, url_prefix="/scoring/api/v1", description="Estimates and models")

    @api.route("/models")
    class Models(MethodView):
        @api.response(200, schemas.ModelsSchema)
        @access.requires(Role.DATA_SCIENTIST, Role.BOARD_MEMBER)
        def get(self) -> dict[str, Any]:
            """Every model version that has estimated, and the champion."""
            return {"models": queries.known_models(current.reading(), scorer.current())}

    @api.route("/estimates")
    class Estimates(MethodView):
        decorators: ClassVar = [request_guard.body_limit(schemas.MAX_ROWS * schemas.MAX_BYTES_OF_A_ROW)]

        @api.arguments(schemas.EstimatesSchema, example={"rows": [schemas.EXAMPLE_ROW]})
        @api.response(200, schemas.AnswersSchema)
        @access.requires(Role.DATA_SCIENTIST)
        def post(self, body: Mapping[str, Any]) -> dict[str, Any]:
            """Estimate and explain up to 200 rows. Nothing of them is stored."""
            champion = scorer.current()
            if champion is None:
                raise NoModel
            with current.transaction() as transaction:
                details = {"rows": len(body["rows"])}
                transaction.audit("rows.estimated", subject_type="model", subject_id=champion.version, details=details)
            return {
                "model_version": champion.version,
                "invented_data": champion.invented_data,
                "rows": [_to_json(_score(row, champion, scorer)) for row in body["rows"]],
            }

    @api.route("/estimates/<uuid:estimate_id>/changes")
    class Changes(MethodView):
        @api.response(200, schemas.ChangesSchema)
        @access.requires(Role.DATA_SCIENTIST)
        def get(self, estimate_id: UUID) -> dict[str, Any]:
            """The estimates of one referral up to this one, and what changed each. They are identified by pseudonym."""
            with current.transaction() as transaction:
                viewer = current.identity().organisation_class
                found = queries.results_up_to(transaction.connection, estimate_id, viewer=viewer)
                if not found:
                    raise NoSuchEstimate
                transaction.audit("estimate.changes_read", subject_type="estimate", subject_id=estimate_id)
            return {"answers": found}

    return api


def _score(row: Mapping[str, Any], champion: Champion, scorer: Scorer) -> Result:
    stated_at = datetime.combine(row["stated_on"], time(12), UTC) if row["stated_on"] else current.now()
    return scorer.score(champion, {"age": row["age"], **coded(row["facts"])}, stated_at=stated_at, earlier=())


def _to_json(result: Result) -> dict[str, Any]:
    counted = counts(result)
    if not isinstance(result, Estimate):
        return {**vars(result), **counted, "not_estimated": result.reason, "out_of_range": result.facts}
    low, high = result.interval or (None, None)
    return counted | {**vars(result), "not_estimated": None, "interval_low": low, "interval_high": high}
