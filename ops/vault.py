"""The services' secrets as files: made when first asked for, and the same ever after."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from joserfc.jwk import OKPKey

from ops.embedded.state import State, private_folder, write_private
from ops.mongo_admin import service_uri
from ops.topology import ServicePlan


def new_signing_key() -> str:
    """An Ed25519 private key as a JWK (RFC 8037)."""
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    return json.dumps(key.as_dict(private=True))


MAKERS: Mapping[str, Callable[[], str]] = {"signing-keys": new_signing_key}
"""Secrets that are not merely random."""


class Vault:
    """What :class:`ops.service_settings.Place` asks for by ``service/name``, or by ``name`` where all share it."""

    def __init__(self, state: State, mongodb_uri: str) -> None:
        """``mongodb_uri`` is the servers' address, from which each service's own is made."""
        self._state = state
        self._mongodb_uri = mongodb_uri

    def file(self, name: str, plan: ServicePlan | None = None) -> Path:
        """The file of a secret."""
        service, _, kind = name.rpartition("/")
        if kind == "mongodb-uri" and plan is not None:
            uri = service_uri(self._mongodb_uri, plan, self.password(service, "mongodb"))
            return write_private(private_folder(self._state.secrets / service) / kind, uri)
        maker = MAKERS.get(kind)
        return self._state.secret_file(name, maker) if maker else self._state.secret_file(name)

    def password(self, service: str, server: str) -> str:
        """The service's own password for ``mongodb`` or ``kafka``."""
        return self._state.secret(f"{service}/{server}-password")
