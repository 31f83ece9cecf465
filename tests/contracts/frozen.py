"""The frozen payloads: one written event of every version ever released. They are added to, never changed."""

import json
from pathlib import Path
from typing import Any

from services.contracts.registry import EVENTS
from services.contracts.schema import EventSchema

PAYLOADS = Path(__file__).parent / "payloads"


def schemas() -> list[type[EventSchema]]:
    """Every version of every event of the published language, in a stable order."""
    return [EVENTS[name] for name in sorted(EVENTS)]


def name_of(schema: type[EventSchema]) -> str:
    return f"{schema.type}.v{schema.schema_version}"


def payload(schema: type[EventSchema]) -> dict[str, Any]:
    text = (PAYLOADS / f"{name_of(schema)}.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data
