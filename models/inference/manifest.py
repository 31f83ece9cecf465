"""What travels with a booster, sealed: enough to verify it, to use it and to word what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

FORMAT = 2
INVENTED = "synthetic"


class ArtefactRefused(ValueError):
    """The bytes are not the artefacts that training wrote: never loaded."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Everything an estimate needs besides the booster.

    `features` holds per feature, in the order of the columns, its name, range, levels, the number
    for "not known", wording, and how often training saw each answer (`seen.py`); one that fewer than
    `minimum_seen` young people gave is marked. `golden` holds rows and the calibrated log-odds that training saw for them.
    Probabilities are 0..1. `calibration` is Platt's: shown log-odds = slope * raw + intercept.
    """

    training: str
    harm_event: str
    horizon_months: int
    booster_sha256: str
    feature_digest: str
    features: Sequence[Mapping[str, Any]]
    minimum_known_facts: int
    minimum_seen: int
    calibration_slope: float
    calibration_intercept: float
    raised_from: float
    high_from: float
    base_rate: float
    seed: int
    parameters: Mapping[str, Any]
    data_digest: str
    experiment_digest: str
    lock_sha256: str
    code_commit: str
    golden: Sequence[Mapping[str, Any]]

    @property
    def invented_data(self) -> bool:
        return self.training == INVENTED

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(str(feature["feature"]) for feature in self.features)

    @property
    def seal(self) -> str:
        """SHA-256 over the whole manifest, the booster's digest in it: the model's identity."""
        return _digest(self._body())

    def to_bytes(self) -> bytes:
        body = self._body()
        return _canonical({**body, "seal": _digest(body)})

    def _body(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}


def read(manifest: bytes) -> Manifest:
    """The manifest, if these are exactly the bytes that `to_bytes` wrote. Raises ArtefactRefused."""
    try:
        document = json.loads(manifest)
        sealed = document.pop("seal")
        whole = sealed == _digest(document) and _canonical({**document, "seal": sealed}) == manifest
        version = document.pop("format")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArtefactRefused(f"manifest not readable: {type(error).__name__}") from error
    if not whole:
        raise ArtefactRefused("manifest changed since training sealed it")
    if version != FORMAT:
        raise ArtefactRefused(f"manifest format {version!r}, this code reads {FORMAT}")
    try:
        return Manifest(**document)
    except TypeError as error:
        raise ArtefactRefused("manifest sealed with other fields than this code knows") from error


def verify(manifest: Manifest, booster: bytes) -> None:
    """Refuse a booster that is not the manifest's. Must come before loading: LightGBM does not
    survive a damaged model (it may crash the process, hang, or predict something else)."""
    if hashlib.sha256(booster).hexdigest() != manifest.booster_sha256:
        raise ArtefactRefused("booster changed since training wrote it")


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(_canonical(body)).hexdigest()


def _canonical(document: Mapping[str, Any]) -> bytes:
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii")
