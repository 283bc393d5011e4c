"""Local rate limits: two buckets for each client address."""

from __future__ import annotations

import math
import re

from gateway.extensions import Config, extension, seconds
from gateway.settings import Bucket, GatewaySettings
from gateway.table import TABLE

ATTEMPT = "attempt"
SHORTEST_FILL = 0.1
"""Seconds between two fillings, at least; Envoy allows 0.05."""


def rates(settings: GatewaySettings) -> Config:
    """One bucket for everything a client address asks, and a smaller one for what tries to get in."""
    return extension(
        "envoy.filters.http.local_ratelimit",
        "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix="rates",
        filter_enabled={"default_value": {"numerator": 100}},
        filter_enforced={"default_value": {"numerator": 100}},
        # Envoy wants a bucket for requests that match no descriptor. Every request matches one.
        token_bucket=_bucket(Bucket(burst=100_000, per_second=50_000)),
        always_consume_default_token_bucket=False,
        # Addresses remembered at once; the least recently seen is forgotten first.
        max_dynamic_descriptors=10_000,
        enable_x_ratelimit_headers="DRAFT_VERSION_03",
        rate_limits=[{"actions": [{"remote_address": {}}]}, {"actions": [_attempt(), {"remote_address": {}}]}],
        descriptors=[
            {"entries": [{"key": "remote_address"}], "token_bucket": _bucket(settings.general_rate)},
            {
                "entries": [{"key": "header_match", "value": ATTEMPT}, {"key": "remote_address"}],
                "token_bucket": _bucket(settings.attempt_rate),
            },
        ],
    )


def retry_after(settings: GatewaySettings) -> int:
    """Whole seconds after which either bucket has at least one more token."""
    return max(math.ceil(1 / bucket.per_second) for bucket in (settings.general_rate, settings.attempt_rate))


def _attempt() -> Config:
    """True of a request that tries a password, a code or an address: a POST to one of the guessable prefixes."""
    prefixes = "|".join(re.escape(entry.prefix) for entry in TABLE if entry.guessable)
    return {
        "header_value_match": {
            "descriptor_value": ATTEMPT,
            "headers": [
                {"name": ":method", "string_match": {"exact": "POST"}},
                {"name": ":path", "string_match": {"safe_regex": {"regex": f"(?:{prefixes})(?:[/?].*)?"}}},
            ],
        }
    }


def _bucket(bucket: Bucket) -> Config:
    interval = max(1 / bucket.per_second, SHORTEST_FILL)
    return {
        "max_tokens": bucket.burst,
        "tokens_per_fill": max(1, round(bucket.per_second * interval)),
        "fill_interval": seconds(interval),
    }
