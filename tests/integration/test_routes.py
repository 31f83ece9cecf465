"""Every address of every service says who may use it, and keeps to it."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, UUIDConverter
from werkzeug.routing import Rule as Route

from services.platform.web import access, current
from services.platform.web.access import Who
from tests.world import BASE, World, a_world

SERVICES = ("accounts", "intake", "scoring", "casework", "oversight")
NOT_RECORDS_OF_THEIR_OWN = {
    "note_id": "the case, whose id stands beside it, is what somebody may not know",
    "entry_id": "the same",
    "text_id": "what was typed and not sent is deleted by its owner; anybody else is answered as if it were gone",
}
every_service = pytest.mark.parametrize("service", SERVICES)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with a_world(tmp_path_factory.mktemp("routes")) as world:
        yield world


def routes(app: Flask) -> Iterator[tuple[str, Route]]:
    for route in app.url_map.iter_rules():
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, route


def address(route: Route) -> str:
    """The route with some value in each of its places."""
    values: dict[str, object] = {name: uuid4() for name in route.arguments}
    for name, converter in route._converters.items():
        if isinstance(converter, AnyConverter):
            values[name] = min(converter.items)
        elif not isinstance(converter, UUIDConverter):
            values[name] = 1
    built = route.build(values)
    assert built is not None
    return built[1]


class TestEveryRoute:
    @every_service
    def test_declares_who_may_use_it(self, world: World, service: str) -> None:
        assert access.undeclared(world.system.services[service].app) == []

    @every_service
    def test_is_under_its_service_s_own_prefix(self, world: World, service: str) -> None:
        own = (f"/{service}/", "/assets/") if service == "accounts" else (f"/{service}/",)
        astray = [
            route.rule
            for _, route in routes(world.system.services[service].app)
            if not f"{route.rule}/".startswith(own) and not (service == "accounts" and route.rule == "/")
        ]

        assert astray == []

    @every_service
    def test_is_closed_to_whoever_is_not_signed_in_unless_it_is_public(self, world: World, service: str) -> None:
        app = world.system.services[service].app
        client = world.anyone()
        open_routes = []
        for method, route in routes(app):
            rule = access.rule_of(app, route.endpoint, method)
            if rule is None or rule.who is Who.PUBLIC:
                continue
            response = client.open(address(route), method=method, base_url=BASE)
            to_sign_in = response.status_code == 303 and response.location.startswith("/accounts/sign-in")
            if response.status_code != 401 and not to_sign_in:
                open_routes.append(f"{method} {route.rule}: {response.status_code}")

        assert open_routes == []

    @every_service
    def test_that_names_a_record_has_its_refusals_audited(self, world: World, service: str) -> None:
        app = world.system.services[service].app
        audited = {known.argument for known in current.site_of(app).records}
        named = {
            name
            for _, route in routes(app)
            for name, converter in route._converters.items()
            if isinstance(converter, UUIDConverter)
        }

        assert named - audited - set(NOT_RECORDS_OF_THEIR_OWN) == set()

    @every_service
    def test_is_closed_to_a_token_that_nobody_holds(self, world: World, service: str) -> None:
        app = world.system.services[service].app
        client = world.anyone()
        answered = {
            f"{method} {route.rule}": client.open(
                address(route), method=method, base_url=BASE, headers={"Authorization": "Bearer nobodys"}
            ).status_code
            for method, route in routes(app)
            if (rule := access.rule_of(app, route.endpoint, method)) is not None and rule.who is not Who.PUBLIC
        }

        assert {name: status for name, status in answered.items() if status not in (401, 303)} == {}
