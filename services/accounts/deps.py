"""What every use case is handed. Only ``app.py`` makes one."""

from __future__ import annotations

from dataclasses import dataclass

from services.accounts.crypto.keys import KeyRing
from services.accounts.crypto.passwords import Passwords
from services.accounts.crypto.readers import ReaderCookies
from services.accounts.crypto.secrets import Vault
from services.accounts.settings import AccountsSettings
from services.accounts.store import DomainLists, Limits, Members, Proofs, ReaderLinks, Sessions
from shared.clock import Clock
from shared.mongo import Client


@dataclass(frozen=True, slots=True)
class Deps:
    """One of each, for the life of the process."""

    settings: AccountsSettings
    clock: Clock
    client: Client
    members: Members
    proofs: Proofs
    sessions: Sessions
    reader_links: ReaderLinks
    domains: DomainLists
    limits: Limits
    vault: Vault
    passwords: Passwords
    keys: KeyRing
    readers: ReaderCookies


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the other end, as far as a request tells: never who they are, only where they come from."""

    network: str
    """The network's name (:meth:`~services.accounts.crypto.secrets.Vault.network`)."""
    device: str | None = None
    reader_cookie: str | None = None
