"""A level of support and a pathway agree, or the decision is refused with both named."""

import itertools

import pytest

from services.casework.domain import support_pathways
from services.casework.entrypoints.review_api_schemas import EXAMPLES
from services.contracts.codes import CASE_PATHWAYS, HAND_OVERS, Pathway, SupportLevel

SOMEBODY = CASE_PATHWAYS | HAND_OVERS
AGREEING = {
    *itertools.product([SupportLevel.URGENT, SupportLevel.PLANNED], SOMEBODY),
    *itertools.product([SupportLevel.LIGHT], HAND_OVERS),
    (SupportLevel.LIGHT, Pathway.EARLY_INTERVENTION),
    (SupportLevel.LIGHT, Pathway.UNIVERSAL_SUPPORT),
    (SupportLevel.NONE, Pathway.UNIVERSAL_SUPPORT),
    (SupportLevel.NONE, Pathway.NO_FURTHER_ACTION),
}
LEVELS = [level for level in SupportLevel if level is not SupportLevel.NOT_ENOUGH_INFORMATION]


class TestLevelAndPathway:
    @pytest.mark.parametrize(("level", "pathway"), list(itertools.product(LEVELS, Pathway)))
    def test_agree_as_the_partnership_settled(self, level: SupportLevel, pathway: Pathway) -> None:
        if (level, pathway) in AGREEING:
            support_pathways.check(level, pathway)
            return
        with pytest.raises(support_pathways.LevelAndPathwayDisagree) as refusal:
            support_pathways.check(level, pathway)
        assert [error.pointer for error in refusal.value.errors] == ["/level", "/pathway"]

    def test_agree_in_the_example_of_the_api(self) -> None:
        example = EXAMPLES["decision"]

        support_pathways.check(SupportLevel(example["level"]), Pathway(example["pathway"]))


class TestASecondReviewer:
    @pytest.mark.parametrize(("level", "pathway"), sorted(AGREEING))
    def test_is_needed_for_less_than_urgent_support_in_danger(self, level: SupportLevel, pathway: Pathway) -> None:
        urgent = level is SupportLevel.URGENT

        assert support_pathways.needs_agreement(level, pathway, danger=True) is not urgent
        assert not support_pathways.needs_agreement(level, pathway, danger=False)
