"""Every limit of every form and API body is named in its error, with the field; and nothing is read without one."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from marshmallow import Schema, ValidationError, fields, validate

import services
from services.intake.entrypoints import labels
from services.platform.errors import FieldError
from services.platform.web import fields as strict
from services.platform.web.problems import field_sentence, humanised

_NOT_IMPORTED = ("services.embedded", ".migrations", ".__main__")


def _schemas() -> list[type[Schema]]:
    for module in pkgutil.walk_packages(services.__path__, "services."):
        if not any(part in module.name for part in _NOT_IMPORTED):
            importlib.import_module(module.name)
    found, waiting = [], [strict.StrictSchema]
    while waiting:
        below = waiting.pop().__subclasses__()
        found += below
        waiting += below
    return sorted((one for one in found if one.__module__.startswith("services.")), key=lambda one: one.__qualname__)


def _fields(schema: Schema, path: str = "") -> Iterator[tuple[str, fields.Field[Any]]]:
    for name, field in schema.load_fields.items():
        yield from _below(f"{path}{name}", field)


def _below(path: str, field: fields.Field[Any]) -> Iterator[tuple[str, fields.Field[Any]]]:
    yield path, field
    if isinstance(field, fields.Nested):
        yield from _fields(field.schema, f"{path}.")
    if isinstance(field, fields.List):
        yield from _below(path, field.inner)


def _over(field: fields.Field[Any]) -> Iterator[tuple[Any, int]]:
    """Values beyond each limit of a field, with the limit."""
    if isinstance(field, strict.StrictString):
        yield "x" * (field.maximum + 1), field.maximum
        if field.minimum > 1:
            yield "x" * (field.minimum - 1), field.minimum
    if isinstance(field, strict.StrictInteger):
        yield field.maximum + 1, field.maximum
        yield field.minimum - 1, field.minimum
    if isinstance(field, strict.StrictList):
        yield [None] * (field.maximum + 1), field.maximum


SCHEMAS = _schemas()


@pytest.fixture(autouse=True)
def translations() -> Iterator[None]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_an_error_names_the_field_and_its_limit_once(kind: type[Schema]) -> None:
    for path, field in _fields(kind()):
        label = getattr(field, "label", None) or labels.FIELD_LABELS.get(path)
        for value, limit in _over(field):
            with pytest.raises(ValidationError) as refused:
                field.deserialize(value)
            [message] = refused.value.messages
            sentence = field_sentence(FieldError(f"/{path.replace('.', '/')}", message), label)
            assert f"{limit:,}" in sentence, (path, sentence)
            assert (label or humanised(path.rpartition(".")[2])) in sentence, (path, sentence)
            assert "%" not in sentence


@pytest.mark.parametrize("kind", SCHEMAS, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
def test_a_limit_belongs_to_the_field_and_not_to_a_validator_without_words(kind: type[Schema]) -> None:
    for path, field in _fields(kind()):
        assert not [one for one in field.validators if isinstance(one, validate.Length | validate.Range)], path


def test_the_limits_are_found() -> None:
    counted = sum(1 for kind in SCHEMAS for _path, field in _fields(kind()) for _value in _over(field))

    assert counted > 100


PAGES = [
    path
    for folder in ("accounts", "casework/entrypoints", "intake/entrypoints", "oversight", "scoring")
    for path in sorted(Path("services", folder).glob("*.py"))
    if "request" in path.read_text()
]


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_text_of_a_request_becomes_a_number_in_a_field_or_a_version_only(path: Path) -> None:
    """`StrictInteger` and `etag.form_version` have a limit: `int` fails at a text of 4,301 digits."""
    bare = [
        ast.unparse(call)
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ("int", "float")
        and isinstance(call.args[0], ast.Name | ast.Attribute)
    ]

    assert bare == []
