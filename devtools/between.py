"""Somebody on the line between Waymark and its identity provider, who may bend what the provider says."""

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

_OF_ONE_CONNECTION = {"connection", "content-length", "keep-alive", "transfer-encoding"}


class Between:
    """`address` stands for the provider's. `bend` is given each ID token and says which one arrives."""

    def __init__(self, provider: str) -> None:
        self.provider = str(urlsplit(provider).netloc)
        self.address = ""
        self.bend: Callable[[str], str] = str
        self.tokens: list[str] = []
        """As the provider signed them."""

    def bent(self, path: str, body: bytes) -> bytes:
        answer = json.loads(body) if path.endswith("/token") else {}
        if "id_token" not in answer:
            return body
        self.tokens.append(answer["id_token"])
        return json.dumps({**answer, "id_token": self.bend(answer["id_token"])}).encode()


@contextmanager
def standing(provider: str) -> Iterator[Between]:
    between = Between(provider)

    class PassOn(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with closing(http.client.HTTPConnection(between.provider, timeout=60)) as connection:
                # With the name that it was asked by: from that the provider knows what it calls itself.
                connection.request(self.command, self.path, said, dict(self.headers))
                answer = connection.getresponse()
                body = between.bent(urlsplit(self.path).path, answer.read())
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in _OF_ONE_CONNECTION:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), PassOn) as server:
        between.address = f"http://127.0.0.1:{server.server_port}"
        Thread(target=server.serve_forever, daemon=True).start()
        yield between
        server.shutdown()
