"""Everything about the gateway that differs between the embedded run, compose and Kubernetes."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ASSETS = Path(__file__).parent


class Upstream(BaseModel):
    """Where one service listens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: int = Field(gt=0, lt=65536)

    @classmethod
    def local(cls, port: int) -> Upstream:
        """A service on this machine, as in the embedded run."""
        return cls(host="127.0.0.1", port=port)


class Bucket(BaseModel):
    """A token bucket: ``burst`` requests at once, and ``per_second`` more with each second that passes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    burst: int = Field(gt=0)
    per_second: float = Field(gt=0)


class GatewaySettings(BaseSettings):
    """What a rendering of the configuration depends on. It holds no secret: Envoy reads the gateway key from the
    environment variable ``GATEWAY_KEY`` of its own process, so a rendered file may be committed and shown.
    """

    model_config = SettingsConfigDict(env_prefix="GATEWAY_", env_nested_delimiter="__", frozen=True, extra="ignore")

    host: str = Field("127.0.0.1", description="Address the public listener binds.")
    port: int = Field(8080, description="Port of the public listener.")
    admin_port: int = Field(7901, description="Port of Envoy's admin interface, always on loopback.")
    stats_host: str = Field("127.0.0.1", description="Address of the listener for probes and Prometheus.")
    stats_port: int | None = Field(
        None, description="Port of that listener; without one, probes and Prometheus use the admin interface."
    )

    accounts: Upstream = Field(Upstream.local(7101), description="Where accounts' API listens.")
    content: Upstream = Field(Upstream.local(7102), description="Where content's API listens.")
    metering: Upstream = Field(Upstream.local(7103), description="Where metering's API listens.")
    notifications: Upstream = Field(Upstream.local(7104), description="Where notifications' API listens.")
    community: Upstream = Field(Upstream.local(7105), description="Where community's API listens.")

    web: Upstream | None = Field(
        None, description="Where the site listens; without one the gateway answers for the API alone."
    )
    site_host: str = Field("127.0.0.1", description="Address of the listener that only the site may use.")
    site_port: int = Field(8081, description="Port of that listener, if there is a site.")

    token_issuer: str = Field("plenary/accounts", description="The `iss` an access token must carry.")
    token_audience: str = Field("plenary", description="The `aud` an access token must carry.")
    jwks_cache_seconds: int = Field(60, description="How often accounts' public keys are fetched again.")

    cors_origins: tuple[str, ...] = Field((), description="Origins whose pages may call the API with credentials.")
    trusted_hops: int = Field(0, description="Proxies in front whose X-Forwarded-For entries are believed.")
    body_limit: int = Field(64 * 1024, description="Largest request body in bytes, unless a route states another.")
    header_limit_kb: int = Field(16, description="Largest request head in KiB.")
    general_rate: Bucket = Field(
        Bucket(burst=2000, per_second=500), description="Requests one client address may make."
    )
    attempt_rate: Bucket = Field(
        Bucket(burst=100, per_second=2), description="Sign-up and log-in attempts one client address may make."
    )
    meter_timeout_ms: int = Field(
        2_000,
        description="How long the meter check may take before readers are let through. Long, because what a burst "
        "makes slow must not open the wall; a metering that is down refuses at once.",
    )
    upstream_timeout_seconds: int = Field(15, description="How long a service may take to answer.")
    drain_seconds: int = Field(20, description="How long open connections may finish when the gateway stops.")

    tls_certificate: Path | None = Field(None, description="PEM chain; with it the public listener speaks TLS.")
    tls_key: Path | None = Field(None, description="PEM key of the certificate.")
    assets: Path = Field(ASSETS, description="Folder with openapi.json, docs and vendor, as Envoy sees it.")
