"""Presenters of an estimate: for how many of a hundred, what moved it, and what it did not use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from services.casework.domain.decision import OwnView, Shown
from services.casework.domain.estimate import Contribution, Estimated, EstimateShown, KnownAnswers, NotEstimated
from services.casework.entrypoints.contribution_labels import direction_label, worded
from services.casework.entrypoints.review_labels import label
from services.contracts.codes import Band, NotEstimatedReason
from services.platform.i18n import N_
from services.platform.ui import dates

Row = dict[str, Any]

MAX_MOVED = 6
_WIDEST = 50
_LITTLE = 0.1
"""Below this share of the greatest movement it moved the estimate a little."""
_BANDS = {
    Band.USUAL: N_("About the usual chance of %(harm)s"),
    Band.RAISED: N_("Higher than usual chance of %(harm)s"),
    Band.HIGH: N_("Much higher than usual chance of %(harm)s"),
}
_SHORT_BANDS = {
    Band.USUAL: N_("about the usual chance"),
    Band.RAISED: N_("higher than the usual chance"),
    Band.HIGH: N_("much higher than the usual chance"),
}


@dataclass(frozen=True, kw_only=True)
class EstimatePage:
    heading: str
    """For a sparse estimate: on how few answers it is based. The band's label is then shown below it."""
    band: str
    about: str
    usual: str
    similar: str
    others: str
    likely: str
    dots: int
    invented: bool
    moved: list[Row]
    every: list[Row]
    few_seen: list[str]
    """Values of which the training data had too few, however little they moved the estimate."""
    missing: Sequence[str]
    not_known: str
    history: str
    model: str


@dataclass(frozen=True)
class NoEstimatePage:
    reason: str
    counted: str = ""
    """For too few answers: how many are known, and how many an estimate needs."""
    missing: Sequence[str] = ()
    not_known: str = ""


def shown(estimate: EstimateShown | None, *, area: str) -> EstimatePage | NoEstimatePage:
    """`area` is the display name of the referral's area."""
    if estimate is None:
        return NoEstimatePage(str(_("There is no estimate to show you.")))
    if isinstance(estimate.answer, NotEstimated):
        return _no_estimate(estimate.answer)
    return _estimate(estimate.answer, area)


def replaced(view: OwnView | None) -> list[Row]:
    """Returns each replaced estimate that the reviewer was shown: old and new figures, and why. Excludes values."""
    return [
        {
            "timestamp": dates.timestamp(before.at),
            "before": _figures(before),
            "now": _figures(now),
            "why": label(now.cause) if now.cause else "",
        }
        for before, now in (view.replacements() if view else ())
    ]


def _figures(one: Shown) -> str:
    if one.probability is None or one.band is None:
        return str(_("no estimate"))
    number, band = _about(in_hundred(one.probability)), str(_(_SHORT_BANDS[one.band]))
    figures = str(_("%(number)s in 100: %(band)s", number=number, band=band))
    if one.known_answers is None or one.all_answers is None:
        return figures
    return f"{based_on(KnownAnswers(known=one.known_answers, all=one.all_answers))}: {figures}"


def based_on(answers: KnownAnswers) -> str:
    return str(
        ngettext(
            "Based on %(num)d of %(all)d answers", "Based on %(num)d of %(all)d answers", answers.known, all=answers.all
        )
    )


def _no_estimate(answer: NotEstimated) -> NoEstimatePage:
    return NoEstimatePage(
        reason=label(answer.reason),
        counted=_too_few(answer),
        missing=answer.missing,
        not_known=_not_known(answer),
    )


def _too_few(answer: NotEstimated) -> str:
    if answer.reason is not NotEstimatedReason.TOO_LITTLE_INFORMATION or answer.answers is None:
        return ""
    known, of = answer.answers.known, answer.answers.all
    known_of_all = ngettext(
        "%(num)d of %(all)d answers is known.", "%(num)d of %(all)d answers are known.", known, all=of
    )
    if answer.min_answers is None:
        return str(known_of_all)
    return f"{known_of_all} {_('An estimate needs at least %(number)d.', number=answer.min_answers)}"


def _not_known(answer: Estimated | NotEstimated) -> str:
    """Returns the heading above the unknown values. One answer may give several of them."""
    if answer.answers is None:
        return str(_("Not recorded, so treated as unknown:"))
    unknown, of = answer.answers.all - answer.answers.known, answer.answers.all
    counted = str(
        ngettext("%(num)d of %(all)d answers is not known", "%(num)d of %(all)d answers are not known", unknown, all=of)
    )
    if len(answer.missing) <= unknown:
        return f"{counted}:"
    values = _(
        "The model takes several values from some answers, so these %(number)d values are not known:",
        number=len(answer.missing),
    )
    return f"{counted}. {values}"


