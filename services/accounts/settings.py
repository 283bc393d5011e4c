"""What an operator may set, all under ``ACCOUNTS_``."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from shared.settings import ServiceSettings


class AccountsSettings(ServiceSettings):
    """Settings of the accounts service."""

    model_config = SettingsConfigDict(env_prefix="ACCOUNTS_")

    port: int = Field(default=7101, ge=0, le=65535)
    worker_port: int = Field(default=7201, ge=0, le=65535)
    signing_keys: SecretStr
    """Ed25519 private keys for access tokens: a JWK, a JWK set, or PEM blocks (`openssl genpkey -algorithm ed25519`).
    The first signs, all are published; keep the previous one for ten minutes after a change."""
    pepper: SecretStr | None = Field(default=None, min_length=32)
    """Secret under which codes, tokens and the names of counters are kept; 32 characters or more. Without it one is
    derived from `ACCOUNTS_GATEWAY_KEY`, and changing that ends all sessions."""
    grants_url: str = "http://127.0.0.1:7103/.well-known/grants.json"
    """Where metering publishes the keys that sign readers' cookies."""
    admin_email: str | None = None
    """Address of the first administrator, who is created when the service starts and has no such member yet."""
    admin_password: SecretStr | None = None
    """Password of the first administrator; 12 characters or more."""
    access_token_seconds: int = Field(default=600, ge=60, le=600)
    """How long an access token lives; ten minutes at most."""
    argon2_memory_kib: int = Field(default=47_104, ge=1_024, le=1_048_576)
    """Memory that hashing one password takes, in KiB."""
    argon2_passes: int = Field(default=1, ge=1, le=16)
    """How often that memory is gone over."""
    argon2_slots: int = Field(default=2, ge=1, le=32)
    """Passwords hashed at once by one process; each takes the memory above and a core."""
    guesses_per_account: int = Field(default=10, ge=1)
    """Wrong passwords and codes for one address within 15 minutes."""
    guesses_per_network: int = Field(default=100, ge=1)
    """Wrong passwords, codes and links from one network within 15 minutes. Ministries share an address."""
    mails_per_address: int = Field(default=5, ge=1)
    """Mails with a link that can be asked for within 15 minutes for one address."""
    mails_per_network: int = Field(default=100, ge=1)
    """Mails with a link that can be asked for within 15 minutes from one network."""
    sweep_seconds: float = Field(default=15.0, gt=0, le=3600)
    """How often a worker looks for links that have expired."""

    @model_validator(mode="after")
    def _the_administrator_is_whole(self) -> Self:
        if (self.admin_email is None) != (self.admin_password is None):
            raise ValueError("ACCOUNTS_ADMIN_EMAIL and ACCOUNTS_ADMIN_PASSWORD are set together")
        return self
