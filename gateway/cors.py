"""Which pages of other origins may call the API."""

from __future__ import annotations

from gateway.extensions import Config, extension, typed
from gateway.settings import GatewaySettings

NAME = "envoy.filters.http.cors"

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
SENT = "authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, traceparent"
READ = (
    "deprecation, etag, link, location, ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after, sunset, "
    "traceresponse, x-request-id"
)
"""Headers of an answer that a page's script may read."""


def cors() -> Config:
    """The filter; what it allows is said per virtual host."""
    return extension(NAME, "envoy.extensions.filters.http.cors.v3.Cors")


def allowed_origins(settings: GatewaySettings) -> Config:
    """Exactly the origins named in the settings, with credentials; preflights are answered here, also refusals."""
    return {
        NAME: typed(
            "envoy.extensions.filters.http.cors.v3.CorsPolicy",
            allow_origin_string_match=[{"exact": origin} for origin in settings.cors_origins],
            allow_methods=METHODS,
            allow_headers=SENT,
            expose_headers=READ,
            allow_credentials=True,
            max_age="600",
            forward_not_matching_preflights=False,
        )
    }
