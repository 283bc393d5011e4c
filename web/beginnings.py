"""What a browser remembers while somebody joins or logs in: the address a mail went to, and where they were going.

It stands in cookies that no script reads, never in an address or a page: addresses of pages end up in histories and
logs. Whoever opens the mail on another browser loses only where they were going.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal, Self

from web.cookies import Cookies
from web.safe import safe_path

Purpose = Literal["join", "log-in", "password-reset"]

COOKIE = "plenary_beginning"
TICKET = "plenary_ticket"
TOKEN = "plenary_proof"  # noqa: S105 - a cookie's name
SECONDS = 24 * 3600
"""As long as a mail's link and code are good."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """Somebody waits for a mail."""

    email: str = ""
    to: str = "/"
    purpose: Purpose = "log-in"

    @classmethod
    def of(cls, cookies: Mapping[str, str]) -> Self:
        """What the browser remembers; an empty one where that is nothing, or nothing of ours."""
        text = cookies.get(COOKIE, "")
        try:
            found = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            purpose: Purpose = found["purpose"] if found["purpose"] in {"join", "password-reset"} else "log-in"
            return cls(str(found["email"])[:320], safe_path(str(found["to"])), purpose)
        except (ValueError, KeyError, TypeError):
            return cls()

    def keep(self, out: Cookies) -> None:
        """Have the browser remember it for as long as the mail is good."""
        text = base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode().rstrip("=")
        out.set(COOKIE, text, seconds=SECONDS)


def keep_secret(name: str, value: str, out: Cookies) -> None:
    """Keep a ticket or a link's token for the next page, where no script can read it."""
    out.set(name, value, seconds=SECONDS)


def forget(out: Cookies) -> None:
    """It has led to a session."""
    for name in (COOKIE, TICKET, TOKEN):
        out.drop(name)
