"""Every version of every event, found by type and version."""

from types import ModuleType

from services.contracts import accounts, casework, intake, oversight, scoring
from services.contracts.schema import EventSchema


def _declared_in(module: ModuleType) -> list[type[EventSchema]]:
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, EventSchema) and "type" in value.__dict__
    ]


EVENTS: dict[tuple[str, int], type[EventSchema]] = {
    (schema.type, schema.schema_version): schema
    for module in (accounts, intake, scoring, casework, oversight)
    for schema in _declared_in(module)
}
