"""What readers of published events rely on: two AsyncAPI documents of ours, and what the later one takes away."""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

_WORDS = frozenset({"description", "summary", "title"})


def broken(before: Document, now: Document) -> list[str]:
    """A sentence for each promise that is not kept. An optional field more breaks none, nor does another wording."""
    promised, kept = _promises(before), _promises(now)
    gone = [f"{name} is gone." for name in promised if name not in kept]
    return gone + [
        f"{name} is not what it was: {where}."
        for name, promise in promised.items()
        if name in kept and (where := _differs(promise, _the_promised_part(kept[name], promise)))
    ]


def _promises(document: Document) -> dict[str, Any]:
    """Of each version of each event: its topic, its key and its form, parts put in where they are named."""
    return {
        name: {"topic": topic, "message": _whole(document["components"]["messages"][name], document)}
        for topic, channel in document["channels"].items()
        for name in channel["messages"]
    }


def _whole(node: Any, document: Document) -> Any:
    if isinstance(node, list):
        return [_whole(item, document) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _whole(found(node["$ref"], document), document)
    # A field may be named like a word of the description: then it holds an object.
    return {
        name: _whole(value, document) for name, value in node.items() if name not in _WORDS or isinstance(value, dict)
    }


def found(reference: str, document: Document) -> Any:
    """What a reference names, or None."""
    node: Any = document
    for name in reference.removeprefix("#/").split("/"):
        node = node.get(name, {})
    return node or None


def _the_promised_part(now: Any, promised: Any) -> Any:
    """`now` without the optional fields that were added."""
    if isinstance(now, list) and isinstance(promised, list) and len(now) == len(promised):
        return [_the_promised_part(one, other) for one, other in zip(now, promised, strict=True)]
    if not isinstance(now, dict) or not isinstance(promised, dict):
        return now
    part = {name: _the_promised_part(value, promised.get(name)) for name, value in now.items()}
    if isinstance(now.get("properties"), dict) and isinstance(promised.get("properties"), dict):
        known, needed = promised["properties"], now.get("required", ())
        part["properties"] = {name: of for name, of in part["properties"].items() if name in known or name in needed}
    return part


def _differs(one: Any, other: Any, where: str = "") -> str:
    """The place of the first difference; empty when there is none."""
    if isinstance(one, list) and isinstance(other, list) and any(isinstance(item, dict) for item in one):
        one, other = dict(enumerate(one)), dict(enumerate(other))
    if not isinstance(one, dict) or not isinstance(other, dict):
        return "" if one == other else where
    for name in [*one, *(name for name in other if name not in one)]:
        if name not in one or name not in other:
            return f"{where}/{name}"
        if place := _differs(one[name], other[name], f"{where}/{name}"):
            return place
    return ""
