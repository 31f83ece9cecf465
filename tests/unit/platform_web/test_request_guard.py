"""What no request of ours looks like is refused, with the one status that says why."""

import gzip
import io

import pytest
from flask.testing import FlaskClient

BEARER = {"Authorization": "Bearer good"}
SENDING = BEARER | {"Idempotency-Key": "one"}
THINGS = "/toy/api/v1/things"


class TestBodies:
    @pytest.mark.parametrize(
        ("content_type", "status"),
        [("text/plain", 415), ("", 415), ("application/xml", 415), ("application/x-www-form-urlencoded", 415),
         ("multipart/form-data", 415), ("application/json; charset=latin-1", 415), ("application/json", 202),
         ("application/json; charset=utf-8", 202), ("application/json; charset=UTF-8", 202)],
    )  # fmt: skip
    def test_are_json_in_utf_8(self, client: FlaskClient, content_type: str, status: int) -> None:
        answer = client.post(THINGS, data=b'{"name":"Sam"}', headers=SENDING | {"Content-Type": content_type})

        assert answer.status_code == status

    @pytest.mark.parametrize("encoding", ["gzip", "br", "deflate"])
    def test_are_not_compressed(self, client: FlaskClient, encoding: str) -> None:
        body = gzip.compress(b'{"name":"Sam"}')
        headers = SENDING | {"Content-Encoding": encoding, "Content-Type": "application/json"}

        assert client.post(THINGS, data=body, headers=headers).status_code == 415

    def test_of_a_form_are_not_compressed_either(self, browser_of_navigator: FlaskClient) -> None:
        answer = browser_of_navigator.post("/toy/thing", data={"name": "Sam"}, headers={"Content-Encoding": "gzip"})

        assert answer.status_code == 415

    @pytest.mark.parametrize(("beyond", "status"), [(-1, 202), (0, 202), (1, 413), (10_000_000, 413)])
    def test_hold_64_kibibytes_at_most(self, client: FlaskClient, beyond: int, status: int) -> None:
        body = b'{"name":"Sam"}'.ljust(64 * 1024 + beyond)

        answer = client.post(THINGS, data=body, headers=SENDING, content_type="application/json")

        assert answer.status_code == status

    @pytest.mark.parametrize("told", [{"HTTP_TRANSFER_ENCODING": "chunked"}, {"CONTENT_LENGTH": ""}])
    def test_without_a_length_hold_no_more(self, client: FlaskClient, told: dict[str, str]) -> None:
        chunked = {"wsgi.input_terminated": True, **told}
        body = io.BytesIO(b'{"name":"Sam"}'.ljust(10_000_000))

        answer = client.post(
            THINGS, input_stream=body, headers=SENDING, content_type="application/json", environ_overrides=chunked
        )

        assert answer.status_code == 413

    def test_hold_more_where_the_view_says_so(self, client: FlaskClient) -> None:
        body = b'{"name":"Sam"}'.ljust(150_000)

        answer = client.post("/toy/api/v1/large", data=body, headers=BEARER, content_type="application/json")

        assert answer.status_code == 200

    def test_of_a_form_hold_no_more_either(self, browser_of_navigator: FlaskClient) -> None:
        assert browser_of_navigator.post("/toy/thing", data={"name": "x" * 70_000}).status_code == 413


class TestAddresses:
    @pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example"])
    def test_of_another_host_are_refused(self, client: FlaskClient, host: str) -> None:
        assert client.get("/toy/thing", headers={"Host": host}).status_code == 400

    def test_are_not_taken_from_a_forwarded_host(self, client: FlaskClient) -> None:
        answer = client.get("/toy/thing", headers={"X-Forwarded-Host": "evil.example"})

        assert "evil" not in answer.location

    @pytest.mark.parametrize("query", ["q=%00", "q=%07", "q=%ff", "%00=1", "q=%ED%A0%80"])
    def test_with_unreadable_queries_are_refused(self, client: FlaskClient, query: str) -> None:
        assert client.get(f"/toy/health/live?{query}").status_code == 400

    @pytest.mark.parametrize(
        "path",
        ["/toy//thing", "/toy/..%2fthing", "/toy/thing;jsessionid=1", "/toy/thing.", "/toy/Thing",
         "/toy/%2e%2e/thing", "/toy/thing%00", "/TOY/thing", "/toy/hidden/1", "/toy/hidden/urn:uuid:1"],
    )  # fmt: skip
    def test_that_are_not_ours_are_not_found(self, client: FlaskClient, path: str) -> None:
        assert client.get(path, headers=BEARER).status_code == 404

    @pytest.mark.parametrize("number", ["1" * 30, "-1", "1.0", "٣", "1_0", "+1"])
    def test_with_a_number_that_no_table_holds_are_not_found(self, client: FlaskClient, number: str) -> None:
        assert client.get(f"/toy/number/{number}").status_code == 404

    @pytest.mark.parametrize("query", ["sort=(select+pg_sleep(5))", "limit=1&unknown=2", "limit=1;DROP"])
    def test_with_queries_that_a_list_does_not_take_are_refused(self, client: FlaskClient, query: str) -> None:
        assert client.get(f"{THINGS}?{query}", headers=BEARER).status_code == 400


