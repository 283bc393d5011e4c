"""The cookies that an answer sets: never readable by scripts, never sent along by other sites' forms."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_PLAIN = re.compile(r"[!#-+\--:<-\[\]-~]*")
"""What may stand in a cookie's value (RFC 6265, section 4.1.1)."""

YEAR = 365 * 24 * 3600


@dataclass(slots=True)
class Cookies:
    """Collects what is set while a page is made."""

    secure: bool
    _set: dict[str, str] = field(default_factory=dict)

    def set(self, name: str, value: str, *, seconds: int, path: str = "/") -> None:
        """Keep ``value`` in the browser for so long, for all pages below ``path``. The last word on a name counts."""
        if not _PLAIN.fullmatch(value):
            raise ValueError(f"{name} cannot hold this value")
        secure = "; Secure" if self.secure else ""
        self._set[name] = f"{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def drop(self, name: str, *, path: str = "/") -> None:
        """Take it away."""
        self.set(name, "", seconds=0, path=path)

    def headers(self) -> list[str]:
        """The values of ``Set-Cookie``."""
        return list(self._set.values())
