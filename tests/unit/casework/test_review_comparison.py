"""An estimate in words: whole persons of a hundred, and bars that sum to what is shown."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain.decision import OwnView, Shown
from services.casework.domain.estimate import Estimated, EstimateShown, Moved, SourceReferral
from services.casework.entrypoints.review_comparison import MOST_MOVED, EstimatePage, in_hundred, replaced, shown, width
from services.contracts.codes import Band, EstimateCause, Source, SupportLevel, Sureness
from tests.factories.reviews import RECEIVED_AT, after

APP = Flask(__name__)
Babel(APP)


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    with APP.test_request_context():
        yield


def moved(log_odds: float, **said: object) -> Moved:
    known = {"value": 1, "observed_on": RECEIVED_AT.date(), "police_generated": False, "label": "A thing"}
    return Moved(wording="", domain="about", origin="referrer", log_odds=log_odds, **(known | said))  # type: ignore[arg-type]


def page(*contributions: Moved, probability: float = 0.12, base_rate: float = 0.05) -> EstimatePage:
    answer = Estimated(
        probability=probability,
        interval=None,
        band=Band.RAISED,
        base_rate=base_rate,
        base_log_odds=-3.0,
        contributions=contributions,
        missing=(),
        harm_event="being harmed by violence",
        horizon_months=12,
        model_version="3",
        invented_data=False,
        estimated_at=RECEIVED_AT,
    )
    found = shown(EstimateShown(sequence=1, cause=EstimateCause.RECEIVED, answer=answer), area="Northside")
    assert isinstance(found, EstimatePage)
    return found


class TestTheFrequencies:
    @given(st.floats(0, 1))
    def test_are_whole_persons_and_sum_to_a_hundred(self, probability: float) -> None:
        happened = in_hundred(probability)

        assert 0 <= happened <= 100
        assert abs(happened / 100 - probability) <= 0.005 + 1e-9

    @pytest.mark.parametrize(
        ("probability", "said"),
        [(0.001, "fewer than 1"), (0.12, "about 12"), (0.999, "more than 99")],
    )
    def test_claim_no_more_than_is_known(self, probability: float, said: str) -> None:
        assert said in page(probability=probability).similar


class TestTheBars:
    def test_show_the_strongest_first_and_the_rest_as_one(self) -> None:
        rows = page(*(moved(place / 10, label=f"Thing {place}") for place in range(1, 10))).moved

        assert [row["label"] for row in rows[:2]] == ["Thing 9", "Thing 8"]
        assert len(rows) == MOST_MOVED + 1
        assert rows[-1]["label"] == "All 3 others together"

    @given(st.lists(st.floats(-3, 3, allow_subnormal=False), min_size=1, max_size=40))
    def test_sum_to_what_is_shown(self, log_odds: list[float]) -> None:
        """Each bar is its movement's share of the greatest, so that the bars add up as the movements do."""
        ordered = sorted(log_odds, key=abs, reverse=True)
        parts = [*ordered[:MOST_MOVED], *([sum(ordered[MOST_MOVED:])] if len(ordered) > MOST_MOVED else [])]
        greatest = max(map(abs, parts))

        rows = page(*map(moved, log_odds)).moved

        drawn = sum(row["width"] if row["up"] else -row["width"] for row in rows)
        assert abs(drawn * greatest - 50 * sum(log_odds)) <= 0.5 * len(rows) * greatest + 1e-6
        assert all(0 <= row["width"] <= 50 for row in rows)

    def test_are_told_in_words_too(self) -> None:
        rows = page(moved(1.0), moved(-0.5), moved(0.4), moved(0.05), moved(0.001)).moved

        assert [row["words"] for row in rows] == [
            "moved the estimate up most",
            "moved the estimate down most",
            "moved it up",
            "moved it up a little",
            "hardly moved it",
        ]

    def test_are_empty_when_nothing_moved_it(self) -> None:
        assert width(0.0, 0.0) == 0
        assert page(moved(0.0)).moved[0]["words"] == "hardly moved it"


class TestAValue:
    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (True, "Yes"),
            (None, "nothing known"),
            ("needs_treatment", "Needs treatment"),
            (3, "3"),
        ],
    )
    def test_is_told_as_a_person_would(self, value: object, said: str) -> None:
        assert page(moved(1.0, value=value)).moved[0]["value"] == said

    def test_of_days_is_told_as_days(self) -> None:
        row = page(moved(1.0, value=10, observed_on=date(2026, 11, 10))).moved[0]

        assert row["value"] == "10 days before"
        assert row["source"] == "said by the referrer, 10 November 2026"

    @pytest.mark.parametrize(
        ("sources", "said", "police"),
        [
            ([Source.AE_NAVIGATOR], "from an earlier A&E referral, 20 November 2026", False),
            ([Source.HKC_SCREENING], "from an earlier police screening referral, 20 November 2026", True),
            ([Source.POLICE], "from an earlier police referral, 20 November 2026", True),
            (
                [Source.SCHOOL, Source.HKC_SCREENING],
                "from 2 earlier referrals (school or college, police screening), the latest 20 November 2026",
                True,
            ),
        ],
    )
    def test_of_an_earlier_referral_names_who_made_it(self, sources: list[Source], said: str, police: bool) -> None:
        earlier = tuple(SourceReferral(referral_id=uuid4(), source=source) for source in sources)

        row = page(moved(1.0, sources=earlier)).moved[0]

        assert (row["source"], row["police"]) == (said, police)

    def test_says_from_which_area_earlier_referrals_are_taken(self) -> None:
        assert page(moved(1.0)).history == "The estimate uses earlier referrals in Northside only."

    def test_that_nobody_told_has_no_source(self) -> None:
        row = page(moved(1.0, value=None, police_generated=True)).moved[0]

        assert (row["source"], row["police"]) == ("", False)


class TestAReplacedEstimate:
    def view(self, *estimates: Shown) -> OwnView:
        *before, last = estimates
        return OwnView(
            id=uuid4(),
            reviewer_id=uuid4(),
            referral_version=1,
            level=SupportLevel.PLANNED,
            sureness=Sureness.FAIRLY,
            why="",
            recorded_at=after(1),
            estimate_seen_before=False,
            shown_at=after(2),
            shown=last,
            replaced=before,
        )

    def test_is_told_with_the_new_one_and_the_cause(self) -> None:
        view = self.view(
            Shown(sequence=1, band=Band.HIGH, model_version="3", probability=0.131, at=after(2)),
            Shown(
                sequence=2,
                band=Band.USUAL,
                model_version="3",
                probability=0.02,
                cause=EstimateCause.PERSONS_UNLINKED,
                at=after(9),
            ),
        )

        [row] = replaced(view)

        assert row["before"] == "about 13 in 100: much higher than the usual chance"
        assert row["now"] == "about 2 in 100: about the usual chance"
        assert row["why"] == "A link to another referral was undone: they are not about the same young person."

    def test_by_none_says_so(self) -> None:
        view = self.view(
            Shown(sequence=1, band=Band.HIGH, model_version="3", probability=0.131, at=after(2)),
            Shown(sequence=2, band=None, model_version=None, cause=EstimateCause.SOURCE_WITHDRAWN, at=after(9)),
        )

        assert [row["now"] for row in replaced(view)] == ["no estimate"]

    def test_that_was_not_replaced_is_told_as_none(self) -> None:
        assert replaced(None) == []
