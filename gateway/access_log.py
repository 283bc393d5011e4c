"""One JSON line for each request: what was asked and how it went, never who asked or with which secret."""

from __future__ import annotations

from gateway.extensions import Config, extension
from gateway.table import SITE_SECRETS, TABLE

FIELDS = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "service": "gateway",
    "event": "request",
    "method": "%REQ(:METHOD)%",
    "route": "%ROUTE_NAME%",
    "upstream": "%UPSTREAM_CLUSTER%",
    "status": "%RESPONSE_CODE%",
    "details": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "duration_ms": "%DURATION%",
    "upstream_ms": "%RESPONSE_DURATION%",
    "received_bytes": "%BYTES_RECEIVED%",
    "sent_bytes": "%BYTES_SENT%",
    "attempts": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    "protocol": "%PROTOCOL%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "traceparent": "%REQ(TRACEPARENT)%",
}
"""No query string, no cookie, no Authorization, no client address, no user agent."""


def access_logs() -> list[Config]:
    """Standard output; values are escaped by Envoy's JSON formatter, so no text from outside ends a line."""
    return [
        extension(
            "envoy.access_loggers.stdout",
            "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
            log_format={"json_format": FIELDS | {"path": f"%CEL({_path()})%"}},
        )
    ]


def _path() -> str:
    """The path without its query string, and without what follows a prefix below which tokens stand."""
    path = "request.url_path"
    for prefix in (*SITE_SECRETS, *(entry.prefix for entry in TABLE if entry.secret)):
        path = f"request.url_path.startsWith('{prefix}/') ? '{prefix}/[secret]' : {path}"
    return path
