"""An app with one navigator, who holds the session `good` and the bearer token `good`."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.contracts.codes import Role
from tests.web_app import FakeIdentities, an_app, an_identity


@pytest.fixture
def identities() -> FakeIdentities:
    navigator, reviewer = an_identity(Role.NAVIGATOR), an_identity(Role.REVIEWER, name="Remi Reviewer")
    return FakeIdentities(
        sessions={"good": navigator, "reviewer": reviewer}, bearers={"good": navigator, "reviewer": reviewer}
    )


@pytest.fixture
def app(tmp_path: Path, identities: FakeIdentities) -> Flask:
    return an_app(f"sqlite:///{tmp_path / 'toy.sqlite'}", identities)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without a session."""
    return app.test_client()


@pytest.fixture
def browser_of_navigator(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.set_cookie("waymark_session", "good")
    return client
