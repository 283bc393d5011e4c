"""What somebody wrote before they had an account: kept in their own browser until they come back with one.

A cookie that no script can read, sent only for the article it is about. Text is deflated and cut into cookies of less
than 4 kB, which browsers keep.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping

from web.cookies import Cookies

NAME = "plenary_draft"
CUT = 3600
MOST_CUTS = 3
LONGEST = 5000
"""Characters of a comment, as the API allows."""
SECONDS = 7 * 24 * 3600


def keep(text: str, slug: str, out: Cookies) -> bool:
    """Keep a draft for the article; False if it does not fit (three thousand characters of noise would not)."""
    packed = base64.urlsafe_b64encode(zlib.compress(text[:LONGEST].encode(), 9)).decode().rstrip("=")
    cuts = [packed[start : start + CUT] for start in range(0, len(packed), CUT)]
    if len(cuts) > MOST_CUTS:
        return False
    for number in range(MOST_CUTS):
        if number < len(cuts):
            out.set(f"{NAME}_{number}", cuts[number], seconds=SECONDS, path=f"/articles/{slug}")
    return True


def kept(cookies: Mapping[str, str]) -> str:
    """The draft that came along, or nothing. It is the browser's word, and shown to that browser alone."""
    packed = "".join(cookies.get(f"{NAME}_{number}", "") for number in range(MOST_CUTS))
    if not packed:
        return ""
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
        inflating = zlib.decompressobj()
        return inflating.decompress(raw, 4 * LONGEST).decode()[:LONGEST]
    except (ValueError, zlib.error):
        return ""


def drop(cookies: Mapping[str, str], slug: str, out: Cookies) -> None:
    """It was sent, or thrown away."""
    for number in range(MOST_CUTS):
        if f"{NAME}_{number}" in cookies:
            out.drop(f"{NAME}_{number}", path=f"/articles/{slug}")
