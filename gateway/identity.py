"""What a client may not say, taken off first; what the gateway says, put on; what every answer carries."""

from __future__ import annotations

from gateway.extensions import Config, extension, header
from gateway.process import KEY_VARIABLE
from gateway.settings import GatewaySettings

OURS = ("x-plenary-", "x-envoy-")
"""Prefixes of headers that only the gateway and the services behind it may say."""

FORWARDED = ("x-forwarded-for", "x-forwarded-proto")
"""Written anew from the connection, unless trusted proxies stand in front."""

MISLEADING = (
    "forwarded",
    "x-forwarded-host",
    "x-forwarded-port",
    "x-forwarded-prefix",
    "x-forwarded-server",
    "x-http-method-override",
    "x-original-method",
    "x-original-url",
    "x-real-ip",
    "x-request-id",
    "x-rewrite-url",
)
"""Headers that some framework or proxy somewhere believes. The request id is the gateway's to give, so that no client
can write its lines into another's trail; who wants to follow a journey of their own sends ``traceparent``."""


def early_header_mutation(settings: GatewaySettings, *, site: bool = False) -> Config:
    """Take off what only the gateway may say, before any filter or route sees the request.

    ``request_headers_to_remove`` of a route would come too late: it runs after ``ext_authz``, and would take off what
    metering has just said.
    """
    names = MISLEADING if settings.trusted_hops or site else (*MISLEADING, *FORWARDED)
    return extension(
        "envoy.http.early_header_mutation.header_mutation",
        "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
        mutations=[
            *({"remove_on_match": {"key_matcher": {"prefix": prefix, "ignore_case": True}}} for prefix in OURS),
            *({"remove": name} for name in names),
        ],
    )


def identity(settings: GatewaySettings) -> Config:
    """Say to metering and to every service that the request came through the gateway, and from which address.

    It is the first filter, so what it does to an answer is done last, to Envoy's own answers too.
    """
    return extension(
        "plenary.identity",
        "envoy.extensions.filters.http.header_mutation.v3.HeaderMutation",
        mutations={
            "request_mutations": [
                {"append": header("x-plenary-gateway-key", f"%ENVIRONMENT({KEY_VARIABLE})%")},
                {"append": header("x-plenary-client-address", "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%")},
            ],
            "response_mutations": [*_rate_headers(), *_security_headers(settings)],
        },
    )


def _rate_headers() -> list[Config]:
    """Say the rate without the X- (draft-ietf-httpapi-ratelimit-headers-06); an answer that was not counted says none.

    Later drafts put all of it into one structured field, which Envoy's formatter cannot leave out where it is empty.
    """
    names = ("limit", "remaining", "reset")
    return [
        *({"append": header(f"ratelimit-{it}", f"%RESP(X-RATELIMIT-{it.upper()})%", "ADD_IF_ABSENT")} for it in names),
        {"remove_on_match": {"key_matcher": {"prefix": "x-ratelimit-"}}},
    ]


def _security_headers(settings: GatewaySettings) -> list[Config]:
    """What every answer carries unless the service said otherwise."""
    headers = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    }
    if settings.tls_certificate:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return [{"append": header(key, value, "ADD_IF_ABSENT")} for key, value in headers.items()]
