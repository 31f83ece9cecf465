"""Rows 59, 69, 87, 100, 103 and 107: what the deployments that are there already answer, while others are still to come."""

import base64
import csv
import io
import json

import sqlalchemy as sa

from services.contracts import topics
from services.oversight.freezing import Freeze
from services.platform.messaging.log import Record
from tests.integration.bad_inputs.deployment import (
    PROBLEM,
    REFERRALS,
    REVIEWS,
    Deployment,
    accepted,
    changed,
    plain,
    refused,
    row,
)
from tests.world import BASE

CELLS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1", "＝1")


def steps_of(deployment: Deployment) -> str:
    """The address of this quarter's report, without its form."""
    at = deployment.clock.at
    return f"/oversight/steps/{at.year}-Q{(at.month + 2) // 3}"


@row(59)
def cells_that_run(deployment: Deployment) -> None:
    for text in CELLS:
        where = accepted(deployment.refer(changed("concern/concern", text)))
        assert deployment.read(where)["referral"]["concern"]["concern"] == text.strip()
    deployment.world.drain()
    board = deployment.world.caller("board-member")
    deployment.world.system.services["oversight"].dispatcher.handle(Freeze(immediately=True), actor=None)
    assert board.get(f"{steps_of(deployment)}.csv", query_string={"area": CELLS[0]}).status_code == 409

    exported = board.get(f"{steps_of(deployment)}.csv").get_data(as_text=True)

    cells = [cell for line in csv.reader(io.StringIO(exported)) for cell in line]
    assert len(cells) > 7
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))]


@row(69)
def wildcards(deployment: Deployment) -> None:
    accepted(deployment.refer(plain()))
    auditor = deployment.world.caller("data-protection-officer")
    for searched in ("%", "_", "%25", "________-____-____-____-____________"):
        for field in ("about", "by", "act"):
            assert auditor.get("/accounts/audit", query_string={field: searched}).status_code == 400
        for field in ("id", "actor", "act"):
            rows = auditor.get("/intake/api/v1/audit/rows", query_string={field: searched, "limit": "5"})
            assert rows.status_code == 400
            assert "rows" not in rows.get_json()


@row(87)
def tokens_of_another_kind(deployment: Deployment) -> None:
    claims = {"sub": "administrator", "role": "administrator", "exp": 4_000_000_000}
    tricks = ("../../dev/null", "' OR 1=1--", "https://evil.example/key")
    headers = [{"alg": "none"}, {"alg": "nOnE"}, {"alg": "HS256"}]
    headers += [{"alg": "RS256", name: trick} for trick in tricks for name in ("kid", "jku", "x5u")]
    tokens = [
        f"{_part(header)}.{_part(claims)}.{'' if 'one' in header['alg'].lower() else 'c2ln'}" for header in headers
    ]
    for token in (*tokens, f"{tokens[0]}.c2ln", _part({"alg": "none", "kid": "x" * 10_000}), "a.b.c"):
        answer = deployment.world.anyone().get(REVIEWS, base_url=BASE, headers={"Authorization": f"Bearer {token}"})
        refused(answer, 401, never=token)


@row(100)
def exports(deployment: Deployment) -> None:
    for user in ("navigator", "reviewer", "data-scientist", "administrator"):
        assert deployment.world.caller(user).get(f"{steps_of(deployment)}.csv").status_code == 403
    board = deployment.world.caller("board-member")
    accepted(deployment.refer(plain()))
    deployment.world.drain()
    deployment.world.system.services["oversight"].dispatcher.handle(Freeze(immediately=True), actor=None)
    assert board.get(f"{steps_of(deployment)}.csv?area=nowhere").status_code == 409
    assert board.get("/oversight/steps/1999-Q1.csv").status_code == 404


@row(103)
def records_that_nobody_of_ours_sent(deployment: Deployment) -> None:
    known = {"specversion": "1.0", "id": "f", "source": "/intake", "type": "intake.referral.received"}
    values = (b"\xff{", b"{}", json.dumps(known).encode(), json.dumps({**known, "dataschemaversion": "99"}).encode())
    log, casework = deployment.world.system.log, deployment.world.system.services["casework"]
    before = _dead_lettered(deployment)
    log.append([Record(topic=topics.REFERRALS.name, key="forged", value=value) for value in values])
    where = accepted(deployment.refer(plain()))

    deployment.world.drain()

    assert _dead_lettered(deployment) == before + len(values)
    assert len(deployment.reviewer.get(f"{REVIEWS}?referral_id={where.rpartition('/')[2]}").get_json()["items"]) == 1
    with casework.database.write() as connection:
        connection.execute(sa.delete(casework.tables.dead_letters))


@row(107)
def in_welsh(deployment: Deployment) -> None:
    for path in (f"{REFERRALS}/nothing", "/intake/api/v1/nothing"):
        welsh = deployment.navigator.get(path, headers={"Accept-Language": "cy"})
        assert (welsh.status_code, welsh.mimetype) == (404, PROBLEM)


def _part(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def _dead_lettered(deployment: Deployment) -> int:
    casework = deployment.world.system.services["casework"]
    with casework.database.read() as connection:
        count = sa.select(sa.func.count()).select_from(casework.tables.dead_letters)
        return connection.execute(count).scalar_one()
