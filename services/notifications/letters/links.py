"""Where the links in a mail lead: pages of the front-end, below the platform's public address.

A proof's token stands in the fragment, which browsers never send: it appears in no server's log. An unsubscribe
token stands in the path, because RFC 8058 needs an address that a mail program can post to; it names no person, and
all that it can do is to stop one kind of mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Links:
    """Builds every address that stands in a mail."""

    public_url: str

    def home(self) -> str:
        return self._page("")

    def preferences(self) -> str:
        return self._page("preferences")

    def proof(self, proof_id: str, token: str) -> str:
        return f"{self._page('proof', proof_id)}#token={quote(token, safe='')}"

    def comment(self, slug: str, comment_id: str) -> str:
        return f"{self._page('articles', slug)}#comment-{quote(comment_id, safe='')}"

    def webinar(self, slug: str) -> str:
        return self._page("webinars", slug)

    def webinars(self) -> str:
        return self._page("webinars")

    def unsubscribe(self, token: str) -> str:
        """The page on which a person confirms."""
        return self._page("unsubscribe", token)

    def one_click(self, token: str) -> str:
        """What a mail program posts to."""
        return self._page("v1", "unsubscribe", token)

    def _page(self, *parts: str) -> str:
        return "/".join((self.public_url.rstrip("/"), *(quote(part, safe="") for part in parts)))
