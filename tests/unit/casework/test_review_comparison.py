"""An estimate in words: whole persons of a hundred, and bars that sum to what is shown."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given
from hypothesis import strategies as st

from services.casework.domain.decision import OwnView, Shown
from services.casework.domain.estimate import (
    Contribution,
    Estimated,
    EstimateShown,
    KnownAnswers,
    NotEstimated,
    SourceReferral,
)
from services.casework.entrypoints.contribution_labels import worded
from services.casework.entrypoints.review_comparison import (
    MAX_MOVED,
    EstimatePage,
    NoEstimatePage,
    in_hundred,
    replaced,
    shown,
    width,
)
from services.contracts.codes import Band, EstimateCause, NotEstimatedReason, Source, SupportLevel, Sureness
from tests.factories.reviews import RECEIVED_AT, after

APP = Flask(__name__)
Babel(APP)


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    with APP.test_request_context():
        yield


def moved(log_odds: float, **values: object) -> Contribution:
    known = {
        "feature": "thing",
        "label": "A thing",
        "domain": "about",
        "police_generated": False,
        "in_days": False,
        "is_known": values.get("value", 1) is not None,
        "value": 1,
        "observed_on": RECEIVED_AT.date(),
        "referral_source": Source.AE_NAVIGATOR,
    }
    return Contribution(log_odds=log_odds, **(known | values))  # type: ignore[arg-type]


def an_estimated(*contributions: Contribution, probability: float = 0.12, base_rate: float = 0.05) -> Estimated:
    return Estimated(
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


def a_page(answer: Estimated | NotEstimated) -> EstimatePage | NoEstimatePage:
    return shown(EstimateShown(sequence=1, cause=EstimateCause.RECEIVED, answer=answer), area="Northside")


def page(*contributions: Contribution, probability: float = 0.12, base_rate: float = 0.05) -> EstimatePage:
    found = a_page(an_estimated(*contributions, probability=probability, base_rate=base_rate))
    assert isinstance(found, EstimatePage)
    return found


class TestTheFrequencies:
    @given(st.floats(0, 1))
    def test_are_whole_persons_and_sum_to_a_hundred(self, probability: float) -> None:
        happened = in_hundred(probability)

        assert 0 <= happened <= 100
        assert abs(happened / 100 - probability) <= 0.005 + 1e-9

    @pytest.mark.parametrize(
        ("probability", "text"),
        [(0.001, "fewer than 1"), (0.12, "about 12"), (0.999, "more than 99")],
    )
    def test_claim_no_more_than_is_known(self, probability: float, text: str) -> None:
        assert text in page(probability=probability).similar


class TestTheBars:
    def test_show_the_strongest_first_and_the_rest_as_one(self) -> None:
        rows = page(*(moved(index / 10, label=f"Thing {index}") for index in range(1, 10))).moved

        assert [row["label"] for row in rows[:2]] == ["Thing 9", "Thing 8"]
        assert len(rows) == MAX_MOVED + 1
        assert rows[-1]["label"] == "3 other values that are known, together"

    def test_show_what_is_not_known_as_one_however_strong_it_is(self) -> None:
        unknown = [moved(index, value=None) for index in range(2, 9)]

        rows = page(moved(0.5, label="Age"), *unknown).moved

        assert [row["label"] for row in rows] == ["Age", "7 values that are not known, together"]
        assert (rows[1]["width"], rows[1]["words"]) == (50, "Raises it")

    @given(st.lists(st.floats(-3, 3, allow_subnormal=False), min_size=1, max_size=40))
    def test_sum_to_what_is_shown(self, log_odds: list[float]) -> None:
        """Each bar is its movement's share of the greatest, so that the bars add up as the movements do."""
        ordered = sorted(log_odds, key=abs, reverse=True)
        parts = [*ordered[:MAX_MOVED], *([sum(ordered[MAX_MOVED:])] if len(ordered) > MAX_MOVED else [])]
        greatest = max(map(abs, parts))

        rows = page(*map(moved, log_odds)).moved

        drawn = sum(row["width"] if row["up"] else -row["width"] for row in rows)
        assert abs(drawn * greatest - 50 * sum(log_odds)) <= 0.5 * len(rows) * greatest + 1e-6
        assert all(0 <= row["width"] <= 50 for row in rows)

    def test_are_shown_in_words_too(self) -> None:
        rows = page(moved(1.0), moved(-0.5), moved(0.4), moved(0.05), moved(0.001)).moved

        assert [row["words"] for row in rows] == [
            "Raises it most",
            "Lowers it most",
            "Raises it",
            "Raises it a little",
            "Hardly changes it",
        ]

    def test_are_empty_when_nothing_moved_it(self) -> None:
        assert width(0.0, 0.0) == 0
        assert page(moved(0.0)).moved[0]["words"] == "Hardly changes it"


