"""That a form was sent from one of our own pages: by the browser's word, and by a token that belongs to the browser.

Cookies are ``SameSite=Lax``, so other sites' forms come without them; this is the second lock. The token is an HMAC of
a nonce that the browser keeps in a cookie no script can read, so it is the same on every page of one browser and a page
that did not change keeps its entity tag.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

COOKIE = "plenary_form"
FIELD = "form_key"
SECONDS = 30 * 24 * 3600


def new_nonce() -> str:
    """A nonce for a browser that has none."""
    return secrets.token_urlsafe(18)


def token_of(nonce: str, key: bytes) -> str:
    """The token that a form on this browser carries."""
    return hmac.new(key, nonce.encode(), hashlib.sha256).hexdigest()[:40]


def is_ours(headers: Mapping[str, str], nonce: str | None, token: str | None, *, key: bytes) -> bool:
    """Whether a form that changes something comes from our own page on this very browser."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    told = headers.get("origin")
    if told not in {None, "null"} and urlsplit(str(told)).netloc != headers.get("host"):
        return False
    return bool(nonce and token) and hmac.compare_digest(token_of(str(nonce), key), str(token))
