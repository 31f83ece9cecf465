"""The same report for a program, through the same disclosed object."""

from typing import Any

from flask.views import MethodView
from marshmallow import Schema, fields

from services.contracts.codes import Role
from services.kernel.web import access
from services.kernel.web.api import ApiBlueprint
from services.kernel.web.fields import StrictSchema, StrictString
from services.oversight import reading
from services.oversight.report import EVERYWHERE, to_json

api = ApiBlueprint("steps_api", __name__, url_prefix="/oversight/api/v1", description="How referrals move")

_COUNT = 'A count rounded to the nearest 5, or "*" where it is hidden'


class AreaQuery(StrictSchema):
    area = StrictString(most=64, load_default=EVERYWHERE)


class HoursSchema(Schema):
    stretch = fields.String(required=True)
    made = fields.Raw(required=True, metadata={"description": _COUNT})
    median = fields.Float(required=True, allow_none=True)
    ninth = fields.Float(required=True, allow_none=True)


class ReportSchema(Schema):
    period = fields.String(required=True)
    area = fields.String(required=True, allow_none=True)
    received = fields.Raw(required=True, metadata={"description": _COUNT})
    steps = fields.Dict(required=True)
    decided = fields.Raw(required=True, metadata={"description": _COUNT})
    pathways = fields.Dict(required=True)
    equality = fields.Dict(required=True)
    hours = fields.List(fields.Nested(HoursSchema), required=True)
    agreement = fields.Dict(required=True, allow_none=True)
    different_in_100 = fields.Integer(required=True, allow_none=True)
    invented_data = fields.Boolean(required=True)


@api.route("/steps/<period>")
class Steps(MethodView):
    @api.arguments(AreaQuery, location="query")
    @api.response(200, ReportSchema)
    @access.requires(Role.BOARD_MEMBER)
    def get(self, query: dict[str, str], period: str) -> dict[str, Any]:
        """How many referrals of a quarter ("2026-Q4") stand at each step, and how long each step takes."""
        report, _ = reading.read(period, query["area"], form="json")
        return to_json(report)
