"""A key that a caller made up, anywhere in what an operation takes, is in no part of any answer."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule as Route
from werkzeug.test import TestResponse

from services.contracts.codes import Role
from services.platform.web import access
from services.platform.web.access import Who
from tests.world import BASE, Caller, World, a_world

MARK = "qorvane"
CASES = 8
SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
_AROUND = st.text(st.sampled_from("abz_09-~/. Ñ\u0007\u202e\"<'{"), max_size=6)
_KEYS = st.builds("{}{}{}".format, _AROUND, st.sampled_from([MARK, MARK.title(), MARK.upper()]), _AROUND)
_VALUES = st.sampled_from(["x", "\u0007", 1, None, True, [], {}, {MARK: "\u0007"}, [{MARK: 1}], [[MARK]]])


@dataclass(frozen=True)
class Operation:
    service: str
    method: str
    address: str
    example: Any
    """A body that is taken, or None."""
    caller: Caller


@pytest.fixture(scope="module")
def operations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Operation]]:
    with a_world(tmp_path_factory.mktemp("typed")) as world:
        yield [operation for service in SERVICES for operation in _operations(world, service)]


def _operations(world: World, service: str) -> Iterator[Operation]:
    app = world.system.services[service].app
    document = world.anyone().get(f"/{service}/api/v1/openapi.json", base_url=BASE).get_json()
    for route in app.url_map.iter_rules():
        described = document["paths"].get(_described(route), {})
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            if "/api/" not in route.rule or route.rule.endswith("openapi.json"):
                continue
            body = described.get(method.lower(), {}).get("requestBody", {}).get("content", {})
            yield Operation(
                service=service,
                method=method,
                address=_filled(route),
                example=body.get("application/json", {}).get("example"),
                caller=world.caller(_user(app, route, method)),
            )


def _described(route: Route) -> str:
    path = route.rule
    for name in route.arguments:
        start = path.index("<")
        path = f"{path[:start]}{{{name}}}{path[path.index('>') + 1 :]}" if f"{name}>" in path else path
    return path


def _filled(route: Route) -> str:
    built = route.build({name: uuid4() for name in route.arguments})
    assert built is not None
    return built[1]


def _user(app: Flask, route: Route, method: str) -> str:
    rule = access.rule_of(app, route.endpoint, method)
    role = Role.REVIEWER if rule is None or rule.who is not Who.ROLES else min(rule.roles)
    return role.value.replace("_", "-")


def _places(value: Any) -> list[list[Any]]:
    """The way to every object of a body."""
    if isinstance(value, Mapping):
        return [[], *([key, *way] for key, inner in value.items() for way in _places(inner))]
    if isinstance(value, list):
        return [[place, *way] for place, inner in enumerate(value) for way in _places(inner)]
    return []


def _with_key(body: Any, way: list[Any], key: str, value: Any) -> Any:
    changed = copy.deepcopy(body)
    at = changed
    for step in way:
        at = at[step]
    at[key] = value
    return changed


def _says_nothing(answer: TestResponse) -> None:
    said = f"{answer.headers} {answer.get_data(as_text=True)} {json.dumps(answer.get_json(silent=True))}"
    assert answer.status_code < 500
    assert MARK not in said.casefold()


_TRIED = settings(
    max_examples=CASES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


class TestAKeyThatTheCallerMadeUp:
    def test_comes_back_from_no_body(self, operations: list[Operation]) -> None:
        taking = [operation for operation in operations if isinstance(operation.example, dict)]
        assert len({operation.service for operation in taking}) >= 2
        for operation in taking:
            for way in _places(operation.example):
                self._try_body(operation, way)

    def _try_body(self, operation: Operation, way: list[Any]) -> None:
        @_TRIED
        @given(key=_KEYS, value=_VALUES)
        def tried(key: str, value: Any) -> None:
            body = _with_key(operation.example, way, key, value)
            answer = operation.caller.send(
                operation.method, operation.address, body, headers={"Idempotency-Key": str(uuid4()), "If-Match": '"1"'}
            )
            _says_nothing(answer)
            assert answer.status_code in (400, 403, 404, 422)

        tried()

    def test_comes_back_from_no_query(self, operations: list[Operation]) -> None:
        for operation in operations:
            self._try_query(operation)

    def _try_query(self, operation: Operation) -> None:
        @_TRIED
        @given(key=_KEYS, value=st.sampled_from(["x", MARK, "\u00e9"]))
        def tried(key: str, value: str) -> None:
            query = {key: value}
            _says_nothing(
                operation.caller.send(operation.method, operation.address, operation.example, query_string=query)
            )

        tried()

    @pytest.mark.parametrize(
        "name",
        [
            "Idempotency-Key",
            "If-Match",
            "Accept",
            "Accept-Language",
            "Content-Type",
            "Authorization",
            "Origin",
            "X-Qorvane",
            "Cookie",
        ],
    )
    def test_comes_back_from_no_header(self, operations: list[Operation], name: str) -> None:
        for operation in operations:
            for value in (f'"{MARK}"', f"Bearer {MARK}"):
                _says_nothing(
                    operation.caller.send(operation.method, operation.address, operation.example, headers={name: value})
                )

    def test_comes_back_from_no_address(self, operations: list[Operation]) -> None:
        for operation in operations:
            for address in (f"{operation.address}/{MARK}", f"{operation.address}%00{MARK}", f"/{MARK}/api/v1/{MARK}"):
                _says_nothing(operation.caller.send(operation.method, address, operation.example))
