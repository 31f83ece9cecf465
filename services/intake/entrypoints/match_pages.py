"""Two referrals that may be about one person, side by side, for a reviewer who may know both."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from services.contracts.codes import Role
from services.intake.adapters import queries
from services.intake.application.decide_match import DecideMatch
from services.intake.domain.known import Known, known_of
from services.intake.domain.match import MatchState, NoSuchMatch
from services.intake.domain.matching import compare
from services.intake.domain.referral import Referral
from services.intake.entrypoints import caller, labels, match_labels
from services.intake.entrypoints.forms import MatchForm
from services.platform.errors import ApplicationError, Stale
from services.platform.ui import dates
from services.platform.ui.forms import Form
from services.platform.ui.phones import dialled
from services.platform.web import access, current

pages = Blueprint("matches", __name__, url_prefix="/intake/matches")


@pages.get("/<uuid:match_id>")
@access.requires(Role.REVIEWER)
def show(match_id: UUID) -> ResponseReturnValue:
    view = _read(match_id)
    return _page(view, Form(MatchForm(), {"version": view.match.version}))


@pages.post("/<uuid:match_id>")
@access.requires(Role.REVIEWER)
def decide(match_id: UUID) -> ResponseReturnValue:
    form = Form.received(MatchForm(), request.form)
    if form.is_valid:
        try:
            current.handle(_command(match_id, form.data))
        except (Stale, NoSuchMatch):
            raise
        except ApplicationError as fault:
            form.reject(fault)
        else:
            return redirect(url_for(".show", match_id=match_id, done="yes"), code=303)
    return _page(_read(match_id), form)


def _command(match_id: UUID, data: dict[str, Any]) -> DecideMatch:
    return DecideMatch(
        match_id=match_id,
        expected_version=data["version"],
        state=data["state"],
        reason=data["reason"],
        viewer=caller.viewer(),
    )


def _read(match_id: UUID) -> queries.MatchView:
    """The match, with an audit row for the two records that are shown. Raises NoSuchMatch."""
    with current.transaction() as transaction:
        view = queries.match_for(transaction.connection, match_id, caller.viewer())
        if view is None:
            raise NoSuchMatch
        shown = {"referrals": [str(view.earlier.id), str(view.later.id)]}
        transaction.audit("match.read", subject_type="match", subject_id=match_id, reason="match", details=shown)
    return view


def _page(view: queries.MatchView, form: Form) -> ResponseReturnValue:
    names = caller.areas(current.identity())
    return render_template(
        "intake/match.html",
        form=form,
        match=view.match,
        state=labels.label(view.match.state),
        rows=_rows(view, names),
        earlier=view.earlier,
        later=view.later,
        choices=_choices(view.match.state, is_hidden=_is_hidden(view)),
        hidden=[
            _(
                "Consent for %(reference)s was withdrawn on %(day)s, so its details are hidden.",
                reference=side.reference,
                day=dates.day(dates.local(side.withdrawn_at).date()),
            )
            for side in (view.earlier, view.later)
            if side.referral is None and side.withdrawn_at
        ],
        history=[_entry(entry) for entry in view.history],
        done=request.args.get("done") == "yes",
    ), form.status


def _is_hidden(view: queries.MatchView) -> bool:
    return view.earlier.referral is None or view.later.referral is None


def _choices(state: MatchState, *, is_hidden: bool) -> list[dict[str, str]]:
    undo = {
        "value": MatchState.UNDONE.value,
        "text": _("Undo the link: they are not the same person, or we cannot tell"),
    }
    link = {"value": MatchState.LINKED.value, "text": _("They are the same person: link the two referrals")}
    apart = {"value": MatchState.NOT_SAME.value, "text": _("They are not the same person")}
    if is_hidden:
        # Without the details only undoing a link is possible.
        return [undo] if state is MatchState.LINKED else []
    if state is MatchState.LINKED:
        return [undo, apart]
    return [link] if state is MatchState.NOT_SAME else [link, apart]


def _entry(entry: queries.Attribution) -> dict[str, Any]:
    by = entry.by or (_("a reviewer") if entry.reason else _("the matching rule"))
    return {"title": labels.label(entry.state), "at": entry.at, "by": by, "text": entry.reason}


def _rows(view: queries.MatchView, areas: dict[str, str]) -> list[dict[str, Any]]:
    """What is compared, with how it agrees; then what helps a person to tell. Nothing of it when one is hidden: that
    something agrees would tell the one from the other.
    """
    if view.earlier.referral is None or view.later.referral is None:
        return []
    pair = (view.earlier.referral, view.later.referral)
    earlier, later = (_shown(referral, areas) for referral in pair)
    one, other = map(_known, pair)
    comparison = compare(one, other)
    return [
        {
            "title": _(title),
            "earlier": earlier[name],
            "later": later[name],
            "compared": match_labels.compared(name, one, other, comparison),
        }
        for name, title in (labels.IDENTIFIERS | labels.DISTINGUISHING).items()
        if earlier[name] or later[name]
    ]


def _known(referral: Referral) -> Known:
    young_person = referral.content.young_person
    return known_of(young_person, age=referral.age, at=referral.recorded_at, test_numbers=True)


def _shown(referral: Referral, areas: dict[str, str]) -> dict[str, str]:
    who = referral.content.young_person
    return {
        "nhs_number": who.nhs_number or "",
        "name": who.name or "",
        "date_of_birth": dates.day(who.date_of_birth),
        "age": "" if referral.age.years is None else str(referral.age.years),
        "postcode": who.postcode or "",
        "phone": dialled(who.phone or ""),
        "other_names": who.other_names or "",
        "address": who.address or "",
        "school": who.school or "",
        "what": ", ".join(labels.label(code) for code in referral.content.what_happened),
        "area": areas.get(referral.area, referral.area),
        "source": labels.label(referral.source),
    }
