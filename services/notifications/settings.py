"""What an operator may set, all under ``NOTIFICATIONS_``."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from services.notifications.model.people import party
from shared.settings import ServiceSettings


class NotificationsSettings(ServiceSettings):
    """Settings of the notifications service."""

    model_config = SettingsConfigDict(env_prefix="NOTIFICATIONS_")

    port: int = Field(default=7104, ge=0, le=65535)
    worker_port: int = Field(default=7204, ge=0, le=65535)
    smtp_host: str = "127.0.0.1"
    """The mail server that takes our mail."""
    smtp_port: int = Field(default=7025, ge=1, le=65535)
    """Its port."""
    smtp_username: str | None = None
    """User at the mail server; none where it asks for none."""
    smtp_password: SecretStr | None = None
    """Password of that user."""
    smtp_starttls: bool = False
    """Insist on STARTTLS before anything is said (usual on port 587)."""
    smtp_tls: bool = False
    """Speak TLS from the first byte (usual on port 465)."""
    smtp_timeout_seconds: float = Field(default=10.0, gt=0, le=120)
    """How long the mail server may take to answer a command."""
    smtp_verdict_seconds: float = Field(default=120.0, gt=0, le=600)
    """How long it may take to answer the mail itself, while it looks for viruses. Later answers leave it `unknown`."""
    mail_from: str = "Plenary <hello@plenary.example>"
    """Who the mail comes from; also the organizer in calendar files."""
    mail_domain: str = Field(default="plenary.example", pattern=r"^[A-Za-z0-9.-]+$")
    """Ends the ids of mails and of calendar entries. Calendars know webinars by it: choose it once."""
    link_key: SecretStr | None = Field(default=None, min_length=16)
    """Signs unsubscribe links and hides suppressed addresses; derived from the gateway's key if left out. Give it
    before the gateway's key is ever changed, or links in old mails stop working."""
    senders: int = Field(default=8, ge=1, le=64)
    """Mails on their way at once, each on a connection of its own."""
    lease_seconds: float = Field(default=20.0, ge=0.5, le=300)
    """How long a worker that has died keeps others from the mail it held."""
    poll_seconds: float = Field(default=1.0, gt=0, le=60)
    """How soon mail that falls due is found when nothing rings for it."""
    sweep_seconds: float = Field(default=2.0, gt=0, le=60)
    """How often expired mail and dead workers' leases are looked for."""
    retry_base_seconds: float = Field(default=30.0, gt=0)
    """The wait after the first passing refusal; each further one doubles it."""
    retry_cap_seconds: float = Field(default=3600.0, gt=0)
    """The longest wait between two tries."""

    processes: str = ",".join(f"http://127.0.0.1:{port}" for port in (*range(7101, 7106), *range(7201, 7206)))
    """Every API and worker that is asked about a journey, separated by commas. A name that stands for several addresses
    stands for all of them."""
    journeys_open: bool = False
    """Show journeys to everybody and not to staff alone; for the embedded run and demonstrations."""

    @model_validator(mode="after")
    def _can_write(self) -> Self:
        party(self.mail_from)
        if self.smtp_tls and self.smtp_starttls:
            raise ValueError("SMTP_TLS and SMTP_STARTTLS exclude each other")
        return self

    def secret(self, purpose: str) -> bytes:
        """A key for one purpose, from the link key if there is one."""
        if self.link_key is None:
            return self.derived_key(purpose)
        return f"{purpose}\x00{self.link_key.get_secret_value()}".encode()
