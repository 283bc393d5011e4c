"""What an operator may set, all under ``WEB_``."""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal

from pydantic import Field, SecretStr

from shared.settings import EnvironmentSettings


class WebSettings(EnvironmentSettings, env_prefix="WEB_"):
    """Settings of the site."""

    host: str = "127.0.0.1"
    """Address that the site listens on."""
    port: int = Field(default=7106, ge=0, le=65535)
    """Port that the site listens on."""
    gateway_url: str = "http://127.0.0.1:8081"
    """The gateway's listener for the site."""
    gateway_key: SecretStr = Field(min_length=16)
    """The gateway's secret: what comes with it came through the gateway, which believes the site that shows it.
    Keys of forms and drafts are derived from it."""
    public_url: str = "http://127.0.0.1:8080"
    """Where readers reach the site; cookies are secure if it is https."""
    mailbox_url: str | None = None
    """Where the local mailbox is, in the embedded run; pages that wait for a mail then lead there."""
    beside_seconds: float = Field(default=2.0, ge=0, le=60)
    """How long readers who are not logged in are shown the same beside an article: related ones, webinars, comments."""
    journeys_open: bool = False
    """Let everybody see what their clicks did, not only staff, as in the embedded run."""
    api_seconds: float = Field(default=10.0, gt=0, le=60)
    """How long an answer of the API may take."""
    api_connections: int = Field(default=100, ge=1, le=1000)
    """Connections to the gateway at once."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """The least severe lines that are logged."""

    @property
    def secure(self) -> bool:
        """Whether cookies may go over https alone."""
        return self.public_url.startswith("https://")

    def derived_key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, the same in every replica and unlike every other."""
        return hmac.new(
            self.gateway_key.get_secret_value().encode(), f"web/{purpose}".encode(), hashlib.sha256
        ).digest()
