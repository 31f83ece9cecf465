"""How scoring gets its model: from a real MLflow registry, with its digest checked, cached while that is unavailable."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from services.scoring.champion import sandbox
from services.scoring.champion.champions import Champions
from services.scoring.champion.model_cache import BOOSTER, MANIFEST, ModelCache
from services.scoring.champion.model_store import ModelStore, RegistryUnavailable
from services.scoring.champion.sandbox import ModelRejected
from tests.factories import registry as registries
from tests.factories import small_model
from tests.factories.registry import Registry
from tests.kill import downloading_model
from tests.waiting import wait_until

AWAY = "sqlite:////nonexistent/registry.db"


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return registries.made(tmp_path_factory.mktemp("registry"))


@pytest.fixture
def cache(tmp_path: Path) -> ModelCache:
    return ModelCache(tmp_path / "models")


class TestTheChampion:
    def test_is_fetched_verified_and_cached(self, registry: Registry, cache: ModelCache) -> None:
        registry.register(seed=1)

        champion = Champions(cache, ModelStore(registry.url, cache)).refresh()

        assert champion is not None
        assert cache.current() is not None
        assert champion.evaluation == {"people": 4000, "harmed": 480, "verdict": "Made for a test."}

    def test_is_cached_for_a_start_without_the_registry(self, registry: Registry, cache: ModelCache) -> None:
        registry.register(seed=1)
        ModelStore(registry.url, cache).fetch_champion()

        started = Champions(cache, ModelStore(AWAY, cache)).current()

        assert started is not None

    def test_stays_when_the_registry_is_away(self, registry: Registry, cache: ModelCache) -> None:
        registry.register(seed=1)
        champions = Champions(cache, ModelStore(registry.url, cache))
        before = champions.refresh()

        champions._store = ModelStore(AWAY, cache)
        with pytest.raises(RegistryUnavailable):
            champions.refresh()

        assert champions.current() is before

    def test_is_swapped_for_the_next_one(self, registry: Registry, cache: ModelCache) -> None:
        champions = Champions(cache, ModelStore(registry.url, cache))
        registry.register(seed=1)
        first = champions.refresh()
        registry.register(seed=2)

        second = champions.refresh()

        assert first is not None
        assert second is not None
        assert first.version != second.version
        assert champions.of_version(first.version).version == first.version

    def test_is_fetched_again_to_replay_when_it_is_not_cached(self, registry: Registry, cache: ModelCache) -> None:
        registry.register(seed=1)
        champions = Champions(cache, ModelStore(registry.url, cache))
        version = champions.refresh()
        assert version is not None
        shutil.rmtree(cache.current().folder)  # type: ignore[union-attr]

        assert champions.of_version(version.version).version == version.version

    def test_is_fetched_when_there_is_none(self, registry: Registry, cache: ModelCache) -> None:
        registry.register(seed=1)
        champions = Champions(cache, ModelStore(registry.url, cache))
        arrived: list[bool] = []
        champions.on_first_model = lambda: arrived.append(True)

        assert champions.current() is None
        wait_until(lambda: arrived, within=60, what="a model")
        assert champions.current() is not None

    def test_is_announced_until_the_waiting_referrals_are_estimated(
        self, registry: Registry, cache: ModelCache
    ) -> None:
        """The database is away when it arrives: nobody else would ever estimate them."""
        registry.register(seed=1)
        now = [0.0]
        champions = Champions(cache, ModelStore(registry.url, cache), ticks=lambda: now[0])
        calls: list[bool] = []

        def estimate() -> None:
            calls.append(len(calls) > 0)
            if not calls[-1]:
                raise sa.exc.OperationalError("", {}, Exception())

        champions.on_first_model = estimate
        champions.fetch_first()
        now[0] += 61
        champions.current()

        wait_until(lambda: calls == [False, True], what="the second try")
        now[0] += 61
        champions.current()
        assert calls == [False, True]


class TestAChampionThatArrives:
    def test_leaves_a_whole_model_whatever_step_its_process_is_killed_at(
        self, registry: Registry, tmp_path: Path
    ) -> None:
        registry.register(seed=2)

        violations = downloading_model.of_a_downloading_model(registry.url, tmp_path, hits=1)

        assert {step: found for step, found in violations.items() if found} == {}


class TestADamagedModel:
    @pytest.mark.parametrize("name", [BOOSTER, MANIFEST])
    @pytest.mark.parametrize("damage", ["one digit", "half"])
    def test_is_refused_and_the_one_before_stays(
        self, registry: Registry, cache: ModelCache, name: str, damage: str
    ) -> None:
        registry.register(seed=1)
        champions = Champions(cache, ModelStore(registry.url, cache))
        before = champions.refresh()
        spoil(registry.register(seed=3, digest=None) / name, damage)

        with pytest.raises(ModelRejected):
            champions.refresh()

        assert champions.current() is before

    def test_of_another_digest_than_the_registry_names_is_refused(self, registry: Registry, cache: ModelCache) -> None:
        registry.register(seed=4, digest="0" * 64)

        with pytest.raises(ModelRejected):
            ModelStore(registry.url, cache).fetch_champion()

        assert cache.current() is None

    def test_that_was_cached_is_not_loaded(self, tmp_path: Path) -> None:
        spoil(small_model.save(tmp_path / "models").folder / BOOSTER, "one digit")

        assert Champions(ModelCache(tmp_path / "models"), None).current() is None

    def test_that_hangs_or_crashes_takes_nothing_else_down(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cached = small_model.save(tmp_path / "models")
        crash = [sys.executable, "-c", "import os; os.kill(os.getpid(), 11)"]
        monkeypatch.setattr(sandbox, "_command", lambda _: crash)
        assert not sandbox.passes(cached)

        monkeypatch.setattr(sandbox, "_command", lambda _: [sys.executable, "-c", "import time; time.sleep(600)"])
        monkeypatch.setattr(sandbox, "_SECONDS", 0.5)
        assert not sandbox.passes(cached)


class TestMlflow:
    def test_is_not_imported_to_start_and_estimate_with_a_cached_model(self, tmp_path: Path) -> None:
        """Seconds and memory that a start does not have, and a library that need not be there."""
        small_model.save(tmp_path / "models")
        program = (
            "import sys\n"
            "from datetime import UTC, datetime\n"
            "from pathlib import Path\n"
            "from services.scoring.bootstrap import build_champions\n"
            "from services.scoring.settings import Settings\n"
            f"settings = Settings(database_url='sqlite://', secret_key=b'x' * 32, models_folder=Path({str(tmp_path / 'models')!r}),"
            f" registry_url={AWAY!r})\n"
            "champion = build_champions(settings).current()\n"
            "facts = {'age': 15, 'injury': 'minor', 'self_harm_12m': False}\n"
            "assert champion.score(facts, stated_at=datetime.now(UTC), earlier=()).probability\n"
            "sys.exit('mlflow' in sys.modules)\n"
        )

        done = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True)

        assert done.returncode == 0, done.stderr


def spoil(path: Path, damage: str) -> None:
    content = path.read_bytes()
    if damage == "half":
        path.write_bytes(content[: len(content) // 2])
        return
    place = next(place for place in range(len(content) // 2, len(content)) if content[place : place + 1].isdigit())
    digit = b"1" if content[place : place + 1] != b"1" else b"2"
    path.write_bytes(content[:place] + digit + content[place + 1 :])
