"""The merged OpenAPI document and its page, answered by Envoy itself from files."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.extensions import Config, header
from gateway.settings import GatewaySettings

READS = {"name": ":method", "string_match": {"safe_regex": {"regex": "GET|HEAD"}}}

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; "
    # Swagger UI sets styles on elements, and draws its icons from data: URLs.
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from anywhere else, and no script that does not lie here as a file."""


@dataclass(frozen=True, slots=True)
class File:
    """A file below ``GatewaySettings.assets``, and how it is served."""

    name: str
    media_type: str
    policy: str | None = None


SCRIPT, STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"

FILES = {
    "/openapi.json": File("openapi.json", "application/json"),
    "/docs": File("docs/index.html", "text/html; charset=utf-8", PAGE_POLICY),
    "/docs/reference.js": File("docs/reference.js", SCRIPT),
    "/docs/swagger-ui.js": File("vendor/swagger-ui/swagger-ui-bundle.js", SCRIPT),
    "/docs/swagger-ui.css": File("vendor/swagger-ui/swagger-ui.css", STYLE),
}


def docs_routes(settings: GatewaySettings) -> list[Config]:
    """A route for each file."""
    return [
        {
            "name": f"docs.{path.strip('/')}",
            "match": {"path": path, "headers": [READS]},
            "direct_response": {"status": 200, "body": {"filename": str(settings.assets / file.name)}},
            "response_headers_to_add": [header(name, value) for name, value in _headers(file).items()],
        }
        for path, file in FILES.items()
    ]


def _headers(file: File) -> dict[str, str]:
    headers = {"content-type": file.media_type, "cache-control": "public, max-age=300"}
    return headers | ({"content-security-policy": file.policy} if file.policy else {})
