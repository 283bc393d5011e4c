"""What an operator may set, all under ``CONTENT_``."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class ContentSettings(ServiceSettings):
    """Settings of the content service."""

    model_config = SettingsConfigDict(env_prefix="CONTENT_")

    port: int = Field(default=7102, ge=0, le=65535)
    worker_port: int = Field(default=7202, ge=0, le=65535)
    grants_url: str = "http://127.0.0.1:7103/.well-known/grants.json"
    """Where metering publishes the keys that sign readers' cookies."""
    page_cache_megabytes: int = Field(default=64, ge=1, le=4096)
    """Memory that an API process may spend on pages ready to be sent."""
    signpost_seconds: float = Field(default=1.0, ge=0, le=60)
    """How long an API process goes by what it knows of where a slug leads, in which edition and with how many comments,
    unless it changes that itself."""
    calendar_domain: str = Field(default="plenary.example", pattern=r"^[A-Za-z0-9.-]+$")
    """Ends the names of calendar entries; the same as `NOTIFICATIONS_MAIL_DOMAIN`, so that what comes by mail and what
    is downloaded are one entry."""
    schedule_seconds: float = Field(default=1.0, gt=0, le=60)
    """How often a worker looks for items whose time of publication has come."""
