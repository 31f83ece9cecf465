"""Rows 73 to 78, 93 to 95 and 105 to 108: addresses, methods and headers that nobody sends by mistake."""

import sqlalchemy as sa
from werkzeug.test import TestResponse

from tests.integration.bad_inputs.deployment import PROBLEM, REFERRALS, REVIEWS, Deployment, plain, refused, row
from tests.integration.bad_inputs.signing_in import signed_in
from tests.world import BASE


@row(73)
def header_in_a_redirect(deployment: Deployment) -> None:
    for sent in ("/%0d%0aSet-Cookie:x=1", "/intake%0aSet-Cookie:x=1"):
        response = signed_in(deployment, "navigator", where=sent)
        assert "x=1" not in str(response.headers)


@row(74)
def other_hosts(deployment: Deployment) -> None:
    client = deployment.world.anyone()

    assert client.get("/accounts/sign-in", base_url="http://evil.example").status_code == 400
    answer = client.get("/", base_url=BASE, headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.get_data(as_text=True) + str(answer.headers)


@row(75)
def other_addresses(deployment: Deployment) -> None:
    """Another claimed address each time does not help: the limit is on the name."""
    wrong = {"password": "wrong"}  # pragma: allowlist secret
    statuses = [
        signed_in(deployment, "nobody-forwarded", **wrong, forwarded=f"192.0.2.{number}").status_code
        for number in range(8)
    ]

    assert statuses[-1] == 429


@row(76)
def other_methods(deployment: Deployment) -> None:
    for header in ("X-HTTP-Method-Override", "X-Method-Override"):
        refused(deployment.navigator.post(REFERRALS, plain(), headers={header: "DELETE"}), 405)
    for method in ("TRACE", "PROPFIND", "DELETE"):
        response = deployment.navigator.send(method, REFERRALS)
        refused(response, 405)
        assert "POST" in response.headers["Allow"]


@row(77)
def odd_paths(deployment: Deployment) -> None:
    client = deployment.navigator
    for path in (
        "/intake//api/v1/referrals",
        "/intake/api/v1/..%2freferrals",
        "/intake/api/v1/referrals;jsessionid=1",
        "/intake/api/v1/referrals.",
        "/Intake/api/v1/referrals",
        "/intake/%2e%2e/casework/api/v1/reviews",
    ):
        assert client.get(path).status_code == 404, path


@row(78)
def much_in_front_of_the_body(deployment: Deployment) -> None:
    many = {f"X-Header-{number}": "x" for number in range(101)}
    long = {"X-Header": "x" * 8191}
    client = deployment.reviewer

    assert client.get(REVIEWS, headers=many).status_code == 200
    assert client.get(REVIEWS, headers=long).status_code == 200
    assert client.get(f"{REVIEWS}?{'x' * 4095}").status_code < 500


@row(93)
def foreign_origins(deployment: Deployment) -> None:
    for origin in ("null", "https://evil.service.gov.uk.evil.example"):
        response = deployment.reviewer.get(REVIEWS, headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in response.headers


@row(94)
def frames(deployment: Deployment) -> None:
    for path in ("/accounts/sign-in", "/intake/referrals/new"):
        policy = deployment.world.anyone().get(path, base_url=BASE).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy


@row(95)
def redirects_elsewhere(deployment: Deployment) -> None:
    for sent in ("//evil.example", "/%5Cevil.example", "https:evil.example", "%2f%2fevil.example"):
        response = signed_in(deployment, "navigator", where=sent)
        assert response.status_code == 303
        assert "evil" not in response.location


@row(105)
def other_answers_wanted(deployment: Deployment) -> None:
    for accept in ("text/html", "application/xml"):
        refused(deployment.reviewer.get(REVIEWS, headers={"Accept": accept}), 406)
    refused(deployment.reviewer.get(f"{REVIEWS}/x", headers={"Accept": "*/*"}), 404)


@row(106)
def looking_without_a_sign_in(deployment: Deployment) -> None:
    client = deployment.world.anyone()
    path = f"{REVIEWS}/00000000-0000-4000-8000-000000000000"
    for method in ("HEAD", "OPTIONS"):
        response = client.open(path, method=method, base_url=BASE)
        assert response.status_code in (401, 404)
        assert response.get_data() == b"" or response.mimetype == PROBLEM


@row(108)
def our_own_fault(deployment: Deployment) -> None:
    """A table is gone: the answer tells neither that, nor what was sent."""
    intake = deployment.world.system.services["intake"]
    _rename(intake.database.engine, "referrals", "mislaid")
    try:
        response: TestResponse = deployment.refer(plain())
    finally:
        _rename(intake.database.engine, "mislaid", "referrals")

    assert response.status_code in (500, 503)
    said = response.get_data(as_text=True)
    assert response.mimetype == PROBLEM
    assert not any(word in said for word in ("Traceback", "SELECT", "INSERT", "mislaid", "referrals", "Rowan"))


def _rename(engine: sa.Engine, old: str, new: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text(f"ALTER TABLE {old} RENAME TO {new}"))
