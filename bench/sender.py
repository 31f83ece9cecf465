"""Sends referrals over HTTP from a process of its own: python -m bench.sender PORT HOW_MANY FIRST, the rest on stdin."""

import http.client
import json
import sys
import threading
from uuid import uuid4

from bench import referrals

_CONNECTIONS = 4


def main() -> None:
    port, how_many, first = map(int, sys.argv[1:])
    given = json.load(sys.stdin)
    bodies = referrals.bodies(given["example"], first=first)
    lock, left = threading.Lock(), list(range(how_many))

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        headers = {"Authorization": f"Bearer {given['token']}", "Content-Type": "application/json"}
        while True:
            with lock:
                if not left:
                    return
                left.pop()
                body = json.dumps(next(bodies))
            connection.request("POST", referrals.PATH, body, headers | {"Idempotency-Key": str(uuid4())})
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status == 202, said

    threads = [threading.Thread(target=send) for _ in range(_CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
