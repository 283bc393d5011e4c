"""The last clicks of a browser, by the journey each of them began: what the board of one click's journey shows.

They stand in a cookie of the browser's own, newest first, so that the site keeps nothing. Only what was asked of the
board's readers is remembered: staff, and everybody in the embedded run.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from web.cookies import Cookies

COOKIE = "plenary_clicks"
SECONDS = 15 * 60
"""As long as the services remember a journey."""
MOST = 8
_TRACE = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Click(NamedTuple):
    """One request of the browser's."""

    trace_id: str
    method: str
    path: str

    @property
    def acts(self) -> bool:
        """Whether it sent a form."""
        return self.method == "POST"


def clicks_of(cookies: Mapping[str, str]) -> list[Click]:
    """What the browser remembers; nothing where that is not ours."""
    text = cookies.get(COOKIE, "")
    try:
        found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        clicks = [Click(str(trace), str(method)[:8], str(path)[:100]) for trace, method, path in found]
    except (ValueError, TypeError):
        return []
    return [click for click in clicks if _TRACE.fullmatch(click.trace_id)][:MOST]


def remember(click: Click, cookies: Mapping[str, str], out: Cookies) -> None:
    """Put a click before those that the browser remembers."""
    clicks = [click, *clicks_of(cookies)][:MOST]
    text = json.dumps([[each.trace_id, each.method, each.path[:100]] for each in clicks], separators=(",", ":"))
    out.set(COOKIE, base64.urlsafe_b64encode(text.encode()).decode().rstrip("="), seconds=SECONDS)
