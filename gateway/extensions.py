"""How Envoy's extensions are written in its configuration."""

from __future__ import annotations

from typing import Any

Config = dict[str, Any]
"""A piece of Envoy configuration, as it stands in YAML."""


def typed(message: str, **fields: Any) -> Config:
    """The ``typed_config`` of an extension: the message's full name and its fields."""
    return {"@type": f"type.googleapis.com/{message}", **fields}


def extension(name: str, message: str, **fields: Any) -> Config:
    """A named extension with its configuration."""
    return {"name": name, "typed_config": typed(message, **fields)}


def seconds(amount: float) -> str:
    """A duration as protobuf's JSON wants it: ``0.25s``."""
    return f"{amount:g}s"


def header(key: str, value: str, action: str = "OVERWRITE_IF_EXISTS_OR_ADD") -> Config:
    """A header to set, by default in place of any that is there."""
    return {"header": {"key": key, "value": value}, "append_action": action}
