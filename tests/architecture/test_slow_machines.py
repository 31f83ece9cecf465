"""A test holds on a slow machine: it reads the clock when it runs, and nothing in it has a deadline of milliseconds."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parents[1]

CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "perf_counter", "system_clock"}
_WAITS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def clock_reads(source: str) -> list[int]:
    """The lines that read the clock when the module is imported: directly, or by a function of the module."""
    module = ast.parse(source)
    functions = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
    reading = set(CLOCKS)
    while more := {name for name, node in functions.items() if reading & set(_called(node.body))} - reading:
        reading |= more
    return [call.lineno for call in _at_import(module) if _name(call) in reading]


def _at_import(module: ast.Module) -> Iterator[ast.Call]:
    """Every call outside the body of a function. Decorators and defaults are outside."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call):
            yield node
        if isinstance(node, _WAITS):
            defaults = [default for default in node.args.kw_defaults if default]
            waiting += [*getattr(node, "decorator_list", []), *node.args.defaults, *defaults]
        else:
            waiting += ast.iter_child_nodes(node)


def _called(nodes: list[ast.stmt]) -> Iterator[str]:
    return (_name(node) for body in nodes for node in ast.walk(body) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        # `a.time()` of a datetime reads nothing; `time.time()` does.
        of_a_value = call.func.attr == "time" and not (
            isinstance(call.func.value, ast.Name) and call.func.value.id == "time"
        )
        return "" if of_a_value else call.func.attr
    # The bare name is the type: `time(14, 30)`.
    return call.func.id if isinstance(call.func, ast.Name) and call.func.id != "time" else ""


class TestATest:
    def test_reads_the_clock_when_it_runs_not_when_it_is_collected(self) -> None:
        reads = {path: clock_reads(path.read_text(encoding="utf-8")) for path in TESTS.rglob("*.py")}
        assert {str(path.relative_to(TESTS)): lines for path, lines in reads.items() if lines} == {}

    def test_of_a_property_has_no_deadline(self) -> None:
        assert settings().deadline is None
        assert HealthCheck.too_slow in settings().suppress_health_check


class TestTheSearch:
    @pytest.mark.parametrize(
        "source",
        [
            "NOW = datetime.now(UTC)",
            "class TestIt:\n    soon = date.today() + timedelta(days=1)",
            "@pytest.mark.parametrize('claims', [{'nbf': int(time.time()) + 600}])\ndef test(claims): ...",
            "def test(at=system_clock()): ...",
            "def later():\n    return datetime.now(UTC) + HOUR\nLATER = later()",
            "def now_ish():\n    return later()\ndef later():\n    return datetime.now(UTC)\nLATER = now_ish()",
        ],
    )
    def test_finds_what_is_read_at_import(self, source: str) -> None:
        assert clock_reads(source) != []

    @pytest.mark.parametrize(
        "source",
        [
            "def test():\n    assert datetime.now(UTC)",
            "@pytest.mark.parametrize('after', [lambda: time.time() + 600])\ndef test(after): ...",
            "NOON = time(12)",
            "NOON = AT.time()",
        ],
    )
    def test_lets_the_rest_be(self, source: str) -> None:
        assert clock_reads(source) == []
