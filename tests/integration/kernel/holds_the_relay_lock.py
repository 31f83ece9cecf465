"""A process that holds the relay's lock of one database until it is killed."""

import signal
import sys

from services.kernel.bus.leadership import Leadership
from services.kernel.db.engine import Database


def main(url: str) -> None:
    leadership = Leadership(Database(url), "relay")
    assert leadership.held()
    sys.stdout.write("held\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
