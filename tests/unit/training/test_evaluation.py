"""The numbers of an evaluation are the known ones, and its sentence says what they mean."""

from datetime import date

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from models.data import dataset, population
from models.data.chance import Flags, Numbers, logistic
from models.evaluation import calibration, metrics, report
from models.evaluation.calibration import NotCalibratable
from models.evaluation.metrics import Ranking


def people(number: int = 40_000, seed: int = 1) -> tuple[Numbers, Flags]:
    """True log-odds and outcomes drawn from them."""
    random = np.random.default_rng(seed)
    log_odds = random.normal(-2.5, 1.0, number)
    return log_odds, random.random(number) < logistic(log_odds)


class TestCalibration:
    def test_finds_the_line_that_a_score_was_bent_by(self) -> None:
        log_odds, outcome = people()

        line = calibration.fit(2.0 * log_odds + 3.0, outcome)

        assert line.slope == pytest.approx(0.5, abs=0.02)
        assert line.intercept == pytest.approx(-1.5, abs=0.06)

    def test_leaves_a_right_score_alone(self) -> None:
        log_odds, outcome = people()

        assert calibration.fit(log_odds, outcome).slope == pytest.approx(1.0, abs=0.04)
        assert calibration.intercept_at_slope_one(log_odds, outcome) == pytest.approx(0.0, abs=0.04)
        assert calibration.intercept_at_slope_one(log_odds - 0.7, outcome) == pytest.approx(0.7, abs=0.04)

    def test_refuses_a_score_that_falls_as_harm_rises_or_says_nothing(self) -> None:
        log_odds, outcome = people()

        with pytest.raises(NotCalibratable, match="falls"):
            calibration.fit(-log_odds, outcome)
        with pytest.raises(NotCalibratable, match="same for everyone"):
            calibration.fit(np.zeros(len(outcome)), outcome)
        with pytest.raises(NotCalibratable, match="same for everyone"):
            calibration.fit(log_odds, np.zeros(len(outcome), dtype=np.bool_))


class TestARanking:
    def test_gives_the_auc_that_scikit_learn_gives_ties_and_weights_included(self) -> None:
        log_odds, outcome = people(3_000)
        weights = np.random.default_rng(2).integers(0, 4, 3_000).astype(float)

        for score in (log_odds, np.round(log_odds)):
            ranking = Ranking(score, outcome)
            assert ranking.auc() == pytest.approx(roc_auc_score(outcome, score), abs=1e-12)
            assert ranking.auc(weights) == pytest.approx(
                roc_auc_score(outcome, score, sample_weight=weights), abs=1e-12
            )

    def test_expects_from_chances_what_outcomes_give_in_the_mean(self) -> None:
        log_odds, _ = people(3_000)
        chance = logistic(log_odds)
        random = np.random.default_rng(3)
        drawn = [Ranking(log_odds, random.random(3_000) < chance).auc() for _ in range(100)]

        assert Ranking(log_odds, chance).auc() == pytest.approx(np.mean(drawn), abs=0.005)


class TestSeeingTheHighest:
    def test_counts_who_was_harmed_among_them(self) -> None:
        log_odds = np.array([3.0, 2.0, 1.0, 0.0, -1.0, -2.0, -3.0, -4.0, -5.0, -6.0])
        outcome = np.array([True, False, True, False, False, False, False, False, False, True])

        seen = metrics.at_capacity(log_odds, outcome, 0.3)

        assert (seen.seen, seen.harmed) == (3, 2)
        assert seen.precision == pytest.approx(2 / 3)
        assert seen.found == pytest.approx(2 / 3)


class TestAReport:
    def judged(self, champion_noise: float, baseline_noise: float) -> report.Report:
        drawn = population.draw(people=6_000, seed=9, first_day=date(2024, 1, 1), last_day=date(2024, 12, 31))
        data = dataset.build(drawn, drawn.outcomes.harmed)
        random = np.random.default_rng(5)
        log_odds = {
            "champion": data.observable - 5 + random.normal(0, champion_noise, len(data)),
            "points index": data.observable - 5 + random.normal(0, baseline_noise, len(data)),
        }
        return report.evaluate(log_odds, data, capacities=(0.1,), bootstrap=100, seed=1)

    def test_says_when_the_champion_is_better(self) -> None:
        judged = self.judged(0.1, 2.0)

        assert judged.beats_baselines
        assert "is worth its opacity: better than points index" in judged.verdict

    @pytest.mark.parametrize(
        ("champion", "baseline", "words"), [(2.0, 0.1, "worse than"), (0.3, 0.3, "no clear difference to")]
    )
    def test_says_when_it_is_not(self, champion: float, baseline: float, words: str) -> None:
        judged = self.judged(champion, baseline)

        assert not judged.beats_baselines
        assert f"is NOT shown to be worth its opacity: {words} points index" in judged.verdict

    def test_knows_that_nothing_beats_the_best_observable_score_on_the_truth(self) -> None:
        on_truth = self.judged(0.3, 1.0).auc_on_truth

        assert on_truth["best observable"] > on_truth["champion"] > on_truth["points index"]
