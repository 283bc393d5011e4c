"""Passwords of the demo's people: none is in the repository, each installation has its own, and they stay the same."""

from __future__ import annotations

import hmac
from base64 import b32encode
from hashlib import sha256

GROUPS, LETTERS = 4, 5
"""Twenty letters of base 32 are a hundred bits."""


def password_of(secret: str, person: str) -> str:
    """The password of ``person`` where ``secret`` is the installation's own."""
    digest = hmac.new(secret.encode(), f"demo/{person}".encode(), sha256).digest()
    letters = b32encode(digest).decode().lower()
    return "-".join(letters[start : start + LETTERS] for start in range(0, GROUPS * LETTERS, LETTERS))
