"""JSON operations: strict bodies, strict queries, and an OpenAPI 3.1 description generated from the same schemas."""

from collections.abc import Sequence
from functools import cache
from typing import Any, NoReturn

import flask
import flask_smorest
import marshmallow
from flask import Flask, Response, jsonify
from marshmallow import RAISE
from webargs.flaskparser import FlaskParser

from services.platform.errors import BadRequest, FieldError, Invalid
from services.platform.i18n import N_
from services.platform.web import access, pointers, problems, strict_json


class BadQuery(BadRequest):
    """A query parameter is unknown or invalid."""

    title = N_("The query parameters are not valid")


class _Parser(FlaskParser):
    """Reads bodies with `strict_json`, and refuses parameters that the schema does not declare."""

    DEFAULT_UNKNOWN_BY_LOCATION = {**FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION, "query": RAISE}  # noqa: RUF012

    def _get_schema(self, argmap: Any, req: flask.Request) -> marshmallow.Schema:
        return _made(argmap) if isinstance(argmap, type) else super()._get_schema(argmap, req)

    def load_json(self, req: flask.Request, schema: marshmallow.Schema) -> Any:
        try:
            return strict_json.read(req)
        except strict_json.UnusableText as error:
            raise strict_json.UnusableText(errors=pointers.declared(schema, error.errors)) from None

    def handle_error(
        self, error: marshmallow.ValidationError, req: flask.Request, schema: marshmallow.Schema, **_: Any
    ) -> NoReturn:
        located = error.messages_dict
        if "query" in located:
            raise BadQuery(errors=_errors(schema, located["query"])) from None
        raise Invalid(errors=_errors(schema, located.get("json", located))) from None


def _errors(schema: marshmallow.Schema, messages: object) -> Sequence[FieldError]:
    return pointers.declared(schema, problems.field_errors(messages))


@cache
def _made(schema: type[marshmallow.Schema]) -> marshmallow.Schema:
    """Caches one object per schema: creating one, with all its parts, costs more than reading a body with it."""
    return schema()


class ApiBlueprint(flask_smorest.Blueprint):
    """The operations of one API. Its prefix is complete: "/intake/api/v1"."""

    ARGUMENTS_PARSER = _Parser()


class _Problem(marshmallow.Schema):
    """A problem as defined by RFC 9457. It never repeats what was sent."""

    class _FieldError(marshmallow.Schema):
        pointer = marshmallow.fields.String(required=True)
        detail = marshmallow.fields.String(required=True)

    type = marshmallow.fields.String(required=True)
    title = marshmallow.fields.String(required=True)
    status = marshmallow.fields.Integer(required=True)
    detail = marshmallow.fields.String()
    instance = marshmallow.fields.String(required=True)
    errors = marshmallow.fields.List(marshmallow.fields.Nested(_FieldError))


class _Api(flask_smorest.Api):
    ERROR_SCHEMA = _Problem

    def _register_error_handlers(self) -> None:
        """Does nothing: the app has error handlers for pages and APIs alike (`problems.register`)."""

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE: str = problems.MEDIA_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"


def register(app: Flask, service: str, blueprints: Sequence[flask_smorest.Blueprint]) -> None:
    """Serves the blueprints, and their description at /<service>/api/v1/openapi.json."""
    for blueprint in blueprints:
        app.register_blueprint(blueprint)

    @app.get(f"/{service}/api/v1/openapi.json", endpoint="openapi")
    @access.public
    def openapi() -> Response:
        return jsonify(described())

    @cache
    def described() -> dict[str, Any]:
        return describe(service, blueprints)


def describe(service: str, blueprints: Sequence[flask_smorest.Blueprint]) -> dict[str, Any]:
    """Returns the OpenAPI document of these operations.

    Built on first request with a separate app, so no start waits for it.
    """
    app = Flask(service, static_folder=None)
    app.config.update(API_TITLE=f"Waymark {service}", API_VERSION="v1", OPENAPI_VERSION="3.1.0")
    api = _Api(
        app,
        spec_kwargs={
            "components": {"securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}}},
            "security": [{"bearer": []}],
        },
    )
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    document: dict[str, Any] = api.spec.to_dict()
    return document
