"""One OpenAPI document for the whole platform, merged from those of the services, as the gateway serves it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gateway.settings import ASSETS
from gateway.table import TABLE

Document = dict[str, Any]

FILE = ASSETS / "openapi.json"
VERSION = "1"

INTRODUCTION = """\
Plenary's API, as the gateway serves it.

- **Who you are.** `Authorization: Bearer …` with the access token of `POST /v1/sessions`; it lives for ten minutes, and
  `POST /v1/sessions/refresh` gives the next. Anonymous readers are known to the meter by a cookie.
- **Refusals** are problem documents (RFC 9457). `type` is stable, so decide by it.
- **Lists** are pages with `Link` (RFC 8288). A cursor is opaque, and good for the same list with the same filters only.
- **Changes** of what others may change too take `If-Match` with the `ETag` that you saw.
- **Creations** take an `Idempotency-Key`, so that trying again makes nothing twice.
"""


def merge(documents: Mapping[str, Document]) -> Document:
    """The document of all services, keyed by their names. A ``ValueError`` names what does not fit together: a path
    that the gateway does not lead to its service, an operation or a schema that two services name alike.
    """
    merged: Document = {
        "openapi": "3.1.0",
        "info": {"title": "Plenary", "version": VERSION, "description": INTRODUCTION},
        "servers": [{"url": "/", "description": "The gateway that served this document"}],
        "tags": [],
        "paths": {},
        "components": {},
    }
    for service, document in documents.items():
        for path, operations in document.get("paths", {}).items():
            owner = service_of(path)
            if owner != service:
                raise ValueError(f"{service} serves {path}, which the gateway leads to {owner or 'nobody'}")
            merged["paths"][path] = operations
        for kind, parts in document.get("components", {}).items():
            _take_over(merged["components"].setdefault(kind, {}), parts, service)
        merged["tags"] += ({"name": tag, "description": f"Served by {service}."} for tag in _tags(document))
    _insist_on_unique_names(merged)
    merged["components"] = {kind: dict(sorted(parts.items())) for kind, parts in sorted(merged["components"].items())}
    return merged


def render(documents: Mapping[str, Document]) -> str:
    """The merged document as the text of the file."""
    return json.dumps(merge(documents), indent=1, ensure_ascii=False) + "\n"


def service_of(path: str) -> str | None:
    """The service that the gateway leads a path to."""
    for entry in TABLE:
        if path == entry.prefix or path.startswith(f"{entry.prefix}/"):
            return entry.service
    return None


def operations(document: Document) -> Iterator[tuple[str, str, str]]:
    """Each operation's id, method and path."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield operation["operationId"], method.upper(), path


def _take_over(known: Document, parts: Document, service: str) -> None:
    for name, part in parts.items():
        if known.setdefault(name, part) != part:
            raise ValueError(f"{service} means something else by {name} than another service; one must be renamed")


def _tags(document: Document) -> list[str]:
    used = (
        tag for methods in document["paths"].values() for operation in methods.values() for tag in operation["tags"]
    )
    return list(dict.fromkeys(used))


def _insist_on_unique_names(document: Document) -> None:
    seen: dict[str, str] = {}
    for name, method, path in operations(document):
        where = f"{method} {path}"
        if name in seen:
            raise ValueError(f"{seen[name]} and {where} are both called {name}")
        seen[name] = where
    tags = [tag["name"] for tag in document["tags"]]
    if twice := {name for name in tags if tags.count(name) > 1}:
        raise ValueError(f"two services use the tag {', '.join(sorted(twice))}")
