"""The web role over an app of two addresses: one says which process answers, one waits for a file."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from services.kernel.observability import logs
from services.kernel.web import server


def main(port: int, folder: Path) -> None:
    logs.configure()

    def make_app() -> Callable[..., list[bytes]]:
        made_in = os.getpid()

        def app(environ: dict[str, object], start: Callable[..., object]) -> list[bytes]:
            if environ["PATH_INFO"] == "/waits":
                (folder / "waiting").touch()
                while not (folder / "go").exists():
                    time.sleep(0.02)
            start("200 OK", [("Content-Type", "text/plain")])
            return [f"{made_in} {os.getpid()} {environ['wsgi.url_scheme']}".encode()]

        return app

    server.serve("toy", make_app, server.WebSettings(host="127.0.0.1", port=port))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
