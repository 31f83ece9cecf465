"""Whatever is sent to an operation of any API, it is answered in our words and never by a fault of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from tests.world import BASE, World, a_world

SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
CASES = 12

# Each operation is tried as an account that may use some operation of that service: others stop at 403.
CALLERS = {
    "accounts": ("administrator",),
    "intake": ("navigator", "reviewer"),
    "scoring": ("data-scientist", "reviewer"),
    "casework": ("reviewer", "early-intervention-caseworker"),
    "oversight": ("board-member",),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("fuzzed")) as world:
        yield world


class TestEveryOperation:
    @pytest.mark.parametrize("service", SERVICES)
    @pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
    def test_answers_what_is_right_and_what_is_wrong_in_our_words(
        self, world: World, service: str, mode: GenerationMode
    ) -> None:
        document = schemathesis.openapi.from_wsgi(f"/{service}/api/v1/openapi.json", world.system.services[service].app)
        headers = [{"Authorization": f"Bearer {world.caller(user).token}"} for user in CALLERS[service]]

        for found in document.get_all_operations():
            _try(found.ok(), mode, headers)


def _try(operation: Any, mode: GenerationMode, headers: list[dict[str, str]]) -> None:
    @settings(
        max_examples=CASES,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def answered(case: Any) -> None:
        for identity in headers:
            response = case.call(base_url=BASE, headers=identity)
            where = f"{operation.method} {operation.path}"
            assert response.status_code < 500, f"{where}: {response.status_code}"
            if response.status_code >= 400:
                assert response.headers["content-type"][0].startswith("application/problem+json"), where

    answered()
