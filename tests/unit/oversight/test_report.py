"""What the report on a quarter shows, and that all its outputs together pin no young person down."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.codes import Pathway, SupportLevel
from services.oversight import exports
from services.oversight.disclosure import Shown
from services.oversight.durations import FEWEST_TO_TIME
from services.oversight.periods import NoSuchPeriod, Quarter
from services.oversight.reading import Reading
from services.oversight.report import EVERYWHERE, Report, disclosed, reports_on, sums, to_json
from services.oversight.timelines import Asked, Decision, ReferralTimeline, ReviewState, Step
from tests.unit.oversight.test_disclosure import attack

AREAS = ["northside", "riverside", "westborough"]
START = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def a_timeline(random: Random, *, area: str | None = None) -> ReferralTimeline:
    """A referral somewhere on its way."""
    state = random.choice(list(ReviewState))
    decision = None
    if state is ReviewState.DECIDED:
        own, seen = random.choice(list(SupportLevel)), random.random() < 0.7
        decision = Decision(
            pathway=random.choice(list(Pathway)),
            level=random.choice([own, SupportLevel.LIGHT]),
            own_level=own,
            agrees=random.random() < 0.6 if seen else None,
            model_version="1-test" if seen else None,
        )
    hours = sorted(random.uniform(0, 200) for _ in range(4))
    times = [START + timedelta(hours=hour) for hour in hours]
    return ReferralTimeline(
        referral_id=UUID(int=random.getrandbits(128)),
        version=1,
        area=area or random.choice(AREAS),
        received_at=START,
        review_version=2,
        review_state=state,
        first_claimed_at=times[0],
        decided_version=2 if decision else 0,
        decided_at=times[1] if decision else None,
        decision=decision,
        first_contact_at=times[2] if decision and random.random() < 0.6 else None,
        case_closed=bool(decision) and random.random() < 0.3,
        referrer_asked=Asked(
            ethnicity=random.random() < 0.4, sex=random.random() < 0.9, disability=random.random() < 0.1
        ),
    )


def timelines(number: int, *, seed: int = 1) -> list[ReferralTimeline]:
    random = Random(seed)  # noqa: S311 (invented people, no secret)
    return [a_timeline(random) for _ in range(number)]


def report(moved: Sequence[ReferralTimeline], *, area: str = EVERYWHERE) -> Report:
    return next(each for each in reports_on(moved, AREAS) if each.area == area)


def reading(moved: Sequence[ReferralTimeline], *, area: str = EVERYWHERE) -> Reading:
    """The final report as it is frozen and read again."""
    quarter, content = Quarter.of(START), {**to_json(report(moved, area=area)), "invented_data": True}
    return Reading(
        period=quarter,
        area=area,
        periods=[quarter],
        areas=[EVERYWHERE, *AREAS],
        as_of=quarter.ends,
        next_at=quarter.ends,
        final=True,
        final_at=quarter.ends,
        content=json.loads(json.dumps(content)),
    )


def decided(*, agreeing: int, differing: int) -> list[ReferralTimeline]:
    decision = {"pathway": Pathway.EARLY_INTERVENTION, "level": SupportLevel.LIGHT, "own_level": SupportLevel.LIGHT}
    return [
        ReferralTimeline(
            referral_id=uuid4(),
            version=1,
            area="northside",
            received_at=START,
            decided_version=1,
            review_state=ReviewState.DECIDED,
            decision=Decision(**decision, agrees=agrees, model_version="1"),  # type: ignore[arg-type]
        )
        for agrees in [True] * agreeing + [False] * differing
    ]


class TestTheReport:
    def test_counts_where_referrals_stand(self) -> None:
        shown = report(decided(agreeing=18, differing=14))

        assert str(shown.received) == "30"
        assert str(shown.steps[Step.CASE_OPENED]) == "30"
        assert str(shown.pathways[Pathway.EARLY_INTERVENTION]) == "30"
        assert str(shown.steps[Step.WAITING]) == "0"

    @pytest.mark.parametrize(("agreeing", "differing", "rate"), [(40, 20, 33), (30, 9, None), (60, 4, None)])
    def test_compares_people_and_estimate_only_where_enough_decided(
        self, agreeing: int, differing: int, rate: int | None
    ) -> None:
        assert report(decided(agreeing=agreeing, differing=differing)).different_in_100 == rate

    def test_compares_nothing_in_one_area(self) -> None:
        assert report(decided(agreeing=40, differing=20), area="northside").agreement is None

    @pytest.mark.parametrize(("number", "timed"), [(2, False), (7, False), (8, True), (40, True)])
    def test_times_a_step_by_the_number_that_it_shows(self, number: int, timed: bool) -> None:
        moved = [replace(timeline, first_claimed_at=START) for timeline in decided(agreeing=number, differing=0)]

        first = report(moved).durations[0]

        assert (first.made.value is not None, first.median is not None) == (timed, timed)

    @pytest.mark.parametrize("waiting", range(1, 8))
    def test_gives_no_waiting_referral_away_by_a_time(self, waiting: int) -> None:
        """Twelve received, so many of them waiting: neither time nor number may tell which of 1 to 7 it is."""
        read = [
            replace(timeline, decision=None, review_state=ReviewState.CLAIMED, first_claimed_at=START)
            for timeline in decided(agreeing=12 - waiting, differing=0)
        ]
        unread = [
            replace(timeline, decision=None, review_state=ReviewState.OPENED)
            for timeline in decided(agreeing=waiting, differing=0)
        ]

        shown = disclosed([*read, *unread], AREAS)

        assert shown[f"{EVERYWHERE}/{Step.WAITING}"].hidden
        assert len(set(attack(shown, sums(AREAS), f"{EVERYWHERE}/{Step.WAITING}"))) > 1
        first = report([*read, *unread]).durations[0]
        assert (first.median is None) == (first.made.hidden or (first.made.value or 0) < FEWEST_TO_TIME)

    def test_gives_page_file_and_api_the_same_numbers(self) -> None:
        found = reading(timelines(150))

        lines = list(csv.DictReader(io.StringIO(exports.to_csv(found))))
        plain = found.content

        steps = {line["row"]: line["value"] for line in lines if line["table"] == "steps"}
        assert steps == {
            **{name: str(value) for name, value in plain["steps"].items()},
            "received": str(plain["received"]),
        }

    @settings(max_examples=30)
    @given(st.integers(0, 90), st.integers(0, 10**6), st.sampled_from([EVERYWHERE, *AREAS]))
    def test_prints_no_count_of_one_to_seven_anywhere(self, number: int, seed: int, area: str) -> None:
        shown = reading(timelines(number, seed=seed), area=area)

        lines = csv.DictReader(io.StringIO(exports.to_csv(shown)))
        counts = [line["value"] for line in lines if line["measure"] == "count"]
        assert all(count == "*" or int(count) % 5 == 0 for count in counts)
        hours_left_out = {
            key: value for key, value in shown.content.items() if key not in ("hours", "different_in_100")
        }
        numbers = [token for token in json.dumps(hours_left_out).replace(",", " ").split() if token.isdigit()]
        assert all(int(token) % 5 == 0 for token in numbers)


class TestEverythingShownOfAQuarter:
    @pytest.mark.parametrize(("number", "seed"), [(25, 1), (60, 2), (60, 3), (120, 4), (120, 5), (300, 6)])
    def test_pins_no_hidden_count_down(self, number: int, seed: int) -> None:
        """All areas, all tables, the total of everything: one reader holds them side by side."""
        moved = timelines(number, seed=seed)
        shown = disclosed(moved, AREAS)

        hidden = [name for name, count in shown.items() if count.hidden]
        pinned = [name for name in hidden if len(set(attack(shown, sums(AREAS), name))) == 1]
        assert hidden
        assert pinned == []

    def test_says_nothing_of_a_count_that_the_reports_do_not_show(self) -> None:
        moved = timelines(60)

        shown = disclosed(moved, AREAS)

        reports = [report(moved, area=area) for area in (EVERYWHERE, *AREAS)]
        assert all(isinstance(count, Shown) for count in shown.values())
        assert {str(each.received) for each in reports} == {str(shown[f"{each.area}/received"]) for each in reports}


class TestAQuarter:
    @pytest.mark.parametrize(
        ("timestamp", "code"),
        [
            (datetime(2026, 3, 31, 22, 59, tzinfo=UTC), "2026-Q1"),
            (datetime(2026, 3, 31, 23, 0, tzinfo=UTC), "2026-Q2"),  # midnight in London, in summer time
            (datetime(2026, 12, 31, 23, 59, tzinfo=UTC), "2026-Q4"),
            (datetime(2027, 1, 1, 0, 0, tzinfo=UTC), "2027-Q1"),
        ],
    )
    def test_is_of_london_days(self, timestamp: datetime, code: str) -> None:
        assert Quarter.of(timestamp).code == code
        assert Quarter.read(code).begins <= timestamp < Quarter.read(code).ends

    @pytest.mark.parametrize("code", ["2026-Q5", "2026-Q0", "26-Q1", "2026-Q1 ", "٢٠٢٦-Q1", "2026-q1", ""])
    def test_is_read_in_one_form_only(self, code: str) -> None:
        with pytest.raises(NoSuchPeriod):
            Quarter.read(code)
