"""The whole configuration of one Envoy process, as data and as YAML."""

from __future__ import annotations

import yaml

from gateway.access_log import access_logs
from gateway.clusters import STATS, clusters
from gateway.extensions import Config, extension, seconds, typed
from gateway.filters import http_filters
from gateway.identity import early_header_mutation
from gateway.problems import local_replies
from gateway.routes import route_configuration
from gateway.settings import GatewaySettings

MANAGER = "envoy.filters.network.http_connection_manager"
MANAGER_TYPE = "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
HEADER = "# Rendered by `python -m gateway render`; change gateway/ and render again.\n"


def render(settings: GatewaySettings) -> str:
    """Envoy's configuration as YAML, ready for ``envoy --config-path``. The same settings give the same text."""
    return HEADER + yaml.safe_dump(bootstrap(settings), sort_keys=False, width=120, allow_unicode=True)


def bootstrap(settings: GatewaySettings) -> Config:
    """Envoy's configuration as data."""
    return {
        "node": {"id": "plenary-gateway", "cluster": "plenary-gateway"},
        "admin": {"address": _address("127.0.0.1", settings.admin_port)},
        "static_resources": {
            "listeners": [_public_listener(settings), *_site_listeners(settings), *_stats_listeners(settings)],
            "clusters": clusters(settings),
        },
        "overload_manager": {
            "resource_monitors": [
                extension(
                    "envoy.resource_monitors.global_downstream_max_connections",
                    "envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    max_active_downstream_connections=10_000,
                )
            ]
        },
    }


def _public_listener(settings: GatewaySettings) -> Config:
    chain: Config = {"filters": [_manager(settings)]}
    if settings.tls_certificate and settings.tls_key:
        chain["transport_socket"] = _tls(settings)
    return {
        "name": "public",
        "address": _address(settings.host, settings.port),
        "per_connection_buffer_limit_bytes": 1024 * 1024,
        "filter_chains": [chain],
    }


def _site_listeners(settings: GatewaySettings) -> list[Config]:
    """The listener by which the site asks the API on behalf of its readers."""
    if settings.web is None:
        return []
    return [
        {
            "name": "site",
            "address": _address(settings.site_host, settings.site_port),
            "per_connection_buffer_limit_bytes": 1024 * 1024,
            "filter_chains": [{"filters": [_manager(settings, site=True)]}],
        }
    ]


def _manager(settings: GatewaySettings, *, site: bool = False) -> Config:
    return extension(
        MANAGER,
        MANAGER_TYPE,
        stat_prefix="site" if site else "public",
        route_config=route_configuration(settings, site=site),
        http_filters=http_filters(settings, site=site),
        early_header_mutation_extensions=[early_header_mutation(settings, site=site)],
        local_reply_config=local_replies(settings, to_people=settings.web is not None and not site),
        access_log=access_logs(),
        server_name="plenary",
        server_header_transformation="OVERWRITE",
        # Where the request came from is what the connection says, and what trusted proxies in front of us say.
        use_remote_address=True,
        xff_num_trusted_hops=1 if site else settings.trusted_hops,
        # Nobody is "internal", which would mean that their x-envoy- headers are believed. Envoy takes an empty list for
        # its default, all private networks, so the list names an address that nobody can have.
        internal_address_config={"cidr_ranges": [{"address_prefix": "0.0.0.0", "prefix_len": 32}]},  # noqa: S104
        generate_request_id=True,
        preserve_external_request_id=False,
        always_set_request_id_in_response=True,
        # One spelling for each path, so that nobody finds a second door to the same article.
        normalize_path=True,
        merge_slashes=True,
        path_with_escaped_slashes_action="REJECT_REQUEST",
        strip_any_host_port=False,
        max_request_headers_kb=settings.header_limit_kb,
        common_http_protocol_options={
            "idle_timeout": "60s",
            "max_headers_count": 64,
            "headers_with_underscores_action": "DROP_HEADER",
        },
        http2_protocol_options={
            "max_concurrent_streams": 100,
            "initial_stream_window_size": 65536,
            "initial_connection_window_size": 1024 * 1024,
        },
        request_headers_timeout="10s",
        request_timeout="30s",
        stream_idle_timeout="60s",
        drain_timeout=seconds(5),
    )


def _tls(settings: GatewaySettings) -> Config:
    return extension(
        "envoy.transport_sockets.tls",
        "envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
        common_tls_context={
            "alpn_protocols": ["h2", "http/1.1"],
            "tls_params": {"tls_minimum_protocol_version": "TLSv1_2"},
            "tls_certificates": [
                {
                    "certificate_chain": {"filename": str(settings.tls_certificate)},
                    "private_key": {"filename": str(settings.tls_key)},
                }
            ],
        },
    )


def _stats_listeners(settings: GatewaySettings) -> list[Config]:
    """Readiness and Prometheus figures for others, so that the admin interface itself stays on loopback."""
    if settings.stats_port is None:
        return []
    routes = {"/health/ready": "/ready", "/health/live": "/ready", "/metrics": "/stats/prometheus"}
    return [
        {
            "name": "stats",
            "address": _address(settings.stats_host, settings.stats_port),
            "filter_chains": [
                {
                    "filters": [
                        extension(
                            MANAGER,
                            MANAGER_TYPE,
                            stat_prefix="stats",
                            http_filters=[
                                {
                                    "name": "envoy.filters.http.router",
                                    "typed_config": typed("envoy.extensions.filters.http.router.v3.Router"),
                                }
                            ],
                            route_config={
                                "virtual_hosts": [
                                    {
                                        "name": "stats",
                                        "domains": ["*"],
                                        "routes": [
                                            {
                                                "match": {"path": path},
                                                "route": {"cluster": STATS, "prefix_rewrite": admin_path},
                                            }
                                            for path, admin_path in routes.items()
                                        ],
                                    }
                                ]
                            },
                        )
                    ]
                }
            ],
        }
    ]


def _address(host: str, port: int) -> Config:
    return {"socket_address": {"address": host, "port_value": port}}
