"""A process that holds the relay's lock of one database until it is killed."""

import signal
import sys

from services.platform.db.engine import Database
from services.platform.messaging.leader_lock import LeaderLock


def main(url: str) -> None:
    leader_lock = LeaderLock(Database(url), "relay")
    assert leader_lock.try_acquire()
    sys.stdout.write("held\n")
    sys.stdout.flush()
    signal.pause()


if __name__ == "__main__":
    main(sys.argv[1])
