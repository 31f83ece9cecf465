"""A feature vector as JSON: stored beside an estimate, it gives the same estimate to the last bit.

Python writes a float so that reading it gives the same float.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from models.features.vector import FeatureVector


def to_json(vector: FeatureVector) -> dict[str, Any]:
    """A vector without sources is written as before there were any, so that its digest stays."""
    sources = {name: [list(source) for source in found] for name, found in vector.sources.items()}
    return {
        "digest": vector.digest,
        "values": list(vector.values),
        "shown": list(vector.shown),
        "dates": [day.isoformat() if day else None for day in vector.dates],
        "not_known": list(vector.not_known),
        "known_facts": vector.known_facts,
        "out_of_range": list(vector.out_of_range),
    } | ({"sources": sources} if sources else {})


def from_json(document: Mapping[str, Any]) -> FeatureVector:
    return FeatureVector(
        digest=document["digest"],
        values=tuple(float(value) for value in document["values"]),
        shown=tuple(document["shown"]),
        dates=tuple(date.fromisoformat(day) if day else None for day in document["dates"]),
        not_known=tuple(document["not_known"]),
        known_facts=document["known_facts"],
        out_of_range=tuple(document["out_of_range"]),
        sources={
            name: tuple((referral_id, kind) for referral_id, kind in found)
            for name, found in document.get("sources", {}).items()
        },
    )


def digest(vector: FeatureVector) -> str:
    """SHA-256 of the canonical JSON, the same whatever a database did to key order and spaces."""
    text = json.dumps(to_json(vector), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
