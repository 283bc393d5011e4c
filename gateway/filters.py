"""The HTTP filters in the order a request meets them."""

from __future__ import annotations

from gateway.compression import compressors
from gateway.cors import cors
from gateway.extensions import Config, extension, typed
from gateway.identity import identity
from gateway.meter import meter_check
from gateway.rates import rates
from gateway.settings import GatewaySettings
from gateway.site import only_the_site
from gateway.tokens import tokens

BUFFER = "envoy.filters.http.buffer"


def http_filters(settings: GatewaySettings, *, site: bool = False) -> list[Config]:
    """Preflights before rates, rates before work, the token before the meter, the meter before the service."""
    return [
        identity(settings),
        *([only_the_site()] if site else []),
        *([] if site else compressors()),
        cors(),
        rates(settings),
        *tokens(settings),
        extension(BUFFER, "envoy.extensions.filters.http.buffer.v3.Buffer", max_request_bytes=settings.body_limit),
        meter_check(settings),
        extension(
            "envoy.filters.http.router", "envoy.extensions.filters.http.router.v3.Router", suppress_envoy_headers=True
        ),
    ]


def body_limit(limit: int) -> Config:
    """Another limit on the request body for one route."""
    return {
        BUFFER: typed("envoy.extensions.filters.http.buffer.v3.BufferPerRoute", buffer={"max_request_bytes": limit})
    }
