"""Sends referrals over HTTP from a process of its own: python -m bench.sender PORT HOW_MANY FIRST, the rest on stdin.

As fast as they are answered, or so many a second: then each is sent at its time, however late the one before is
answered (as long as a connection is free).
"""

import http.client
import json
import os
import sys
import threading
import time
from itertools import count
from uuid import uuid4

from bench import referrals

_CONNECTIONS = 4
_ACCEPTED, _TRY_AGAIN = (200, 202), 503
_PAUSE_SECONDS = 0.2


def main() -> None:
    port, how_many, first = map(int, sys.argv[1:])
    given = json.load(sys.stdin)
    bodies = referrals.bodies(given["example"], first=first)
    per_second = given.get("per_second")
    lock, numbers, began = threading.Lock(), count(), time.monotonic()

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Authorization": f"Bearer {given['token']}", "Content-Type": "application/json"}
        while True:
            with lock:
                number = next(numbers)
                if number >= how_many:
                    return
                body = json.dumps(next(bodies))
            if per_second:
                time.sleep(max(0.0, began + number / per_second - time.monotonic()))
            asked = headers | {"Idempotency-Key": str(uuid4())}
            while (status := _status(connection, body, asked)) == _TRY_AGAIN:
                time.sleep(_PAUSE_SECONDS)
            if status not in _ACCEPTED:
                os._exit(1)  # of the whole process: what was measured would be of fewer than it says

    threads = [threading.Thread(target=send) for _ in range(given.get("connections", _CONNECTIONS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _status(connection: http.client.HTTPConnection, body: str, headers: dict[str, str]) -> int:
    connection.request("POST", referrals.PATH, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


if __name__ == "__main__":
    main()
