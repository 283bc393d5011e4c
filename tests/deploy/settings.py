"""Whether an environment says what a Settings class takes."""

from __future__ import annotations

import importlib

from pydantic_settings import BaseSettings

from web.settings import WebSettings


def settings_class(owner: str) -> type[BaseSettings]:
    """The class that a service, or the site, reads its environment with."""
    if owner == "web":
        return WebSettings
    found: type[BaseSettings] = importlib.import_module(f"services.{owner}.app").service.settings
    return found


def known(kind: type[BaseSettings]) -> set[str]:
    """The names of all its settings."""
    prefix = str(kind.model_config.get("env_prefix"))
    return {(prefix + name).upper() for name in kind.model_fields}


def unknown(kind: type[BaseSettings], told: dict[str, str]) -> set[str]:
    """What is said and never read: a misspelt name, or one of a setting that is gone."""
    return {name for name in told if name not in known(kind) and name.removesuffix("_FILE") not in known(kind)}


def missing(kind: type[BaseSettings], told: dict[str, str]) -> set[str]:
    """What has no default and is not said."""
    prefix = str(kind.model_config.get("env_prefix"))
    required = {(prefix + name).upper() for name, field in kind.model_fields.items() if field.is_required()}
    return {name for name in required if name not in told and f"{name}_FILE" not in told}
