"""The proxy of compose and Kubernetes, a real nginx: what it takes, what it refuses, what it keeps to itself."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from devtools import nginx


class Upstream(BaseHTTPRequestHandler):
    """Answers with what it was asked; as a service would, it has the path and the host as the client sent them."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = json.dumps({"path": self.path, "host": self.headers["Host"]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        pass


class Proxy:
    def __init__(self, address: str, folder: Path) -> None:
        self.host = str(urlsplit(address).netloc)
        self.folder = folder

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    folder = tmp_path_factory.mktemp("nginx")
    upstream = ThreadingHTTPServer(("127.0.0.1", 0), Upstream)
    threading.Thread(target=upstream.serve_forever, daemon=True).start()
    try:
        with nginx.running(folder, upstream=f"127.0.0.1:{upstream.server_port}") as address:
            yield Proxy(address, folder)
    finally:
        upstream.shutdown()
        upstream.server_close()


class TestTheProxy:
    def test_passes_path_query_and_host_on_as_they_came(self, proxy: Proxy) -> None:
        status, _, body = proxy.ask("GET", "/casework/reviews?list=mine", headers={"Host": "waymark.example.org"})

        assert status == 200
        assert json.loads(body) == {"path": "/casework/reviews?list=mine", "host": "waymark.example.org"}

    @pytest.mark.parametrize(
        "path",
        [
            "/intake/health/ready", "/scoring/metrics", "/accounts/api/v1/introspect", "/intake//metrics",
            "/intake/%6detrics", "/intake/x/../metrics", "/refused/page",
        ],
    )  # fmt: skip
    def test_keeps_what_is_for_the_cluster_from_the_outside(self, proxy: Proxy, path: str) -> None:
        status, _, body = proxy.ask("GET", path)

        assert status == 404
        assert b"path" not in body

    def test_answers_a_program_with_a_problem_and_a_person_with_a_page(self, proxy: Proxy) -> None:
        large = b"x" * (8 * 1024 * 1024 + 1)

        program = proxy.ask("POST", "/intake/api/v1/referrals", large)
        person = proxy.ask("POST", "/intake/referrals", large)

        assert (program[0], program[1]["Content-Type"]) == (413, "application/problem+json")
        assert json.loads(program[2])["status"] == 413
        assert (person[0], person[1]["Content-Type"]) == (413, "text/html; charset=utf-8")

    def test_refuses_headers_that_are_too_large(self, proxy: Proxy) -> None:
        assert proxy.ask("GET", "/intake/api/v1/x", headers={"X-Long": "x" * 9000})[0] == 431

    def test_serves_others_while_many_send_slowly(self, proxy: Proxy) -> None:
        host, _, port = proxy.host.partition(":")
        slow = [socket.create_connection((host, int(port))) for _ in range(50)]
        for client in slow:
            client.sendall(b"POST /intake/referrals HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf")

        status, _, _ = proxy.ask("GET", "/intake/referrals")

        for client in slow:
            client.close()
        assert status == 200

    def test_writes_no_address_down(self, proxy: Proxy) -> None:
        proxy.ask("GET", "/intake/referrals?name=Marlowe")
        proxy.ask("POST", "/intake/referrals?name=Marlowe", b"x" * (8 * 1024 * 1024 + 1))

        written = "".join(path.read_text() for path in proxy.folder.glob("*.log"))
        assert '"status":413' in written
        assert "Marlowe" not in written


def test_a_service_that_is_away_is_told_as_such_and_when_to_come_again(tmp_path: Path) -> None:
    with nginx.running(tmp_path, upstream="127.0.0.1:1") as address:
        status, headers, body = Proxy(address, tmp_path).ask("GET", "/casework/api/v1/reviews")

    assert (status, headers["Retry-After"]) == (503, "5")
    assert json.loads(body)["type"] == "urn:waymark:problem:proxy-503"
