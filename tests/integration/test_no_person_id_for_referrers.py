"""No page and no answer that somebody who refers may read holds the id under which a young person is known."""

from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import AnyConverter, UUIDConverter
from werkzeug.routing import Rule as Route

from services.contracts.codes import Role
from services.platform.web import access
from services.platform.web.access import Who
from tests.world import World, a_world

REFERRALS = "/intake/api/v1/referrals"
REFERRERS = {
    "navigator": Role.NAVIGATOR,
    "referrer": Role.REFERRER,
    "partner-system": Role.PARTNER_SYSTEM,
    "screening-officer": Role.SCREENING_OFFICER,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same young person, referred twice by the navigator and once by a partner's system, and being reviewed."""
    with a_world(tmp_path_factory.mktemp("referrers")) as world:
        body = world.example("intake", REFERRALS)
        for user in ("navigator", "navigator", "partner-system"):
            assert world.caller(user).post(REFERRALS, body).status_code == 202
        world.drain()
        yield world


def cells(world: World, column: str) -> set[Any]:
    """What stands in every column of this name, of every service."""
    found: set[Any] = set()
    for service in world.system.services.values():
        with service.database.read() as connection:
            for table in service.metadata.sorted_tables:
                if column in table.c:
                    found.update(connection.execute(sa.select(table.c[column])).scalars())
    return found - {None}


def readable(app: Flask, role: Role) -> Iterator[Route]:
    for route in app.url_map.iter_rules():
        rule = access.rule_of(app, route.endpoint, "GET") if "GET" in (route.methods or ()) else None
        if rule is not None and (rule.who is not Who.ROLES or role in rule.roles) and "/assets/" not in route.rule:
            yield route


def addresses(world: World, route: Route) -> Iterator[str]:
    """The route with every id that there is for its places, up to what tells something."""
    values: dict[str, list[Any]] = {}
    for name, converter in route._converters.items():
        if isinstance(converter, AnyConverter):
            values[name] = sorted(converter.items)
        elif isinstance(converter, UUIDConverter):
            values[name] = [*sorted(cells(world, name)), uuid4()]
        else:
            values[name] = [1]
    for chosen in product(*values.values()):
        built = route.build(dict(zip(values, chosen, strict=True)))
        assert built is not None
        yield built[1]


@pytest.mark.parametrize("user", REFERRERS)
def test_every_get_that_a_referrer_may_use_is_without_one(world: World, user: str) -> None:
    people = {UUID(str(found)) for found in cells(world, "person_id")}
    assert people
    ids = {form for person in people for form in (str(person), person.hex)}
    caller, shown = world.caller(user), 0

    for service in world.system.services.values():
        for route in readable(service.app, REFERRERS[user]):
            for address in addresses(world, route):
                answer = caller.get(address)
                shown += answer.status_code == 200
                said = f"{address} {answer.headers} {answer.get_data(as_text=True)}".casefold()
                assert [one for one in ids if one in said] == [], address
                assert '"person_id"' not in said or route.rule.endswith("openapi.json"), address

    assert shown >= 10
