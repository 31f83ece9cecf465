"""Liveness probe for Docker, which has none of its own: `… alive SERVICE`, exit 0 or 1."""

import os
import sys
import urllib.error
import urllib.request

_SECONDS = 3.0


def main(service: str) -> int:
    address = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/{service}/health/live"
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS):
            return 0
    except (urllib.error.URLError, TimeoutError):
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