def _estimate(answer: Estimated, area: str) -> EstimatePage:
    harm = answer.harm_event or str(_("the harm that the model estimates"))
    within = ngettext("%(num)d month", "%(num)d months", answer.horizon_months)
    happened, base = in_hundred(answer.probability), in_hundred(answer.base_rate)
    band, counted = str(_(_BANDS[answer.band], harm=harm)), based_on(answer.answers) if answer.answers else ""
    return EstimatePage(
        heading=counted if answer.sparse else band,
        band=str(_("From so few answers: %(band)s", band=band[:1].lower() + band[1:])) if answer.sparse else "",
        about=str(_("The estimate is about %(harm)s within %(within)s of the referral.", harm=harm, within=within)),
        usual=str(_("Of 100 young people who are referred, it happens to %(number)s.", number=_about(base))),
        similar=str(_("Of 100 with similar records it happened to %(number)s.", number=_about(happened))),
        others=str(_("To %(number)s it did not.", number=_about(100 - happened))),
        likely=_likely(answer.interval),
        dots=happened,
        invented=answer.invented_data,
        moved=_top(answer.contributions),
        every=[_row(moved) for moved in _strongest_first(answer.contributions)],
        few_seen=[worded(moved).wording for moved in answer.contributions if moved.few_seen],
        missing=answer.missing,
        not_known=_not_known(answer),
        history=str(_("The estimate uses earlier referrals in %(area)s only.", area=area)),
        model=". ".join(
            filter(
                None,
                [
                    "" if answer.sparse else counted,
                    str(
                        _(
                            "Model %(version)s, %(day)s",
                            version=answer.model_version,
                            day=dates.day(answer.estimated_at),
                        )
                    ),
                ],
            )
        ),
    )


def in_hundred(probability: float) -> int:
    """Returns whole persons of a hundred, without false precision."""
    return round(probability * 100)


def width(log_odds: float, greatest: float) -> int:
    """Returns the width of a bar, 0 to 50; the greatest movement fills its half."""
    return round(_WIDEST * abs(log_odds) / greatest) if greatest else 0


def _about(number: int) -> str:
    if number < 1:
        return str(_("fewer than 1"))
    return str(_("more than 99") if number > 99 else _("about %(number)d", number=number))


def _likely(interval: tuple[float, float] | None) -> str:
    if interval is None:
        return ""
    low, high = (in_hundred(bound) for bound in interval)
    return str(_("Likely between %(low)d and %(high)d in 100.", low=low, high=high))


def _strongest_first(contributions: Sequence[Contribution]) -> list[Contribution]:
    return sorted(contributions, key=lambda moved: -abs(moved.log_odds))


def _top(contributions: Sequence[Contribution]) -> list[Row]:
    """Returns the strongest known values, then all other known values as one row, then all unknown values as one row.

    The bars sum to the total. Unknown values are not reasons by themselves, so they never fill the list.
    """
    known = [moved for moved in _strongest_first(contributions) if moved.is_known]
    unknown = [moved for moved in contributions if not moved.is_known]
    rest = known[MAX_MOVED:]
    top = [(_row(moved), moved.log_odds) for moved in known[:MAX_MOVED]]
    single = len(top)
    if rest:
        label = ngettext(
            "%(num)d other value that is known", "%(num)d other values that are known, together", len(rest)
        )
        top.append(_together(label, rest))
    if unknown:
        label = ngettext("%(num)d value that is not known", "%(num)d values that are not known, together", len(unknown))
        top.append(_together(label, unknown))
    greatest = max((abs(log_odds) for _row_, log_odds in top), default=0.0)
    labelled: set[bool] = set()
    return [
        row | _bar(log_odds, greatest, labelled, single=index < single) for index, (row, log_odds) in enumerate(top)
    ]


def _together(label: str, parts: Sequence[Contribution]) -> tuple[Row, float]:
    return {"label": str(label), "value": "", "source": "", "police": "", "caution": ""}, sum(
        moved.log_odds for moved in parts
    )


def _bar(log_odds: float, greatest: float, labelled: set[bool], *, single: bool) -> Row:
    """`labelled` has the directions whose strongest value is labelled, so that only one is."""
    up = log_odds > 0
    first = single and up not in labelled
    labelled.add(up)
    return {"up": up, "width": width(log_odds, greatest), "words": _movement(log_odds, greatest, first=first)}


def _movement(log_odds: float, greatest: float, *, first: bool) -> str:
    if not greatest or not width(log_odds, greatest):
        return str(_("Hardly changes it"))
    up = log_odds > 0
    if abs(log_odds) < _LITTLE * greatest:
        return str(_("Raises it a little") if up else _("Lowers it a little"))
    if first:
        return str(_("Raises it most") if up else _("Lowers it most"))
    return direction_label(log_odds)


def _row(moved: Contribution) -> Row:
    labelled = worded(moved)
    return {
        "label": labelled.label,
        "value": labelled.value,
        "source": labelled.origin,
        "police": labelled.police,
        "caution": labelled.caution,
        "direction": direction_label(moved.log_odds),
    }
