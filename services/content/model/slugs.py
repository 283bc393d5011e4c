"""The part of an address that names an item."""

from __future__ import annotations

import re
import unicodedata

PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
LONGEST = 100
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_id(text: str) -> bool:
    """Whether ``text`` is an identifier of ours (a UUID). What can be asked for by either has no slug of that form."""
    return _ID.fullmatch(text) is not None


def slug_of(text: str, longest: int = 80) -> str:
    """``text`` in small ASCII letters, digits and hyphens; empty where nothing of it can be written so."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:longest].strip("-")
