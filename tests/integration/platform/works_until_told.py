"""The worker role over the small service of the tests and the embedded log."""

import sys
from pathlib import Path

from services.platform.messaging import process
from services.platform.messaging.embedded import EmbeddedLog
from services.platform.operations import logs
from tests.platform_service import a_service


def main(port: int, url: str, log: str) -> None:
    logs.configure()
    service = a_service(url)
    sys.exit(process.run(service, EmbeddedLog(Path(log)), {"broker": lambda: True}, host="127.0.0.1", port=port))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
