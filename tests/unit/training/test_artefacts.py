"""Only the bytes that training wrote are ever loaded, and they carry what it takes to check and to use them."""

import hashlib
import json
import random
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from models.inference import manifest as manifests
from models.inference import model as inference
from models.inference.manifest import ArtefactRefused
from tests.factories.champion import trained

FLIPS = 1_000


@cache
def manifest() -> bytes:
    return trained().manifest.to_bytes()


def booster() -> bytes:
    return trained().booster


def with_a_bit_flipped(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


@pytest.fixture
def lightgbm_must_not_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged model may crash or hang the process: LightGBM may never see one."""

    def opened(*_: Any, **__: Any) -> None:
        pytest.fail("LightGBM was given bytes that nobody vouched for")

    monkeypatch.setattr(inference, "Booster", opened)


class TestArtefacts:
    def test_that_training_wrote_are_loaded(self) -> None:
        model = inference.load(manifest(), booster(), expected_digest=trained().manifest.seal)

        assert model.digest == trained().manifest.seal

    @pytest.mark.usefixtures("lightgbm_must_not_be_asked")
    def test_with_any_bit_of_the_booster_flipped_are_refused(self) -> None:
        chance = random.Random(1)  # noqa: S311 (not a secret)

        for _ in range(FLIPS):
            with pytest.raises(ArtefactRefused):
                manifests.verify(trained().manifest, with_a_bit_flipped(booster(), chance))
        with pytest.raises(ArtefactRefused):
            inference.load(manifest(), with_a_bit_flipped(booster(), chance))

    @pytest.mark.usefixtures("lightgbm_must_not_be_asked")
    def test_with_any_bit_of_the_manifest_flipped_are_refused(self) -> None:
        chance = random.Random(2)  # noqa: S311 (not a secret)

        for _ in range(FLIPS):
            with pytest.raises(ArtefactRefused):
                inference.load(with_a_bit_flipped(manifest(), chance), booster())

    @pytest.mark.usefixtures("lightgbm_must_not_be_asked")
    @pytest.mark.parametrize("keep", [0, 1, 100, -1])
    def test_cut_short_are_refused(self, keep: int) -> None:
        with pytest.raises(ArtefactRefused):
            inference.load(manifest()[:keep], booster())
        with pytest.raises(ArtefactRefused):
            inference.load(manifest(), booster()[:keep])

    @pytest.mark.usefixtures("lightgbm_must_not_be_asked")
    @pytest.mark.parametrize(
        "content", [b"[]", b"null", b"{}", b'{"seal": 1}', b"[" * 100_000, b"\xff\xfe", b'{"seal":"","format":1,"x":1}']
    )
    def test_that_are_something_else_are_refused(self, content: bytes) -> None:
        with pytest.raises(ArtefactRefused):
            inference.load(content, booster())

    @pytest.mark.usefixtures("lightgbm_must_not_be_asked")
    def test_that_the_registry_does_not_name_are_refused(self) -> None:
        with pytest.raises(ArtefactRefused, match="another model"):
            inference.load(manifest(), booster(), expected_digest="0" * 64)

    @pytest.mark.usefixtures("lightgbm_must_not_be_asked")
    def test_changed_without_a_new_seal_are_refused(self) -> None:
        document = json.loads(manifest())
        document["calibration_intercept"] += 1e-9
        changed = json.dumps(document, sort_keys=True, separators=(",", ":")).encode()

        with pytest.raises(ArtefactRefused, match="changed since"):
            inference.load(changed, booster())

    @pytest.mark.usefixtures("lightgbm_must_not_be_asked")
    @pytest.mark.parametrize("change", [{"format": 1}, {"format": 3}, {"horizon": 6}])
    def test_of_another_form_are_refused(self, change: dict[str, Any]) -> None:
        body = {key: value for key, value in json.loads(manifest()).items() if key != "seal"} | change
        text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
        sealed = {**body, "seal": hashlib.sha256(text).hexdigest()}

        with pytest.raises(ArtefactRefused, match=r"format|fields"):
            inference.load(json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode(), booster())

    def test_that_no_longer_give_what_training_saw_are_refused(self) -> None:
        """Sealed anew, so that only the golden rows can notice: another LightGBM, or another machine."""
        changed = replace(trained().manifest, calibration_intercept=trained().manifest.calibration_intercept + 1e-6)

        with pytest.raises(ArtefactRefused, match="no longer gives"):
            inference.load(changed.to_bytes(), booster())

    def test_for_other_columns_are_refused(self) -> None:
        features = [*trained().manifest.features[1:], trained().manifest.features[0]]

        with pytest.raises(ArtefactRefused, match="columns"):
            inference.load(replace(trained().manifest, features=features).to_bytes(), booster())


class TestTheManifest:
    def test_says_where_the_model_comes_from(self) -> None:
        known = manifests.read(manifest())

        assert known.training == "synthetic"
        assert known.invented_data
        assert not replace(known, training="real").invented_data
        assert known.horizon_months == 12
        assert len(known.data_digest) == len(known.experiment_digest) == len(known.lock_sha256) == 64
        assert known.code_commit not in ("", "unknown")
        assert 0 < known.base_rate < known.raised_from < known.high_from < 1
        assert {
            "feature", "label", "kind", "domain", "origin", "low", "high", "levels", "unknown_as", "seen",
        } <= set(known.features[0])  # fmt: skip

    def test_holds_no_path_and_no_person(self) -> None:
        assert b"/" not in manifest().replace(b"and/or", b"").replace(b" / ", b"")
