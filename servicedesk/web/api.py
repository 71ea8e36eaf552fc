"""The frame of the JSON API: OpenAPI 3, made from the code, under /api/openapi.json."""

from flask import Flask, Response, jsonify
from flask_smorest import Api, Blueprint

from servicedesk.web import access

SETTINGS = {"API_TITLE": "Service desk", "API_VERSION": "v1", "OPENAPI_VERSION": "3.0.3"}


def set_up(app: Flask) -> None:
    """Prepare the API; its error answers are those of web/error_pages.py, which is set up later."""
    app.config.update(SETTINGS)
    api = Api(app)
    app.extensions["servicedesk.api"] = api

    @app.get("/api/openapi.json")
    @access.signed_in
    def describe_api() -> Response:
        return jsonify(api.spec.to_dict())


def register(app: Flask, blueprint: Blueprint) -> None:
    """Add the addresses of one feature."""
    app.extensions["servicedesk.api"].register_blueprint(blueprint)
