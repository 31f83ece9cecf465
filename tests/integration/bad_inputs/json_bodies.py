"""Rows 1 to 20: bodies that are no JSON, or JSON that two readers could understand differently."""

import json

from werkzeug.test import TestResponse

from tests.integration.bad_inputs.deployment import REFERRALS, Deployment, accepted, plain, refused, row
from tests.world import BASE

LIMIT = 64 * 1024


def _raw(deployment: Deployment, body: bytes, **options: object) -> TestResponse:
    return deployment.navigator.post(REFERRALS, body, **options)


def _with_number(literal: str) -> bytes:
    return json.dumps(plain()).replace('"age_about": 15', f'"age_about": {literal}').encode()


@row(1)
def empty(deployment: Deployment) -> None:
    refused(_raw(deployment, b""), 400)


@row(2)
def truncated(deployment: Deployment) -> None:
    refused(_raw(deployment, b"{"), 400)


@row(3)
def too_deep(deployment: Deployment) -> None:
    refused(_raw(deployment, b"[" * 1000 + b"]" * 1000), 400)
    refused(_raw(deployment, b'{"a":' * 10_000), 400)


@row(4)
def not_numbers(deployment: Deployment) -> None:
    for literal in ("NaN", "Infinity", "-Infinity"):
        refused(_raw(deployment, _with_number(literal)), 400)


@row(5)
def not_finite(deployment: Deployment) -> None:
    for literal in ("1e999", "-1e999"):
        refused(_raw(deployment, _with_number(literal)), 400)


@row(6)
def endless_integer(deployment: Deployment) -> None:
    refused(_raw(deployment, _with_number("9" * 5_000)), 400)


@row(7)
def key_twice(deployment: Deployment) -> None:
    refused(_raw(deployment, b'{"area": "northside", "area": "riverside"}'), 400)
    twice = json.dumps(plain()).replace('"age_about": 15', '"age_about": 15, "age_about": 16')
    refused(_raw(deployment, twice.encode()), 400)


@row(11)
def raw_control_byte(deployment: Deployment) -> None:
    refused(_raw(deployment, json.dumps(plain()).replace("Rowan", "Ro\x01wan").encode()), 400)


@row(12)
def not_utf8(deployment: Deployment) -> None:
    refused(_raw(deployment, json.dumps(plain()).encode().replace(b"Rowan", b"Ro\xff\xfewan")), 400)


@row(13)
def other_unicode(deployment: Deployment) -> None:
    for encoding in ("utf-16", "utf-16-le", "utf-32"):
        refused(_raw(deployment, json.dumps(plain()).encode(encoding)), 415)


@row(14)
def byte_order_mark(deployment: Deployment) -> None:
    refused(_raw(deployment, b"\xef\xbb\xbf" + json.dumps(plain()).encode()), 400)


@row(15)
def other_charset(deployment: Deployment) -> None:
    body = json.dumps(plain()).encode()
    refused(_raw(deployment, body, content_type="application/json; charset=latin-1"), 415)


@row(16)
def other_media_type(deployment: Deployment) -> None:
    body = json.dumps(plain()).encode()
    for media_type in ("text/plain", "application/xml", ""):
        refused(_raw(deployment, body, content_type=media_type), 415)


@row(17)
def compressed(deployment: Deployment) -> None:
    body = json.dumps(plain()).encode()
    for encoding in ("gzip", "br", "deflate"):
        refused(_raw(deployment, body, headers={"Content-Encoding": encoding}), 415)


@row(18)
def as_large_as_may_be(deployment: Deployment) -> None:
    body = json.dumps(plain()).encode()
    accepted(_raw(deployment, body.ljust(LIMIT - 1)))
    accepted(_raw(deployment, body.ljust(LIMIT)))
    refused(_raw(deployment, body.ljust(LIMIT + 1)), 413)
    refused(_raw(deployment, body.ljust(10 * 1024 * 1024)), 413)


@row(19)
def without_a_length(deployment: Deployment) -> None:
    """As waitress gives a chunked body: no length, and a stream that ends."""
    body = json.dumps(plain()).encode().ljust(10 * 1024 * 1024)
    response = deployment.world.anyone().post(
        REFERRALS,
        base_url=BASE,
        data=body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {deployment.navigator.token}", "Idempotency-Key": "chunked"},
        environ_overrides={"CONTENT_LENGTH": "", "wsgi.input_terminated": True},
    )

    refused(response, 413)


@row(20)
def no_object(deployment: Deployment) -> None:
    for body in (b"[]", b'"text"', b"null", b"true"):
        refused(_raw(deployment, body), 400)
