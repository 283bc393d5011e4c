"""Access tokens: verified here against accounts' public keys, and again by each service."""

from __future__ import annotations

from gateway.extensions import Config, extension, seconds
from gateway.settings import GatewaySettings

NAME = "envoy.filters.http.jwt_authn"
REFUSAL = "token-invalid"
STATUS = "failed"

TOLERATED = ("Jwt is missing", "Jwks remote fetch is failed")
"""Verdicts that let a request through. Anonymous requests have no token. And where accounts has been away since this
Envoy started there are no keys to verify with: the services hold theirs and verify anyway, so they decide."""


def tokens(settings: GatewaySettings) -> list[Config]:
    """Verify, then refuse.

    Two filters, because ``jwt_authn`` alone can only refuse or allow a token it has no keys for together with one that
    is forged: the first notes its verdict, the second refuses every verdict that is not tolerated.
    """
    return [_verify(settings), _refuse()]


def _verify(settings: GatewaySettings) -> Config:
    either = [{"provider_name": "accounts"}, {"allow_missing_or_failed": {}}]
    return extension(
        NAME,
        "envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication",
        providers={
            "accounts": {
                "issuer": settings.token_issuer,
                "audiences": [settings.token_audience],
                "require_expiration": True,
                "clock_skew_seconds": 5,
                "forward": True,
                "from_headers": [{"name": "authorization", "value_prefix": "Bearer "}],
                "failed_status_in_metadata": STATUS,
                "remote_jwks": _keys(settings),
            }
        },
        rules=[{"match": {"prefix": "/"}, "requires": {"requires_any": {"requirements": either}}}],
    )


def _keys(settings: GatewaySettings) -> Config:
    """Keys are fetched beside the requests. Once fetched they are kept until newer ones come, however long accounts is
    away; a new key is known after ``cache_duration``, so accounts publishes it that long before it signs with it.
    """
    return {
        "http_uri": {"uri": "http://accounts/.well-known/jwks.json", "cluster": "accounts", "timeout": "1s"},
        "cache_duration": seconds(settings.jwks_cache_seconds),
        # The listener opens after the first attempt, whether or not it succeeded.
        "async_fetch": {"fast_listener": False, "failed_refetch_duration": "1s"},
    }


def _refuse() -> Config:
    return extension(
        "envoy.filters.http.rbac",
        "envoy.extensions.filters.http.rbac.v3.RBAC",
        rules={
            "action": "DENY",
            "policies": {
                REFUSAL: {
                    "permissions": [{"any": True}],
                    "principals": [
                        {
                            "and_ids": {
                                "ids": [
                                    _verdict({"present_match": True}),
                                    *({"not_id": _verdict({"string_match": {"exact": it}})} for it in TOLERATED),
                                ]
                            }
                        }
                    ],
                }
            },
        },
    )


def _verdict(value: Config) -> Config:
    """True of a request whose token was given this verdict."""
    path = [{"key": STATUS}, {"key": "message"}]
    return {
        "sourced_metadata": {
            "metadata_matcher": {"filter": NAME, "path": path, "value": value},
            "metadata_source": "DYNAMIC",
        }
    }
