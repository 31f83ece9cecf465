"""The same data and seed give the same model, byte for byte."""

from dataclasses import replace

from models.training import pipeline
from tests.factories.champion import small_experiment, trained


class TestTraining:
    def test_again_gives_the_same_model(self) -> None:
        again = pipeline.fit(small_experiment())

        assert again.booster == trained().booster
        assert again.manifest.data_digest == trained().manifest.data_digest
        assert replace(again.manifest, code_commit="") == replace(trained().manifest, code_commit="")
        assert again.report == trained().report

    def test_with_another_seed_gives_another(self) -> None:
        other = pipeline.fit(small_experiment(seed=4))

        assert other.manifest.data_digest != trained().manifest.data_digest
        assert other.manifest.booster_sha256 != trained().manifest.booster_sha256
