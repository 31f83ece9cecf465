"""The services of one process, each imported and built on first use: a short command needs one or two."""

from collections.abc import Callable, Iterator, Mapping

from services.platform.service import Service

NAMES = ("accounts", "intake", "scoring", "casework", "oversight")


class Services(Mapping[str, Service]):
    """By name. Iterating over them builds them all."""

    def __init__(self, build: Callable[[str], Service]) -> None:
        self._build = build
        self.built: dict[str, Service] = {}

    def __getitem__(self, name: str) -> Service:
        if name not in NAMES:
            raise KeyError(name)
        if name not in self.built:
            self.built[name] = self._build(name)
        return self.built[name]

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)
