"""The route configuration: the table, with reads and writes told apart."""

from __future__ import annotations

from gateway.cors import allowed_origins
from gateway.docs import READS, docs_routes
from gateway.extensions import Config, seconds, typed
from gateway.filters import body_limit
from gateway.meter import asked_here
from gateway.settings import GatewaySettings
from gateway.site import SITE_KEY, site_routes
from gateway.table import METERED, TABLE, Entry


def route_configuration(settings: GatewaySettings, *, site: bool = False) -> Config:
    """All routes of the public listener, or of the one that only the site uses (`site`), which lead to the API alone.
    What matches none is answered 404 by Envoy itself.
    """
    return {
        "name": "site" if site else "plenary",
        "max_direct_response_body_size_bytes": 8 * 1024 * 1024,
        "virtual_hosts": [
            {
                "name": "plenary",
                "domains": ["*"],
                "routes": [
                    *([] if site else docs_routes(settings)),
                    _metered(settings),
                    *(route for entry in TABLE for route in _both_ways(entry, settings)),
                    *([] if site else site_routes(settings)),
                ],
                # The site's word that it is the site goes no further than this.
                "request_headers_to_remove": [SITE_KEY],
                "typed_per_filter_config": allowed_origins(settings),
            }
        ],
    }


def _metered(settings: GatewaySettings) -> Config:
    """One article, read: the only route on which metering is asked."""
    return {
        "name": "content.article",
        "match": {"safe_regex": {"regex": METERED}, "headers": [READS]},
        "route": _to("content", settings) | {"retry_policy": _retries()},
        "typed_per_filter_config": asked_here(),
    }


def _both_ways(entry: Entry, settings: GatewaySettings) -> list[Config]:
    """A route for reads, which may be tried again, and one for everything else, which must not."""
    name = f"{entry.service}.{entry.prefix.rsplit('/', 1)[-1]}"
    reads: Config = {
        "name": name,
        "match": {"path_separated_prefix": entry.prefix, "headers": [READS]},
        "route": _to(entry.service, settings) | {"retry_policy": _retries()},
    }
    writes: Config = {
        "name": f"{name}.write",
        "match": {"path_separated_prefix": entry.prefix},
        "route": _to(entry.service, settings),
    }
    if entry.body_limit is not None:
        writes["typed_per_filter_config"] = body_limit(entry.body_limit)
    return [reads, writes]


def _to(service: str, settings: GatewaySettings) -> Config:
    return {"cluster": service, "timeout": seconds(settings.upstream_timeout_seconds)}


def _retries() -> Config:
    """Twice more, on another replica where there is one. Never a write: only its client knows whether it may be
    repeated, and has the Idempotency-Key for it.
    """
    return {
        "retry_on": "connect-failure,refused-stream,reset,gateway-error",
        "num_retries": 2,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": typed("envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"),
            }
        ],
        "host_selection_retry_max_attempts": 3,
        "retry_back_off": {"base_interval": "0.05s", "max_interval": "0.5s"},
    }
