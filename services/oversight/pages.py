"""The page of how referrals move, and the same as a file."""

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.kernel.web import access
from services.oversight import exports, presenters, reading
from services.oversight.report import EVERYWHERE

pages = Blueprint("steps", __name__, url_prefix="/oversight")


@pages.get("/")
@access.requires(Role.BOARD_MEMBER)
def steps() -> ResponseReturnValue:
    area = request.args.get("area", EVERYWHERE)
    report, quarters = reading.read(request.args.get("period") or None, area, form="page")
    return render_template(
        "oversight/steps.html",
        page=presenters.page(report),
        filters=presenters.filters(report, quarters),
        file=url_for(".file", period=report.period, area=area or None),
    )


@pages.get("/steps/<period>.csv")
@access.requires(Role.BOARD_MEMBER)
def file(period: str) -> ResponseReturnValue:
    area = request.args.get("area", EVERYWHERE)
    report, _ = reading.read(period, area, form="csv")
    name = "-".join(filter(None, ("steps", report.period, report.area))) + ".csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(exports.to_csv(report), mimetype="text/csv", headers=headers)
