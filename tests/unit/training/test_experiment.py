"""An experiment is read whole or refused, before anything is computed."""

from importlib import resources

import pytest

from models.training import experiment as experiments
from models.training.experiment import ExperimentRefused


def the_file() -> str:
    return resources.files("models.experiments").joinpath("default.toml").read_text("utf-8")


class TestTheDefaultExperiment:
    def test_is_read(self) -> None:
        default = experiments.default()

        assert default.label.outcome == "recorded_harm"
        assert default.cohort.data == "synthetic"
        assert default.label.horizon_months == 12

    @pytest.mark.parametrize(
        ("rule", "old", "new"),
        [
            ("an arrest measures policing", 'outcome = "recorded_harm"', 'outcome = "arrested"'),
            ("cohort.data", 'data = "synthetic"', 'data = "real"'),
            ("dates out of order", "train_until = 2021-06-30", "train_until = 2022-07-30"),
            ("last calibration outcome", "test_from = 2023-07-01", "test_from = 2023-06-01"),
            ("bands must rise", "high_from = 2.5", "high_from = 1.2"),
            ("no window of shares", "high_share = [0.01, 0.12]", "high_share = [0.12, 0.01]"),
            ("not readable", "high_share = [0.01, 0.12]", "high_share = [0.01]"),
            ("2 to 16 leaves", "num_leaves = [4, 6]", "num_leaves = [4, 64]"),
            ("grid is empty", "rounds = [150, 200, 250]", "rounds = []"),
            ("not regularised", "reg_lambda = 5.0", "reg_lambda = 0.0"),
            ("does not have", 'feature = "substance_use"', 'feature = "star_sign"'),
            ("not readable", "seed = 20261122", "sead = 20261122"),
            ("not readable", "[cohort]", "[cohort"),
            ("bootstrap", "bootstrap = 200", "bootstrap = 20"),
            ("capacities", "capacities = [0.05, 0.10, 0.20]", "capacities = [5, 10, 20]"),
            ("seen.expected_events", "expected_events = 16.3", "expected_events = 9"),
            ("definition", 'harm_event = "being harmed by violence"', 'harm_event = ""'),
        ],
    )
    def test_is_refused_when_it_breaks_a_rule(self, rule: str, old: str, new: str) -> None:
        assert old in the_file()

        with pytest.raises(ExperimentRefused, match=rule):
            experiments.read(the_file().replace(old, new).encode())
