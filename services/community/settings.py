"""What an operator may set, all under ``COMMUNITY_``."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class CommunitySettings(ServiceSettings):
    """Settings of the community service."""

    model_config = SettingsConfigDict(env_prefix="COMMUNITY_")

    port: int = Field(default=7105, ge=0, le=65535)
    worker_port: int = Field(default=7205, ge=0, le=65535)
    comments_per_window: int = Field(default=20, ge=1, le=10_000)
    """Comments that one member may write in ten minutes."""
    suggestions_per_window: int = Field(default=10, ge=1, le=10_000)
    """Suggestions that one member may make in a day."""
    page_seconds: float = Field(default=1.0, ge=0, le=60)
    """How long a page of a discussion may be given to readers who are not signed in before it is made anew."""
    edit_minutes: int = Field(default=15, ge=0, le=1440)
    """How long an author may change a comment."""
