"""Named steps at which a test may kill the process. Inert unless the environment names one.

FAILPOINTS=relay.after_append:kill:0.1,intake.after_commit:kill kills with SIGKILL, at the given probability (1 if none).
Production settings refuse to start while the variable is set (`services.platform.settings`).
"""

import os
import random
import signal

VARIABLE = "FAILPOINTS"


def _read(text: str) -> dict[str, float]:
    points = {}
    for item in filter(None, text.split(",")):
        name, _, rest = item.partition(":")
        action, _, probability = rest.partition(":")
        if action != "kill":
            raise ValueError(f"a failpoint can only kill: {name}")
        points[name] = float(probability or 1)
    return points


_armed = _read(os.environ.get(VARIABLE, ""))


def failpoint(name: str) -> None:
    """A step at which the path must survive a kill."""
    if _armed and random.random() < _armed.get(name, 0.0):  # noqa: S311 (no secret is made here)
        os.kill(os.getpid(), signal.SIGKILL)


def armed() -> bool:
    """Returns whether the environment names any failpoint."""
    return bool(_armed)
