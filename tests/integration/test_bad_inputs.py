"""The list of bad inputs: each row that has its deployment is tried against the whole system, on both databases."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.postgresql import Cluster
from tests.integration.bad_inputs import access, answers, coming, headers, json_bodies, retries, signing_in, texts
from tests.integration.bad_inputs.deployment import ROWS, Deployment, SetClock
from tests.world import a_world

MODULES = (json_bodies, texts, answers, retries, headers, access, signing_in, coming)
LISTED = tomllib.loads((Path(__file__).parents[1] / "bad_inputs.toml").read_text(encoding="utf-8"))["case"]
TESTED = [case for case in LISTED if case["tested"]]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def deployment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    database_url = None
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgresql")
        database_url = cluster.schema
    clock = SetClock()
    with a_world(tmp_path_factory.mktemp("world"), clock=clock, database_url=database_url) as world:
        yield Deployment(world=world, clock=clock)


class TestABadInput:
    @pytest.mark.parametrize("case", TESTED, ids=lambda case: f"{case['number']:03} {case['input'][:60]}")
    def test_is_answered_as_the_list_says(self, deployment: Deployment, case: dict[str, object]) -> None:
        ROWS[int(str(case["number"]))](deployment)


class TestTheList:
    def test_has_all_108(self) -> None:
        assert [case["number"] for case in LISTED] == list(range(1, 109))

    def test_names_the_channel_of_each_that_is_not_tested_yet(self) -> None:
        open_ones = [case for case in LISTED if not case["tested"] and not case.get("tested_in")]

        assert [case["number"] for case in open_ones if not case.get("channel")] == []

    def test_is_tested_by_number_where_it_says_so(self) -> None:
        elsewhere = [(case["number"], case["tested_in"]) for case in LISTED if case.get("tested_in")]

        assert [
            (number, place) for number, place in elsewhere if f"BadInput{number}" not in Path(place).read_text()
        ] == []

    def test_is_what_is_checked(self) -> None:
        assert sorted(ROWS) == [case["number"] for case in TESTED]
