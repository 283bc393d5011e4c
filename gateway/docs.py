"""The merged OpenAPI document and its page, answered by Envoy itself from files."""

from __future__ import annotations

from gateway.extensions import Config, header
from gateway.settings import GatewaySettings

FILES = {
    "/openapi.json": ("openapi.json", "application/json"),
    "/docs": ("docs/index.html", "text/html; charset=utf-8"),
}


def docs_routes(settings: GatewaySettings) -> list[Config]:
    """A route for each file that exists."""
    return [
        {
            "name": f"docs.{path.strip('/')}",
            "match": {"path": path},
            "direct_response": {"status": 200, "body": {"filename": str(settings.assets / file)}},
            "response_headers_to_add": [header("content-type", media_type)],
        }
        for path, (file, media_type) in FILES.items()
        if (settings.assets / file).exists()
    ]
