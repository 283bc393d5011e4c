"""What an operator may set, all under ``METERING_``."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class MeteringSettings(ServiceSettings):
    """Settings of the metering service."""

    model_config = SettingsConfigDict(env_prefix="METERING_")

    port: int = Field(default=7103, ge=0, le=65535)
    worker_port: int = Field(default=7203, ge=0, le=65535)
    signing_keys: SecretStr
    """Ed25519 private key, as a JWK, a JWK set or a PEM block (`openssl genpkey -algorithm ed25519`), that signs
    readers' cookies."""
    first_limit: int = Field(default=3, ge=0, le=10_000)
    """Articles per window in the policy that is made when there is none yet."""
    first_zone: str = "Etc/UTC"
    """IANA zone whose calendar months are the windows of that policy."""
    fresh_readers_per_network: int = Field(default=200, ge=1)
    """New anonymous readers that one network (an IPv4 /24 or IPv6 /48) may have in a day."""
    cookie_days: int = Field(default=180, ge=1, le=400)
    """How long a reader's cookie lives."""
