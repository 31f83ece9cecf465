"""Cursors, ETags, own addresses: small rules of the door."""

import pytest
from flask.testing import FlaskClient

from services.platform.web.redirects import safe

BEARER = {"Authorization": "Bearer good"}
THINGS = "/toy/api/v1/things"
ONE = f"{THINGS}/4f0f8a4e-9a3f-4a60-9bd5-1d7b0e1f7d11"


class TestPaging:
    def test_walks_a_list_to_its_end(self, client: FlaskClient) -> None:
        seen, cursor = [], ""
        while True:
            page = client.get(f"{THINGS}?limit=2{cursor}", headers=BEARER).get_json()
            seen.append(page["items"])
            if page["next"] is None:
                break
            cursor = f"&cursor={page['next']}"

        assert seen == [["a", "b"], ["c", "d"], ["e"]]

    @pytest.mark.parametrize("limit", ["0", "-1", "101", "1000000", "1000000000", "1.0", "", "a", "٣", "1%20"])
    def test_refuses_a_limit_that_is_none(self, client: FlaskClient, limit: str) -> None:
        assert client.get(f"{THINGS}?limit={limit}", headers=BEARER).status_code == 400

    @pytest.mark.parametrize("cursor", ["", "a", "!!!!", "e30", "é", "x" * 5_000])
    def test_refuses_a_cursor_that_is_none(self, client: FlaskClient, cursor: str) -> None:
        assert client.get(f"{THINGS}?cursor={cursor}", headers=BEARER).status_code == 400

    def test_refuses_somebody_elses_cursor(self, client: FlaskClient) -> None:
        cursor = client.get(THINGS, headers=BEARER).get_json()["next"]

        assert client.get(f"{THINGS}?cursor={cursor}", headers=BEARER).status_code == 200
        assert client.get(f"{THINGS}?cursor={cursor}", headers={"Authorization": "Bearer reviewer"}).status_code == 400


class TestVersions:
    @pytest.mark.parametrize(
        ("tag", "status"),
        [(None, 428), ("", 428), ("*", 428), ('"2"', 412), ('W/"3"', 412), ("3", 412), ('"x"', 412), ('"3", "4"', 412),
         ('"3"', 200)],
    )  # fmt: skip
    def test_a_change_names_what_it_read(self, client: FlaskClient, tag: str | None, status: int) -> None:
        headers = BEARER | ({} if tag is None else {"If-Match": tag})

        answer = client.put(ONE, headers=headers)

        assert answer.status_code == status
        assert answer.headers.get("ETag") == ('"4"' if status == 200 else None)


class TestOwnAddress:
    @pytest.mark.parametrize("address", ["/", "/toy/thing", "/toy/thing?a=b&c=%20d", "/a/~b/c-d_e.f"])
    def test_is_kept(self, address: str) -> None:
        assert safe(address) == address

    @pytest.mark.parametrize(
        "address",
        [None, "", "//evil", "/\\evil", "https:evil", "https://evil", "%2f%2fevil", "/%2f/evil", "/%5cevil", "/a//b",
         "evil", "/\tevil", "/a\r\nSet-Cookie: x", "javascript:alert(1)", "/" + "a" * 600, "/@evil", "/é"],
    )  # fmt: skip
    def test_of_anybody_else_is_not(self, address: str | None) -> None:
        assert safe(address) == "/"
