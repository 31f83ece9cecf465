"""An explanation is shown only if its parts give the estimate."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import NotEstimatedReason
from services.scoring.estimate import AnswerLimits, NotEstimated, adds_up, limited
from tests.factories.scoring import an_estimate

parts = st.lists(st.floats(-1, 1), max_size=12)


class TestAnEstimate:
    @given(st.floats(-4, 2), parts)
    def test_adds_up_when_its_parts_give_the_probability(self, base: float, moved: list[float]) -> None:
        assert adds_up(an_estimate(log_odds=base, parts=moved))

    @given(st.floats(-4, 2), parts, st.sampled_from([-0.5, -1e-5, 1e-5, 0.5]))
    def test_does_not_add_up_when_a_part_is_missing(self, base: float, moved: list[float], lost: float) -> None:
        estimate = an_estimate(log_odds=base, parts=moved)

        assert not adds_up(replace(estimate, base_log_odds=base + lost))

    def test_does_not_add_up_at_certainty(self) -> None:
        assert not adds_up(replace(an_estimate(), probability=1.0))
        assert not adds_up(replace(an_estimate(), probability=0.0))


class TestARefusalOfTheModel:
    @pytest.mark.parametrize(("setting", "needed"), [(8, 8), (1, 3)])
    def test_states_how_many_answers_are_needed(self, setting: int, needed: int) -> None:
        refused = NotEstimated(reason=NotEstimatedReason.TOO_LITTLE_INFORMATION, min_answers=3)

        result = limited(refused, AnswerLimits(min_answers=setting))

        assert isinstance(result, NotEstimated)
        assert result.min_answers == needed
