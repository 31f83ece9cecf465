"""The page of referral progress and waiting times, and the same as a file."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.contracts.codes import Role
from services.oversight import exports, presenters, reading
from services.oversight.report import EVERYWHERE
from services.platform.ui import dates
from services.platform.web import access, current

pages = Blueprint("steps", __name__, url_prefix="/oversight")


@pages.get("/")
@access.requires(Role.BOARD_MEMBER)
def steps() -> ResponseReturnValue:
    period, area = request.args.get("period") or None, request.args.get("area", EVERYWHERE)
    try:
        found = reading.read(period, area, form="page")
    except reading.AreaNotFinal:
        # The quarter was changed and the area was not. The page says when areas are published.
        return redirect(url_for(".steps", period=period), code=303)
    except reading.NothingFrozen as error:
        if period or area:
            raise
        first_at, invented = dates.timestamp(error.first_at), current.service().demonstration
        return render_template("oversight/nothing_yet.html", first_at=first_at, invented_data=invented)
    return render_template(
        "oversight/steps.html",
        page=presenters.page(found),
        filters=presenters.filters(found),
        file=url_for(".file", period=found.period.code, area=area or None),
    )


@pages.get("/steps/<period>.csv")
@access.requires(Role.BOARD_MEMBER)
def file(period: str) -> ResponseReturnValue:
    found = reading.read(period, request.args.get("area", EVERYWHERE), form="csv")
    name = "-".join(filter(None, ("steps", found.period.code, found.area))) + ".csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(exports.to_csv(found), mimetype="text/csv", headers=headers)
