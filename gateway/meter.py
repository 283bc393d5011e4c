"""The meter check: metering is asked before content sees who wants to read an article."""

from __future__ import annotations

from gateway.extensions import Config, extension, seconds, typed
from gateway.settings import GatewaySettings

NAME = "envoy.filters.http.ext_authz"

ASKED_WITH = (
    "authorization",
    "cookie",
    "purpose",
    "sec-purpose",
    "traceparent",
    "user-agent",
    "x-plenary-client-address",
    "x-plenary-gateway-key",
    "x-request-id",
)
"""What metering hears of the request beside its method and path."""


def meter_check(settings: GatewaySettings) -> Config:
    """Ask metering about the article. It annotates; the wall is content's answer.

    When metering cannot be asked, or takes too long, the request goes on with ``x-envoy-auth-failure-mode-allowed``,
    which content believes beside the gateway's key: readers read, and the view is counted afterwards.
    """
    check = extension(
        NAME,
        "envoy.extensions.filters.http.ext_authz.v3.ExtAuthz",
        transport_api_version="V3",
        stat_prefix="meter_check",
        failure_mode_allow=True,
        failure_mode_allow_header_add=True,
        allowed_headers={"patterns": [{"exact": name} for name in ASKED_WITH]},
        http_service={
            "server_uri": {
                "uri": "http://metering",
                "cluster": "metering",
                "timeout": seconds(settings.meter_timeout_ms / 1000),
            },
            "path_prefix": "/internal/meter-check",
            "authorization_response": {
                "allowed_upstream_headers": {"patterns": [{"exact": "x-plenary-access"}]},
                # The cookie by which metering knows an anonymous reader again.
                "allowed_client_headers_on_success": {"patterns": [{"exact": "set-cookie"}]},
            },
        },
    )
    # Off unless a route turns it on, so that a new route never asks by accident.
    return {**check, "disabled": True}


def asked_here() -> Config:
    """Turn the meter check on for one route."""
    return {
        NAME: typed(
            "envoy.config.route.v3.FilterConfig",
            config=typed("envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute", check_settings={}),
        )
    }
