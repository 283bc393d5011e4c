"""What the services are told, wherever they run: the embedded run, compose and Kubernetes differ in the place only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ops.topology import ServicePlan
from shared.events import OWNERS


@dataclass(frozen=True)
class Place:
    """Where everything is, as the services' processes see it."""

    kafka_brokers: str
    kafka_security: str
    public_url: str
    smtp: tuple[str, int]
    port: Callable[[str], int]
    """The port that a process such as ``accounts-api`` listens on."""
    url: Callable[[str], str]
    """Where others reach such a process."""
    secret: Callable[[str], str]
    """The path of the file that holds a secret such as ``accounts/pepper``."""
    admin_email: str
    """The first administrator."""
    host: str | None = None
    """The address to listen on, where it is not loopback."""
    mailbox_url: str | None = None
    """The local mailbox, where there is one: the site's pages that wait for a mail lead there."""


def settings_of(plan: ServicePlan, place: Place) -> dict[str, str]:
    """A service's settings as its environment. Secrets are named as files, so that no process listing shows them."""
    settings = {**_common(plan, place), **_own(plan.name, place)}
    return {f"{plan.name.upper()}_{name}": value for name, value in settings.items()}


def site_settings(place: Place) -> dict[str, str]:
    """The site's settings as its environment."""
    settings = {
        "PORT": str(place.port("web")),
        "GATEWAY_URL": place.url("gateway-site"),
        "GATEWAY_KEY_FILE": place.secret("gateway-key"),
        "PUBLIC_URL": place.public_url,
        "HOST": place.host,
        "MAILBOX_URL": place.mailbox_url,
        "JOURNEYS_OPEN": str(place.mailbox_url is not None).lower(),
    }
    return {f"WEB_{name}": value for name, value in settings.items() if value is not None}


def _common(plan: ServicePlan, place: Place) -> dict[str, str]:
    settings = {
        "MONGODB_URI_FILE": place.secret(f"{plan.name}/mongodb-uri"),
        "MONGODB_DATABASE": plan.database,
        "KAFKA_BROKERS": place.kafka_brokers,
        "KAFKA_SECURITY": place.kafka_security,
        "PORT": str(place.port(f"{plan.name}-api")),
        "WORKER_PORT": str(place.port(f"{plan.name}-worker")),
        "PUBLIC_URL": place.public_url,
        "JWKS_URL": f"{place.url('accounts-api')}/.well-known/jwks.json",
        "GATEWAY_KEY_FILE": place.secret("gateway-key"),
    }
    if place.host is not None:
        settings["HOST"] = place.host
    if place.kafka_security.startswith("SASL"):
        settings["KAFKA_USERNAME"] = plan.principal
        settings["KAFKA_PASSWORD_FILE"] = place.secret(f"{plan.name}/kafka-password")
    return settings


def _own(service: str, place: Place) -> dict[str, str]:
    grants = {"GRANTS_URL": f"{place.url('metering-api')}/.well-known/grants.json"}
    match service:
        case "accounts":
            return {
                **grants,
                "SIGNING_KEYS_FILE": place.secret(f"{service}/signing-keys"),
                "PEPPER_FILE": place.secret(f"{service}/pepper"),
                "ADMIN_EMAIL": place.admin_email,
                "ADMIN_PASSWORD_FILE": place.secret("admin-password"),
            }
        case "content":
            return grants
        case "metering":
            return {"SIGNING_KEYS_FILE": place.secret(f"{service}/signing-keys")}
        case "notifications":
            host, port = place.smtp
            return {
                "SMTP_HOST": host,
                "SMTP_PORT": str(port),
                "LINK_KEY_FILE": place.secret(f"{service}/link-key"),
                "PROCESSES": ",".join(place.url(f"{owner}-{role}") for owner in OWNERS for role in ("api", "worker")),
                # Where there is a mailbox for everybody to read, there is nobody to hide a journey from.
                "JOURNEYS_OPEN": str(place.mailbox_url is not None).lower(),
            }
        case _:
            return {}
