"""The frozen payloads: one written event of every version ever released. They are added to, never changed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from services.contracts import accounts, casework, intake, scoring
from services.contracts.schema import EventSchema

PAYLOADS = Path(__file__).parent / "payloads"
MODULES = (accounts, intake, scoring, casework)


def schemas() -> list[type[EventSchema]]:
    """Every event of the published language, in a stable order."""
    named = (schema for schema in _subclasses(EventSchema) if "type" in vars(schema))
    published = (schema for schema in named if schema.__module__ in {module.__name__ for module in MODULES})
    return sorted(published, key=lambda schema: (schema.type, schema.version))


def name_of(schema: type[EventSchema]) -> str:
    return f"{schema.type}.v{schema.version}"


def payload(schema: type[EventSchema]) -> dict[str, Any]:
    text = (PAYLOADS / f"{name_of(schema)}.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def _subclasses(base: type[EventSchema]) -> Iterator[type[EventSchema]]:
    for schema in base.__subclasses__():
        yield schema
        yield from _subclasses(schema)
