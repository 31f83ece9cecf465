"""The frozen report as JSON."""

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from services.contracts.codes import Role
from services.oversight import reading
from services.oversight.report import EVERYWHERE
from services.platform.web import access
from services.platform.web.api import ApiBlueprint
from services.platform.web.fields import StrictSchema, StrictString

api = ApiBlueprint(
    "steps_api", __name__, url_prefix="/oversight/api/v1", description="Referral progress and waiting times"
)

_COUNT = 'A count rounded to the nearest 5 (to the nearest 10 until the report is final), or "*" where it is hidden'
_FINAL_ONLY = "Null until the report is final"


class AreaQuery(StrictSchema):
    area = StrictString(maximum=64, load_default=EVERYWHERE)


class HoursSchema(Schema):
    stretch = fields.String(required=True)
    made = fields.Raw(required=True, metadata={"description": _COUNT})
    median = fields.Float(required=True, allow_none=True)
    ninth = fields.Float(required=True, allow_none=True)


class ReportSchema(Schema):
    period = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    as_of = fields.AwareDateTime(required=True, metadata={"description": "When these figures were frozen"})
    final = fields.Boolean(required=True, metadata={"description": "A final report never changes"})
    next_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When the next ones will be; null of a final report"}
    )
    received = fields.Raw(required=True, metadata={"description": _COUNT})
    steps = fields.Dict(required=True)
    decided = fields.Raw(required=True, allow_none=True, metadata={"description": f"{_COUNT}. {_FINAL_ONLY}"})
    pathways = fields.Dict(required=True)
    equality = fields.Dict(required=True, allow_none=True, metadata={"description": _FINAL_ONLY})
    hours = fields.List(
        fields.Nested(HoursSchema), required=True, allow_none=True, metadata={"description": _FINAL_ONLY}
    )
    agreement = fields.Dict(required=True, allow_none=True, metadata={"description": f"{_FINAL_ONLY}, and of one area"})
    different_in_100 = fields.Integer(required=True, allow_none=True)
    invented_data = fields.Boolean(required=True)


@api.route("/steps/<period>")
class Steps(MethodView):
    @api.arguments(AreaQuery, location="query")
    @api.response(200, ReportSchema)
    @access.requires(Role.BOARD_MEMBER)
    def get(self, query: dict[str, str], period: str) -> dict[str, Any]:
        """Returns the number of referrals of a quarter ("2026-Q4") at each step, as last frozen."""
        found = reading.read(period, query["area"], form="json")
        return {
            **found.content,
            "period": found.period.code,
            "area": found.area or None,
            "as_of": found.as_of,
            "final": found.final,
            "next_at": None if found.final else found.next_at,
        }
