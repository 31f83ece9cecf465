"""Checks a training set before anything is computed from it."""

from __future__ import annotations

import numpy as np
from sklearn import metrics

from models.data.chance import Flags, Numbers
from models.data.dataset import Dataset
from models.features.specification import Missing

FEWEST_HARMED = 200  # fewer events cannot carry this many features
MAX_MISSING = 0.95
# No single known fact tells the coming year: one that does has seen it.
LEAKS_ABOVE_AUC = 0.85
ENOUGH_PEOPLE = 10_000


class DataRefused(ValueError):
    """The data cannot be trained on; `findings` says everything that is wrong with it."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("; ".join(findings))
        self.findings = findings


def check(data: Dataset, *, label_share: tuple[float, float]) -> None:
    """Raise DataRefused unless shape, ranges, dates, label and missing values are as promised."""
    findings = [*_shape(data), *_label(data, label_share)]
    if not findings:  # the columns cannot be read when the shape is wrong
        findings = [finding for index in range(data.rows.shape[1]) for finding in _column(data, index)]
    if findings:
        raise DataRefused(findings)


def _shape(data: Dataset) -> list[str]:
    findings = []
    people = len(data.label)
    if data.rows.shape != (people, len(data.registry.features)) or data.known.shape != data.rows.shape:
        findings.append(f"rows are {data.rows.shape}, not {(people, len(data.registry.features))}")
    if any(len(part) != people for part in (data.received_on, data.chance, data.observable, data.known_facts)):
        findings.append("columns of different lengths")
    if np.isnat(data.received_on).any() or (np.diff(data.received_on) < np.timedelta64(0, "D")).any():
        findings.append("referrals are not in the order of their dates")
    return findings


def _label(data: Dataset, share: tuple[float, float]) -> list[str]:
    harmed = int(data.label.sum())
    findings = [] if harmed >= FEWEST_HARMED else [f"only {harmed} harmed, at least {FEWEST_HARMED} are needed"]
    if not share[0] <= data.label.mean() <= share[1]:
        findings.append(f"label share {data.label.mean():.4f} outside {share[0]}..{share[1]}")
    return findings


def _column(data: Dataset, index: int) -> list[str]:
    feature, values = data.registry.features[index], data.rows[:, index]
    # Of the others "not known" has a meaning of its own: nothing on record, no strength named.
    known = data.known[:, index] if feature.missing is Missing.UNKNOWN else np.ones(len(data), dtype=np.bool_)
    if not ((values >= feature.low) & (values <= feature.high)).all():
        return [f"{feature.name}: values outside {feature.low}..{feature.high}"]
    findings = []
    if (values[~known] != feature.unknown_as).any():
        findings.append(f"{feature.name}: 'not known' is not {feature.unknown_as}")
    if 1.0 - known.mean() > MAX_MISSING:
        findings.append(f"{feature.name}: known for fewer than {1 - MAX_MISSING:.0%}")
    elif values[known].min() == values[known].max():
        findings.append(f"{feature.name}: always the same")
    elif _separation(values[known], data.label[known]) > LEAKS_ABOVE_AUC:
        findings.append(f"{feature.name}: tells the label by itself: it has seen the outcome")
    return findings


def _separation(values: Numbers, label: Flags) -> float:
    """The larger of AUC and 1 - AUC of one column. A leak shows in a part of the people too."""
    every = max(1, len(label) // ENOUGH_PEOPLE)
    label, values = label[::every], values[::every]
    auc = metrics.roc_auc_score(label, values) if 0 < label.sum() < len(label) else 0.5
    return float(max(auc, 1 - auc))
