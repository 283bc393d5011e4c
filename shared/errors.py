"""Refusals that a person or a program can act on, rendered as RFC 9457 problem documents in one place."""

from __future__ import annotations

from typing import Any, ClassVar


class Refusal(Exception):  # noqa: N818 - errors are nouns here: ArticleNotFound, not ArticleNotFoundError
    """A named refusal. Subclasses set the slug, the status and a title; the detail names the cause and the fix.

    ``extensions`` become members of the problem document, ``headers`` headers of the answer.
    """

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]

    def __init__(self, detail: str = "", *, headers: dict[str, str] | None = None, **extensions: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.headers = headers or {}
        self.extensions = extensions


class StaleWrite(Refusal):
    slug, status, title = "stale-write", 412, "Somebody else changed this in the meantime"


class NotSignedIn(Refusal):
    slug, status, title = "not-signed-in", 401, "Log in or join first"


class TokenInvalid(Refusal):
    slug, status, title = "token-invalid", 401, "The access token is not valid"


class Forbidden(Refusal):
    slug, status, title = "forbidden", 403, "Your roles do not allow this"
