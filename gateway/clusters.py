"""The five services and the site as Envoy sees them: where they are, and when one is left alone."""

from __future__ import annotations

import ipaddress

from gateway.extensions import Config, seconds, typed
from gateway.settings import GatewaySettings, Upstream
from gateway.table import SERVICES, SITE

STATS = "gateway-admin"
"""The cluster that leads from the stats listener to Envoy's own admin interface."""


def clusters(settings: GatewaySettings) -> list[Config]:
    """All clusters: the services, and Envoy's own statistics."""
    services = [_service(name, getattr(settings, name)) for name in SERVICES]
    if settings.web is not None:
        # A session stays with one replica of the site, which refreshes its tokens once however many pages ask at once.
        services.append(_service(SITE, settings.web) | {"lb_policy": "RING_HASH"})
    if settings.stats_port is None:
        return services
    return [*services, _cluster(STATS, Upstream.local(settings.admin_port))]


def _service(name: str, upstream: Upstream) -> Config:
    return _cluster(name, upstream) | {
        "connect_timeout": "1s",
        "health_checks": [_health_check()],
        "outlier_detection": _outlier_detection(),
        # Without this Envoy, seeing no healthy host, would try the dead ones anyway; a service that is down should be
        # refused at once, so that what does not need it (readers while metering is away) goes on without waiting.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
        "circuit_breakers": {
            "thresholds": [
                {"max_connections": 512, "max_pending_requests": 1024, "max_requests": 1024, "max_retries": 16}
            ]
        },
        "typed_extension_protocol_options": {
            "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": typed(
                "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                explicit_http_config={"http_protocol_options": {}},
                # Shorter than uvicorn's keep-alive, so that Envoy, not the service, closes an idle connection; the
                # other way round a request now and then meets a connection that is just being closed.
                common_http_protocol_options={"idle_timeout": seconds(3)},
            )
        },
    }


def _cluster(name: str, upstream: Upstream) -> Config:
    return {
        "name": name,
        "type": "STATIC" if _is_address(upstream.host) else "STRICT_DNS",
        "dns_lookup_family": "ALL",
        "lb_policy": "LEAST_REQUEST",
        "load_assignment": {
            "cluster_name": name,
            "endpoints": [
                {
                    "lb_endpoints": [
                        {
                            "endpoint": {
                                "address": {"socket_address": {"address": upstream.host, "port_value": upstream.port}}
                            }
                        }
                    ]
                }
            ],
        },
    }


def _health_check() -> Config:
    """Ask readiness: two failures take a service out, one success brings it back within a second."""
    return {
        "timeout": "2s",
        "interval": "5s",
        # Until a service has first been reached Envoy goes by this one, and its own default is a minute.
        "no_traffic_interval": "1s",
        "no_traffic_healthy_interval": "5s",
        "unhealthy_interval": "1s",
        "unhealthy_edge_interval": "1s",
        "unhealthy_threshold": 2,
        "healthy_threshold": 1,
        "http_health_check": {"path": "/health/ready"},
    }


def _outlier_detection() -> Config:
    """Rest a replica that keeps failing requests although it calls itself ready; never the last one."""
    return {
        "consecutive_5xx": 20,
        "consecutive_gateway_failure": 5,
        "interval": "5s",
        "base_ejection_time": "5s",
        "max_ejection_time": "60s",
        "max_ejection_percent": 50,
    }


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
