"""How Envoy is started: its arguments and its environment, the same wherever it runs."""

from __future__ import annotations

from pathlib import Path

KEY_VARIABLE = "GATEWAY_KEY"
"""Where Envoy finds the secret that it adds to every request it passes on."""


def arguments(config: Path, *, concurrency: int = 1, drain_seconds: int = 20) -> list[str]:
    """What follows ``envoy`` on the command line."""
    return [
        "--config-path",
        str(config),
        "--concurrency",
        str(concurrency),
        # Listeners told to drain close their connections over this time instead of all at once.
        "--drain-time-s",
        str(drain_seconds),
        # The access log is written every second; Envoy's own default is ten, which is long to wait for one's line.
        "--file-flush-interval-msec",
        "1000",
        # One Envoy takes over from another only where hot restart is wanted; two installations on one machine are not.
        "--disable-hot-restart",
        "--log-level",
        "warning",
    ]


def environment(gateway_key: str) -> dict[str, str]:
    """The variables the configuration refers to."""
    return {KEY_VARIABLE: gateway_key}
