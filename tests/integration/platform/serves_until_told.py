"""The web role over an app of two addresses: one reads what is sent and says who answers, one waits for a file."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.platform.operations import logs
from services.platform.web import server


def main(port: int, folder: Path) -> None:
    logs.configure()

    def make_app() -> Callable[..., list[bytes]]:
        made_in = os.getpid()

        def app(environ: dict[str, Any], start: Callable[..., object]) -> list[bytes]:
            if environ["PATH_INFO"] == "/waits":
                (folder / "waiting").touch()
                while not (folder / "go").exists():
                    time.sleep(0.02)
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("200 OK", [("Content-Type", "text/plain")])
            return [f"{made_in} {os.getpid()} {environ['wsgi.url_scheme']}".encode()]

        return app

    server.serve("toy", make_app, server.WebSettings(host="127.0.0.1", port=port))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
