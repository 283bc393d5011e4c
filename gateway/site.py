"""The reference front-end: what leads to it, and the listener by which it comes back to ask the API.

The site asks as its reader would: with the reader's cookie and token, and from the reader's address, so that rates and
networks are counted by reader and not by site. An address that a client merely claims is worth nothing, so it has a
listener of its own for that, away from the public, which believes ``x-forwarded-for`` from whoever knows the gateway's
key and refuses everybody else.
"""

from __future__ import annotations

from gateway.compression import compressed_here
from gateway.docs import READS
from gateway.extensions import Config, extension, seconds, typed
from gateway.settings import GatewaySettings
from gateway.table import MEGABYTE, NOT_THE_SITES, SITE

SITE_KEY = "x-site-key"
"""The header by which the site shows that it is the site."""

LIVE = "/live"
"""Below this the site streams."""

SESSION_COOKIE = "plenary_refresh"


def site_routes(settings: GatewaySettings) -> list[Config]:
    """Everything that is not the platform's own leads to the site, if there is one."""
    if settings.web is None:
        return []
    refused = [
        {
            "name": "nowhere",
            "match": {"path_separated_prefix": prefix},
            "direct_response": {"status": 404},
        }
        for prefix in NOT_THE_SITES
    ]
    to: Config = {
        "cluster": SITE,
        "timeout": seconds(settings.upstream_timeout_seconds + 5),
        "hash_policy": [{"cookie": {"name": SESSION_COOKIE}}],
    }
    again = {"retry_on": "connect-failure,refused-stream", "num_retries": 2}
    return [
        *refused,
        {
            # Streams of server-sent events: they stand for as long as the site lets them, which says something every
            # quarter of a minute, and they are not compressed, because a compressor waits for more.
            "name": "site.live",
            "match": {"path_separated_prefix": LIVE, "headers": [READS]},
            "route": to
            | {"timeout": "0s", "idle_timeout": "60s", "max_stream_duration": {"max_stream_duration": "1200s"}},
        },
        {
            "name": "site",
            "match": {"prefix": "/", "headers": [READS]},
            "route": to | {"retry_policy": again},
            "typed_per_filter_config": compressed_here(),
        },
        {
            "name": "site.write",
            "match": {"prefix": "/"},
            "route": to,
            "typed_per_filter_config": compressed_here()
            | {
                "envoy.filters.http.buffer": typed(
                    "envoy.extensions.filters.http.buffer.v3.BufferPerRoute",
                    buffer={"max_request_bytes": 2 * MEGABYTE},
                )
            },
        },
    ]


def only_the_site() -> Config:
    """Refuse whoever does not show the key that the filter before has put on."""
    shown, known = _header(SITE_KEY), _header("x-plenary-gateway-key")
    return extension(
        "plenary.only-the-site",
        "envoy.extensions.filters.http.rbac.v3.RBAC",
        rules={
            "action": "ALLOW",
            "policies": {
                "the-site": {
                    "permissions": [{"any": True}],
                    "principals": [{"any": True}],
                    "condition": {"call_expr": {"function": "_==_", "args": [shown, known]}},
                }
            },
        },
    )


def _header(name: str) -> Config:
    headers = {"select_expr": {"operand": {"ident_expr": {"name": "request"}}, "field": "headers"}}
    return {"call_expr": {"function": "_[_]", "args": [headers, {"const_expr": {"string_value": name}}]}}
