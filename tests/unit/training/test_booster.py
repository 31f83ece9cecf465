"""LightGBM asked through its C interface says what it says through its own Python package, to the last bit."""

import math
import random
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import lightgbm
import numpy as np
import pytest

from models.inference.booster import Booster, NotABooster
from tests.factories.champion import trained

ROWS = 300


@cache
def booster() -> Booster:
    return Booster(trained().booster)


@cache
def rows() -> list[tuple[float, ...]]:
    """Known and not known, inside what training saw and far outside it."""
    chance = random.Random(3)  # noqa: S311 (not a secret)
    values = (math.nan, 0.0, 1.0, 0.5, 1e-40, -1.0, 17.0, 1e300)
    return [tuple(chance.choices(values, k=len(booster().names))) for _ in range(ROWS)]


@cache
def of_the_package() -> list[list[float]]:
    package = lightgbm.Booster(model_str=trained().booster.decode("ascii"))
    said: list[list[float]] = np.asarray(package.predict(np.array(rows()), pred_contrib=True, num_threads=1)).tolist()
    return said


class TestABooster:
    def test_names_the_columns_that_its_package_names(self) -> None:
        package = lightgbm.Booster(model_str=trained().booster.decode("ascii"))

        assert list(booster().names) == package.feature_name()

    def test_gives_the_contributions_that_its_package_gives(self) -> None:
        assert [booster().contributions(row) for row in rows()] == of_the_package()

    def test_gives_them_to_several_threads_at_once(self) -> None:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(booster().contributions, rows() * 10)) == of_the_package() * 10

    @pytest.mark.parametrize("off", [-1, 1])
    def test_refuses_a_row_of_another_length(self, off: int) -> None:
        with pytest.raises(ValueError, match="size"):
            booster().contributions((0.0,) * (len(booster().names) + off))

    @pytest.mark.parametrize("text", [b"", b"not a model", b"tree\nfeature_names=a b\n"])
    def test_is_not_made_of_another_text(self, text: bytes) -> None:
        with pytest.raises(NotABooster):
            Booster(text)
