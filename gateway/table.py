"""Which service answers which path. This is the routing table; everything else in the gateway is how."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One path prefix and the service that owns it: ``/v1/me`` covers itself and ``/v1/me/...``, not ``/v1/men``."""

    service: str
    prefix: str
    guessable: bool = False
    """Writes here try passwords, codes or addresses, so they have a smaller rate."""
    body_limit: int | None = None
    """Bytes, where it is not the general limit."""
    secret: bool = False
    """What follows the prefix may be a token, so it is kept out of the access log."""


MEGABYTE = 1024 * 1024

TABLE: tuple[Entry, ...] = (
    Entry("accounts", "/.well-known/jwks.json"),
    Entry("accounts", "/v1/signups", guessable=True),
    Entry("accounts", "/v1/proofs", guessable=True, secret=True),
    Entry("accounts", "/v1/sessions", guessable=True),
    Entry("accounts", "/v1/me"),
    Entry("accounts", "/v1/members"),
    Entry("accounts", "/v1/domains"),
    Entry("accounts", "/v1/imports/members", body_limit=MEGABYTE),
    Entry("content", "/v1/articles", body_limit=MEGABYTE),
    Entry("content", "/v1/search"),
    Entry("content", "/v1/desk"),
    Entry("content", "/v1/feeds"),
    Entry("content", "/v1/sitemap.xml"),
    Entry("content", "/v1/board"),
    Entry("content", "/v1/topics"),
    Entry("content", "/v1/regions"),
    Entry("content", "/v1/series"),
    Entry("content", "/v1/trending"),
    Entry("content", "/v1/surveys"),
    Entry("content", "/v1/webinars"),
    Entry("content", "/v1/registrations"),
    Entry("content", "/v1/imports/articles", body_limit=MEGABYTE),
    Entry("content", "/v1/imports/surveys", body_limit=MEGABYTE),
    Entry("content", "/v1/imports/webinars"),
    Entry("metering", "/v1/meter"),
    Entry("metering", "/v1/policies"),
    Entry("metering", "/v1/funnel"),
    Entry("notifications", "/v1/preferences"),
    Entry("notifications", "/v1/unsubscribe", secret=True),
    Entry("notifications", "/v1/deliveries"),
    Entry("notifications", "/v1/journeys"),
    Entry("community", "/v1/comments"),
    Entry("community", "/v1/suggestions"),
    Entry("community", "/v1/imports/comments"),
    Entry("community", "/v1/imports/suggestions"),
)

METERED = r"/v1/articles/[^/]+"
"""What the meter is asked about: one article, not the list and not what hangs below an article."""

SERVICES = ("accounts", "content", "metering", "notifications", "community")

SITE = "web"
"""The cluster of the reference front-end, which answers everything that is not the platform's own."""

NOT_THE_SITES = ("/v1", "/internal", "/docs", "/openapi.json", "/.well-known", "/health", "/metrics")
"""Prefixes below which nothing is the site's, whether or not a service answers there."""

SITE_SECRETS = ("/unsubscribe",)
"""Prefixes of the site's below which tokens stand, which the access log keeps out too."""
