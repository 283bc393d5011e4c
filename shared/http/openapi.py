"""The OpenAPI document: what the framework writes, with refusals as they really are."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from shared.http.refusals import Refusals, api_routes, components, responses

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A problem document (RFC 9457). Problems may have further members, by type.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Names the kind of problem; stable."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "The cause, and what would help."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "detail": {"type": "string"},
                    "pointer": {"type": "string", "description": "JSON Pointer (RFC 6901) into the body."},
                    "parameter": {"type": "string"},
                    "in": {"type": "string", "enum": ["query", "path", "header", "cookie"]},
                },
            },
        },
    },
}

AS_YOU_HAVE_IT = {"description": "As you have it: the answer's `ETag` is the one in `If-None-Match`."}


def document(app: FastAPI, own: Refusals) -> dict[str, Any]:
    """The document, made once; ``own`` are the refusals of single operations."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        routes = {
            (method, route.path_format): route for route in api_routes(app.routes) for method in route.methods or ()
        }
        for path, operations in made.get("paths", {}).items():
            for method, operation in operations.items():
                answers = operation.setdefault("responses", {})
                answers.pop("422", None)
                if method == "get":
                    answers.setdefault("304", AS_YOU_HAVE_IT)
                route = routes.get((method.upper(), path))
                answers |= responses(method, operation, route, own.get(operation["operationId"], ()))
        made.setdefault("components", {})["responses"] = components()
        schemas = made["components"].setdefault("schemas", {})
        for name in ("HTTPValidationError", "ValidationError"):
            schemas.pop(name, None)
        schemas["Problem"] = PROBLEM
        app.openapi_schema = made
    return app.openapi_schema
