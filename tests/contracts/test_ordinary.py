"""The short way of reading and writing events says what marshmallow says, or nothing."""

import math
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import RAISE, Schema, ValidationError, fields, post_load

from services.contracts.ordinary import NotPlain, form_of
from services.contracts.schema import EventSchema, Part, Undeclared
from tests.contracts.frozen import name_of, payload, schemas

every_event = pytest.mark.parametrize("schema", schemas(), ids=name_of)
NUMBERS = (0, 1, -1, 10**9, 1.5, math.nan, math.inf, True)
TEXTS = (
    "",
    "x",
    "true",
    "2026-02-01",
    "2026-W05-5",
    "2026-02-01T00:00:00",
    "2026-02-01T00:00:00Z",
    f"{{{UUID(int=1)}}}",
)
HOLDING: tuple[Any, ...] = ([], [None], ["x", None], {}, {"x": 1})
ODD = st.sampled_from([None, *NUMBERS, *TEXTS, *HOLDING])


class TestTheShortWay:
    @every_event
    def test_is_taken_by_every_event_as_it_was_published(self, schema: type[EventSchema]) -> None:
        form = form_of(schema())

        assert form.write(form.read(payload(schema))) == schema().dump(schema().load(payload(schema)))

    @every_event
    @settings(max_examples=25)
    @given(data=st.data())
    def test_reads_what_marshmallow_reads_and_refuses_what_it_refuses(
        self, schema: type[EventSchema], data: st.DataObject
    ) -> None:
        odd = _with_something_odd(payload(schema), data)

        assert _outcome(lambda: schema.decode(odd)) == _outcome(lambda: schema().load(odd))

    @every_event
    @settings(max_examples=25)
    @given(data=st.data())
    def test_writes_what_marshmallow_writes_and_refuses_what_it_refuses(
        self, schema: type[EventSchema], data: st.DataObject
    ) -> None:
        odd = _with_something_odd(schema.decode(payload(schema)), data)

        assert _outcome(lambda: schema.encode(odd)) == _outcome(lambda: _written(schema(), odd))


class TestASchemaThatTheShortWayDoesNotKnow:
    def test_is_refused_when_a_field_is_of_another_kind(self) -> None:
        class Unknown(Part):
            at = fields.NaiveDateTime()

        with pytest.raises(NotPlain):
            form_of(Unknown())

    def test_is_refused_when_a_field_goes_by_another_name(self) -> None:
        class Renamed(Part):
            at = fields.String(data_key="on")

        with pytest.raises(NotPlain):
            form_of(Renamed())

    def test_is_refused_when_it_changes_what_it_reads(self) -> None:
        class Changing(Part):
            at = fields.String()

            @post_load
            def _change(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
                return {}

        with pytest.raises(NotPlain):
            form_of(Changing())


def _written(schema: Schema, data: dict[str, Any]) -> dict[str, Any]:
    dumped: dict[str, Any] = schema.dump(data)
    schema.load(dumped, unknown=RAISE)
    return dumped


def _outcome(work: Callable[[], dict[str, Any]]) -> object:
    """What it gave, to the type of each value; or what it raised, in its words."""
    try:
        return repr(work())
    except (ValidationError, Undeclared) as error:
        return type(error), str(error)
    except Exception as error:
        return type(error)


def _with_something_odd(whole: dict[str, Any], data: st.DataObject) -> dict[str, Any]:
    """The event with one value, at any depth, missing, added or replaced."""
    changed = dict(whole)
    name = data.draw(st.sampled_from(sorted(changed)))
    inner = changed[name]
    if isinstance(inner, dict) and inner and data.draw(st.booleans()):
        changed[name] = _with_something_odd(inner, data)
    elif isinstance(inner, list) and inner and isinstance(inner[0], dict) and data.draw(st.booleans()):
        changed[name] = [_with_something_odd(inner[0], data), *inner[1:]]
    elif data.draw(st.booleans()):
        changed[name] = data.draw(ODD)
    elif data.draw(st.booleans()):
        del changed[name]
    else:
        changed["not_declared"] = "x"
    return changed