class TestAValue:
    @pytest.mark.parametrize(
        ("feature", "value", "text"),
        [
            ("self_harm_12m", True, "Yes"),
            ("self_harm_12m", False, "No"),
            ("self_harm_12m", None, "Not known"),
            ("injury", "needs_treatment", "Needs treatment"),
            ("injury", "none", "None"),
            ("childrens_services", "none", "Not involved"),
            ("of_another_model", "some_code", "some code"),
            ("missing_episodes_12m", 3, "3"),
            ("missing_episodes_12m", 0, "0"),
        ],
    )
    @pytest.mark.parametrize("log_odds", [1.0, -1.0])
    def test_is_worded_by_itself_whatever_it_does_to_the_estimate(
        self, feature: str, value: object, text: str, log_odds: float
    ) -> None:
        words = worded(moved(log_odds, feature=feature, value=value))

        assert (words.value, words.wording) == (text, f"A thing: {text}")
        assert words.direction == ("raises" if log_odds > 0 else "lowers")

    @pytest.mark.parametrize(("value", "text"), [(True, "Yes"), (False, "Not selected"), (None, "Not known")])
    def test_of_a_choice_that_was_left_empty_is_not_an_answer_no(self, value: object, text: str) -> None:
        assert worded(moved(1.0, value=value, is_choice=True)).value == text

    def test_that_does_nothing_to_the_estimate_says_so(self) -> None:
        assert worded(moved(0.0)).direction == "neither"
        assert page(moved(0.0)).every[0]["direction"] == "Does not change it"

    def test_of_one_on_the_day_before_is_a_count(self) -> None:
        assert worded(moved(1.0, value=1, observed_on=date(2026, 11, 19))).value == "1"

    @pytest.mark.parametrize(
        ("days", "text"),
        [
            (0, "10 November 2026, the day of the referral"),
            (1, "10 November 2026, 1 day before the referral"),
            (10, "10 November 2026, 10 days before the referral"),
        ],
    )
    def test_in_days_is_a_date(self, days: int, text: str) -> None:
        words = worded(moved(1.0, value=days, in_days=True, observed_on=date(2026, 11, 10)))

        assert (words.value, words.origin) == (text, "from this referral (A&E)")

    def test_that_lies_too_far_back_is_none_and_not_unknown(self) -> None:
        assert worded(moved(1.0, value=None, is_known=True, in_days=True)).value == "None"

    @pytest.mark.parametrize("source", list(Source))
    def test_comes_from_who_made_the_referral_and_never_from_records(self, source: Source) -> None:
        origin = worded(moved(1.0, domain="family_and_care", referral_source=source)).origin

        assert origin.startswith("from this referral (")
        assert "records" not in origin

    @pytest.mark.parametrize(
        ("sources", "text"),
        [
            ([Source.AE_NAVIGATOR], "from an earlier A&E referral, 20 November 2026"),
            ([Source.HKC_SCREENING], "from an earlier police screening referral, 20 November 2026"),
            ([Source.POLICE], "from an earlier police referral, 20 November 2026"),
            (
                [Source.SCHOOL, Source.HKC_SCREENING],
                "from 2 earlier referrals (school or college, police screening), the latest 20 November 2026",
            ),
        ],
    )
    def test_of_an_earlier_referral_names_who_made_it(self, sources: list[Source], text: str) -> None:
        earlier = tuple(SourceReferral(referral_id=uuid4(), source=source) for source in sources)

        assert page(moved(1.0, sources=earlier)).moved[0]["source"] == text

    def test_says_from_which_area_earlier_referrals_are_taken(self) -> None:
        assert page(moved(1.0)).history == "The estimate uses earlier referrals in Northside only."

    def test_that_is_not_known_has_no_source(self) -> None:
        row = page(moved(1.0, value=None, police_generated=True)).moved[0]

        assert (row["source"], row["police"]) == ("", "")

    @pytest.mark.parametrize(
        ("source", "about_police", "text"),
        [
            (Source.POLICE, False, "stated by the police"),
            (Source.HKC_SCREENING, True, "recorded by the police"),
            (Source.AE_NAVIGATOR, True, "about contact with the police"),
            (Source.AE_NAVIGATOR, False, ""),
        ],
    )
    def test_is_recorded_by_the_police_only_if_they_said_it(
        self, source: Source, about_police: bool, text: str
    ) -> None:
        assert worded(moved(1.0, referral_source=source, police_generated=about_police)).police == text

    @pytest.mark.parametrize("source", list(Source))
    def test_that_counts_no_earlier_referrals_is_not_recorded_by_who_refers_now(self, source: Source) -> None:
        none_found = moved(1.0, value=0, is_counted=True, referral_source=source)

        assert (worded(none_found).origin, worded(none_found).police) == ("earlier referrals in this area", "")


