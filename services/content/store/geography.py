"""The regions, read from the service's own data."""

from __future__ import annotations

from importlib.resources import files

import yaml

from services.content.model.geography import Geography


def load_geography() -> Geography:
    """The regions and countries of ``data/regions.yaml``. Read once, at the start."""
    text = files("services.content").joinpath("data/regions.yaml").read_text(encoding="utf-8")
    return Geography.model_validate(yaml.safe_load(text))
