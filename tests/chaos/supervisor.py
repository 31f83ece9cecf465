"""Kills a process of Waymark now and then, as a machine that fails would, and starts it again."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

from devtools.roles import Role


class Supervisor:
    """Used by one thread, which outlives every process that it starts: they end with it."""

    def __init__(self, roles: Sequence[Role], *, every: float, seed: int) -> None:
        self.kills: Counter[str] = Counter()
        self.last = "nothing"
        self.faults: list[str] = []
        self._roles = roles
        self._every = every
        self._random = random.Random(seed)  # noqa: S311 (the seed makes the run one that can be told of)

    def kill_while(self, going: Callable[[float], bool]) -> None:
        """Kill one after the other while it goes on. `going` waits so many seconds, or less when it is over."""
        while going(self._every * self._random.uniform(0.5, 1.5)):
            self.revive()
            role = self._random.choice(self._roles)
            role.kill()
            self.last = _name(role)
            self.kills[self.last] += 1
            role.start()

    def revive(self) -> None:
        """Start again what has ended by itself, which is a fault."""
        for role in self._roles:
            if not role.running:
                self.faults.append(f"{_name(role)} ended by itself: {role.written()[-300:]}")
                role.start()


def _name(role: Role) -> str:
    return f"{role.service} {role.role}"