SEVERAL = "The model takes several values from some answers"


class TestWhatIsNotKnown:
    @pytest.mark.parametrize(
        ("known", "missing", "text"),
        [
            (24, 1, "1 of 25 answers is not known:"),
            (23, 2, "2 of 25 answers are not known:"),
            (
                23,
                4,
                f"2 of 25 answers are not known. {SEVERAL}, so these 4 values are not known:",
            ),
        ],
    )
    @pytest.mark.parametrize("estimated", [True, False])
    def test_is_counted_as_what_is_known_is(self, known: int, missing: int, text: str, estimated: bool) -> None:
        labels = tuple(f"Thing {index}" for index in range(missing))
        counted = KnownAnswers(known=known, all=25)
        reason = NotEstimatedReason.TOO_LITTLE_INFORMATION
        answer = (
            replace(an_estimated(), missing=labels, answers=counted)
            if estimated
            else NotEstimated(reason=reason, missing=labels, answers=counted)
        )

        assert a_page(answer).not_known == text

    def test_of_what_nobody_counted_has_no_number(self) -> None:
        assert page(moved(1.0)).not_known == "Not recorded, so treated as unknown:"


class TestTooFewAnswers:
    @pytest.mark.parametrize(
        ("needed", "text"),
        [(8, "7 of 25 answers are known. An estimate needs at least 8."), (None, "7 of 25 answers are known.")],
    )
    def test_say_how_many_are_needed_where_scoring_said_it(self, needed: int | None, text: str) -> None:
        answer = NotEstimated(
            reason=NotEstimatedReason.TOO_LITTLE_INFORMATION,
            missing=(),
            answers=KnownAnswers(known=7, all=25),
            min_answers=needed,
        )

        shown_page = a_page(answer)

        assert isinstance(shown_page, NoEstimatePage)
        assert shown_page.counted == text


def with_answers(known: int) -> Shown:
    return Shown(
        sequence=1,
        band=Band.HIGH,
        model_version="3",
        probability=0.131,
        known_answers=known,
        all_answers=25,
        at=after(2),
    )


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

    def test_is_shown_with_the_new_one_and_the_cause(self) -> None:
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
        assert replaced(self.view(with_answers(10), with_answers(9)))[0]["before"].startswith(
            "Based on 10 of 25 answers: about 13 in 100"
        )
        assert row["why"] == "A link to another referral was undone: they are not about the same young person."

    def test_by_none_says_so(self) -> None:
        view = self.view(
            Shown(sequence=1, band=Band.HIGH, model_version="3", probability=0.131, at=after(2)),
            Shown(sequence=2, band=None, model_version=None, cause=EstimateCause.SOURCE_WITHDRAWN, at=after(9)),
        )

        assert [row["now"] for row in replaced(view)] == ["no estimate"]

    def test_that_was_not_replaced_is_returned_as_none(self) -> None:
        assert replaced(None) == []


class TestAValueThatTheModelHasHardlySeen:
    @pytest.mark.parametrize("log_odds", [0.0, 0.4])
    def test_is_cautioned_in_the_same_words_whatever_it_does(self, log_odds: float) -> None:
        assert page(moved(log_odds, value=12, few_seen=True)).every[0]["caution"] == (
            "The model has seen too few young people with this answer to be sure what it means. Use your own judgement."
        )

    def test_is_listed_however_little_it_does(self) -> None:
        strong = [moved(1.0) for _ in range(MAX_MOVED)]
        firearm = moved(0.0, label="Firearm", value=True, few_seen=True)

        shown_page = page(*strong, moved(0.1), firearm)

        assert shown_page.few_seen == ["Firearm: Yes"]
        assert all(row["label"] != "Firearm" for row in shown_page.moved)

    def test_alone_is_cautioned(self) -> None:
        assert page(moved(1.0)).few_seen == []
        assert [row["caution"] for row in page(*(moved(1.0) for _ in range(9))).every] == [""] * 9
