"""What the gateway itself refuses, beside what the services refuse too. Envoy gives these answers, not Python."""

from __future__ import annotations

from shared.errors import Refusal


class RequestTimeout(Refusal):
    slug, status, title = "request-timeout", 408, "The request took too long to arrive"


class UpgradeRequired(Refusal):
    slug, status, title = "upgrade-required", 426, "This protocol is not spoken here"


class TooManyRequests(Refusal):
    slug, status, title = "too-many-requests", 429, "Too many requests came from this address"


class HeadersTooLarge(Refusal):
    slug, status, title = "headers-too-large", 431, "The headers are too large"


class BadGateway(Refusal):
    slug, status, title = "bad-gateway", 502, "The answer could not be passed on"


class ServiceUnavailable(Refusal):
    slug, status, title = "service-unavailable", 503, "This part of the platform is not available at the moment"


class ServiceTimeout(Refusal):
    slug, status, title = "service-timeout", 504, "This part of the platform took too long to answer"


class PageNotFound(Refusal):
    slug, status, title = "not-found", 404, "There is nothing here"
