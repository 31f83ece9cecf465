"""Contributions sum to what is shown, and are the exact path-dependent SHAP values, scaled."""

import math
from dataclasses import replace
from datetime import date
from functools import cache

import lightgbm
import numpy as np
import pytest
import shap

from models.data import dataset, population
from models.data.chance import Numbers
from models.data.dataset import Dataset
from models.features.vector import FeatureVector, build
from models.inference.estimate import Contribution, Estimate
from tests.factories.champion import champion, trained

PEOPLE = 2_000
DAY = date(2026, 11, 2)


@cache
def people() -> tuple[Dataset, tuple[FeatureVector, ...]]:
    drawn = population.draw(people=PEOPLE, seed=77, first_day=DAY, last_day=DAY)
    vectors = tuple(
        build(facts, as_of=DAY, earlier=earlier) for facts, earlier in zip(drawn.facts, drawn.earlier, strict=True)
    )
    return dataset.build(drawn, drawn.outcomes.harmed), vectors


@cache
def estimates() -> tuple[tuple[int, Estimate], ...]:
    answers = [champion().estimate(vector) for vector in people()[1]]
    return tuple((place, answer) for place, answer in enumerate(answers) if isinstance(answer, Estimate))


def rows() -> Numbers:
    return people()[0].rows[[place for place, _ in estimates()]]


def explained() -> Numbers:
    return np.array([[part.log_odds for part in answer.contributions] for _, answer in estimates()])


def error_of_sum(answer: Estimate) -> float:
    return abs(answer.base_log_odds + math.fsum(part.log_odds for part in answer.contributions) - answer.log_odds)


class TestContributions:
    def test_sum_to_the_log_odds_shown(self) -> None:
        assert len(estimates()) > 0.9 * PEOPLE
        assert max(error_of_sum(answer) for _, answer in estimates()) <= 1e-9

    def test_with_one_left_out_would_not_sum(self) -> None:
        answer = max((answer for _, answer in estimates()), key=lambda answer: answer.log_odds)
        largest = max(answer.contributions, key=lambda part: part.log_odds)
        without = tuple(Contribution(*part[:4], 0.0) if part is largest else part for part in answer.contributions)

        assert error_of_sum(replace(answer, contributions=without)) > 1e-3

    def test_give_the_booster_s_own_log_odds_calibrated(self) -> None:
        booster = lightgbm.Booster(model_str=trained().booster.decode("ascii"))
        raw = np.asarray(booster.predict(rows(), raw_score=True, num_threads=1))
        manifest = trained().manifest
        calibrated = manifest.calibration_slope * raw + manifest.calibration_intercept

        assert np.abs(calibrated - [answer.log_odds for _, answer in estimates()]).max() <= 1e-9

    @pytest.mark.filterwarnings("ignore:LightGBM binary classifier with TreeExplainer")
    @pytest.mark.parametrize("own_code", [False, True], ids=["as it comes", "by its own algorithm"])
    def test_are_those_of_the_shap_package_scaled(self, own_code: bool) -> None:
        booster = lightgbm.Booster(model_str=trained().booster.decode("ascii"))
        explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
        if own_code:
            # As it comes it asks LightGBM, which is us again; so its own C++ is asked too.
            explainer.model.model_type = "internal"

        values = np.asarray(explainer.shap_values(rows(), check_additivity=False))

        scaled = values[..., -1] if values.ndim == 3 else values
        assert np.abs(scaled * trained().manifest.calibration_slope - explained()).max() <= 1e-9
