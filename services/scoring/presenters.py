"""Models as the page shows them, with labels and formatted numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import format_decimal, format_percent, ngettext
from flask_babel import gettext as _

_CHAMPION = "champion"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number of an evaluation: its name, its value, and how to read it."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Model:
    version: str
    is_champion: bool
    invented_data: bool
    harm_event: str
    horizon: str
    base_rate: str
    described_at: datetime | None
    people: str | None
    verdict: str | None
    metrics: list[Metric]
    baselines: list[Metric]
    features: list[Mapping[str, Any]]


def model(row: Mapping[str, Any]) -> Model:
    evaluation = row["evaluation"] or {}
    scores: Mapping[str, Any] = evaluation.get("models", {})
    return Model(
        version=row["model_version"],
        is_champion=row["is_champion"],
        invented_data=row["invented_data"],
        harm_event=str(row["harm_event"]).replace("_", " "),
        horizon=ngettext("%(num)s month", "%(num)s months", row["horizon_months"]),
        base_rate=format_percent(row["base_rate"], "#0.0%"),
        described_at=row["described_at"],
        people=_people(evaluation),
        verdict=evaluation.get("verdict"),
        metrics=_metrics(scores.get(_CHAMPION, {})),
        baselines=[_baseline(name, score) for name, score in scores.items() if name != _CHAMPION],
        features=list(row["features"]),
    )


def _people(evaluation: Mapping[str, Any]) -> str | None:
    if "people" not in evaluation:
        return None
    return str(
        _(
            "%(people)s people who were not trained on, %(harmed)s of them with a recorded harm event",
            people=format_decimal(evaluation["people"]),
            harmed=format_decimal(evaluation["harmed"]),
        )
    )


def _metrics(score: Mapping[str, Any]) -> list[Metric]:
    if not score:
        return []
    return [
        Metric(name=_("AUC"), value=_auc(score), meaning=_("0.5 is chance; 1 would be perfect ranking")),
        Metric(
            name=_("Calibration slope"),
            value=_number(score["calibration_slope"]),
            meaning=_("1 is right; below 1, high estimates are too high"),
        ),
        Metric(
            name=_("Calibration in the large"),
            value=_number(score["calibration_in_the_large"]),
            meaning=_("0 is right; in log-odds"),
        ),
        Metric(name=_("Brier score"), value=_number(score["brier"]), meaning=_("Lower is better")),
        Metric(
            name=_("Brier skill"),
            value=_number(score["brier_skill"]),
            meaning=_("0 is no better than the base rate for everybody"),
        ),
    ]


def _baseline(name: str, score: Mapping[str, Any]) -> Metric:
    return Metric(name=name.replace("_", " "), value=_auc(score), meaning="")


def _auc(score: Mapping[str, Any]) -> str:
    auc, low, high = (_number(score[name]) for name in ("auc", "auc_low", "auc_high"))
    return str(_("%(auc)s (95%% interval %(low)s to %(high)s)", auc=auc, low=low, high=high))


def _number(value: float) -> str:
    return str(format_decimal(value, "#,##0.000"))
