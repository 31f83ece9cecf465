"""The model that `waymark train` makes: as good as its data allow, calibrated, and honest about its worth."""

import numpy as np
import pytest

from models.data.chance import logistic
from models.evaluation.report import CHAMPION
from models.inference import model as inference
from models.training import experiment as experiments
from models.training import pipeline
from models.training.pipeline import Trained


@pytest.fixture(scope="module")
def default() -> Trained:
    return pipeline.fit(experiments.default())


@pytest.mark.slow
class TestTheDefaultModel:
    def test_is_as_good_as_it_may_be_and_says_what_it_is_worth(self, default: Trained) -> None:
        report = default.report
        champion, truth = report.models[CHAMPION], report.auc_on_truth
        low, high = default.experiment.evaluation.best_observable_auc

        # Discrimination: above the plain baselines by the truth, below what no referral could exceed.
        assert 0.65 <= champion.auc <= high
        assert truth["points index"] < truth["logistic regression"] < truth[CHAMPION] < truth["best observable"]
        assert low <= truth["best observable"] <= high
        # Calibration, on people referred after the last outcome that trained it.
        assert 0.85 <= champion.calibration_slope <= 1.15
        assert abs(champion.calibration_in_the_large) <= 0.15
        assert champion.brier_skill > 0
        # The sentence follows the intervals, whichever way they fall.
        better = all(comparison.low > 0 for comparison in report.comparisons)
        assert ("is worth its opacity" in report.verdict) is better
        assert ("is NOT shown to be worth its opacity" in report.verdict) is not better
        # The highest tenth is harmed two to three times as often as the rest, not beyond belief.
        tenth = next(seen for seen in champion.at_capacity if seen.share == 0.10)
        assert 0.07 <= tenth.precision <= 0.13
        # It loads, and its golden rows fall in every band that training promised.
        model = inference.load(default.manifest.to_bytes(), default.booster)
        assert model.manifest.invented_data
        chances = logistic(np.array([row["log_odds"] for row in default.manifest.golden]))
        assert 0 < chances.min() < default.manifest.base_rate < chances.max() < 0.5