class TestMethods:
    @pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "DELETE", "PATCH", "QUERY"])
    def test_that_are_not_taken_are_405_and_say_which_are(self, client: FlaskClient, method: str) -> None:
        answer = client.open("/toy/thing", method=method, headers=BEARER)

        assert answer.status_code == 405
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}

    @pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
    def test_are_never_overridden(self, client: FlaskClient, header: str) -> None:
        answer = client.post(THINGS, json={"name": "Sam"}, headers=SENDING | {header: "PUT"})

        assert answer.status_code == 405
        assert "POST" in answer.headers["Allow"]

    def test_a_head_is_a_get_without_a_body(self, browser_of_navigator: FlaskClient) -> None:
        answer = browser_of_navigator.head("/toy/thing")

        assert answer.status_code == 200
        assert answer.data == b""


class TestAnswers:
    @pytest.mark.parametrize(
        ("accept", "status"),
        [("*/*", 202), ("application/json", 202), ("application/problem+json", 202), ("text/html,*/*;q=0.8", 202),
         ("text/html", 406), ("application/xml", 406), ("image/png", 406)],
    )  # fmt: skip
    def test_of_an_api_are_json_or_406(self, client: FlaskClient, accept: str, status: int) -> None:
        answer = client.post(THINGS, json={"name": "Sam"}, headers=SENDING | {"Accept": accept})

        assert answer.status_code == status
        assert answer.mimetype == ("application/json" if status == 202 else "application/problem+json")

    @pytest.mark.parametrize("path", ["/toy/thing", "/toy/nothing", "/toy/api/v1/things", "/assets/app.css"])
    def test_carry_the_headers_that_protect(self, browser_of_navigator: FlaskClient, path: str) -> None:
        with browser_of_navigator.get(path) as answer:
            headers = answer.headers

        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "Strict-Transport-Security" not in headers

    def test_are_kept_by_nobody_but_style_sheets(self, browser_of_navigator: FlaskClient) -> None:
        kept = {}
        for path in ("/toy/thing", "/assets/app.css?v=1", "/assets/app.css"):
            with browser_of_navigator.get(path) as answer:
                kept[path] = answer.headers["Cache-Control"]

        assert kept["/toy/thing"] == "no-store"
        assert "max-age" in kept["/assets/app.css?v=1"]
        assert kept["/assets/app.css"] == "no-cache"

    @pytest.mark.parametrize("origin", ["null", "https://evil.service.gov.uk.evil.com", "http://localhost"])
    def test_are_shared_with_no_other_site(self, browser_of_navigator: FlaskClient, origin: str) -> None:
        answer = browser_of_navigator.get("/toy/api/v1/things", headers={"Origin": origin})

        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


MALFORMED = [
    "http://[x]",
    "[::1",
    "a]b",
    "http://\xe2\x84\x80",
    "9" * 5_000,
    "a:b:c",
    "\xff",
    "localhost:" + "9" * 30,
    ";=,",
]


class TestAMalformedHeader:
    @pytest.mark.parametrize(
        "name",
        ["Accept", "Accept-Language", "Authorization", "Cookie", "Forwarded", "Host", "Idempotency-Key", "If-Match",
         "If-Modified-Since", "If-None-Match", "Origin", "Range", "Referer", "Sec-Fetch-Site", "X-Forwarded-For",
         "X-Forwarded-Host", "X-Forwarded-Port", "X-Forwarded-Prefix", "X-Forwarded-Proto", "traceparent"],
    )  # fmt: skip
    @pytest.mark.parametrize("value", MALFORMED)
    def test_is_no_fault_of_ours(self, browser_of_navigator: FlaskClient, name: str, value: str) -> None:
        for method, path in (("GET", "/toy/thing"), ("POST", "/toy/thing"), ("GET", "/assets/app.css")):
            with browser_of_navigator.open(path, method=method, headers={name: value}) as answer:
                assert answer.status_code < 500, (method, path)

    @pytest.mark.parametrize("value", MALFORMED)
    def test_leads_nowhere_else(self, client: FlaskClient, value: str) -> None:
        answer = client.get("/toy/thing", query_string={"next": value})

        assert answer.location.startswith("/accounts/sign-in")
