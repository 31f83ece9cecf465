"""A small partnership on a database of each kind."""

import pytest
from argon2 import PasswordHasher

from services.accounts import passwords
from tests.accounts_world import World, a_world


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same algorithm with as little work as it allows."""
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._of_nobody.cache_clear()


@pytest.fixture
def world(database_url: str) -> World:
    return a_world(database_url)
