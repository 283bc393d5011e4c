"""The gate: what no handler should ever have to see is refused here, before routing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import Refusal
from shared.http.problems import (
    BadRequest,
    BodyTooLarge,
    JsonTooDeep,
    MalformedJson,
    NotAcceptable,
    NumberOutOfRange,
    WrongMediaType,
    problem,
)

KIB = 1024
MAX_DEPTH = 20
MAX_NUMBER = 2**63
"""MongoDB's integers have 64 bits; a larger one would fail only there."""

JSON = ("application/json", "application/merge-patch+json")
_WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_COMMON = frozenset({b"*/*", b"application/json"})
"""What most say, and every app produces."""

_LONG_NUMBER = re.compile(rb"\d{19}|\d[eE]\+?\d")


@dataclass(frozen=True, slots=True)
class BodyRule:
    """What bodies are taken under a path: how large, and of which media types. The longest prefix counts."""

    prefix: str
    limit: int = 64 * KIB
    media: Sequence[str] = JSON


class Gate:
    """Checks what is asked for and the body that comes with it, and hands the body on whole.

    ``produces`` are the media types that the app answers with beside JSON.
    """

    def __init__(self, app: ASGIApp, rules: Sequence[BodyRule] = (), produces: Sequence[str] = ()) -> None:
        self._app = app
        self._rules = sorted((*rules, BodyRule("/")), key=lambda rule: -len(rule.prefix))
        self._produces = frozenset({"application/json", "application/problem+json", *produces})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            self.check_target(scope)
            if scope["method"] in _WITH_BODY:
                body = await self._body(scope["path"], dict(scope["headers"]), receive)
                if body is None:
                    return  # The client went away.
                receive = again(body, receive)
        except Refusal as refusal:
            await problem(refusal, scope.get("plenary.request_id"))(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def check_target(self, scope: Scope) -> None:
        """Refuse what is asked for, if that can be nothing of ours."""
        if b"%00" in scope["query_string"] or "\x00" in scope["path"]:
            raise BadRequest("The address holds a NUL character.")
        accept = next((value for name, value in scope["headers"] if name == b"accept"), None)
        if accept and not scope["path"].startswith("/internal/") and not self._acceptable(accept):
            raise NotAcceptable(f"This service answers with {', '.join(sorted(self._produces))}.")

    def _acceptable(self, accept: bytes) -> bool:
        """Whether the header (RFC 9110, section 12.5.1) allows anything that this app produces."""
        if accept in _COMMON:
            return True
        for item in accept.decode("latin-1").split(","):
            media, _, parameters = item.partition(";")
            media = media.strip().lower()
            if re.search(r"(?:^|;)\s*q=0(?:\.0*)?\s*(?:;|$)", parameters):
                continue
            kind, _, subtype = media.partition("/")
            if media == "*/*" or media in self._produces:
                return True
            if subtype == "*" and any(produced.startswith(kind + "/") for produced in self._produces):
                return True
        return False

    async def _body(self, path: str, headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
        rule = next(rule for rule in self._rules if path.startswith(rule.prefix))
        too_large = BodyTooLarge(f"At most {rule.limit} bytes are taken here.")
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > rule.limit:
            raise too_large
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > rule.limit:
                raise too_large
            if not message.get("more_body"):
                break
        if body:
            self._check_body(bytes(body), rule, headers)
        return bytes(body)

    def _check_body(self, body: bytes, rule: BodyRule, headers: dict[bytes, bytes]) -> None:
        media, _, parameters = headers.get(b"content-type", b"").decode("latin-1").lower().partition(";")
        if media.strip() not in rule.media:
            raise WrongMediaType(f"Send {' or '.join(rule.media)}.")
        charset = re.search(r"charset\s*=\s*\"?([\w.-]+)", parameters)
        if charset and charset[1] not in {"utf-8", "utf8", "us-ascii"}:
            raise WrongMediaType("Send UTF-8.")
        if headers.get(b"content-encoding", b"identity").lower() != b"identity":
            raise WrongMediaType("Send the body as it is, without a content encoding.")
        if media.strip().endswith("json"):
            check_json(body)


def check_json(body: bytes) -> None:
    """Refuse what is not JSON (RFC 8259), lone surrogates and ``NaN`` included, or is nested or counts too far."""
    try:
        content = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"It cannot be read beyond character {error.pos}.") from None
    # Only a body with that many opening brackets can be that deep, and only one with that many digits counts so far:
    # nearly every body is spared the walk.
    deep = body.count(b"[") + body.count(b"{") > MAX_DEPTH
    if (deep or _LONG_NUMBER.search(body)) and not _within_bounds(content):
        raise JsonTooDeep(f"At most {MAX_DEPTH} levels are taken.")


def _within_bounds(content: Any) -> bool:
    """Whether it is nested no deeper than MAX_DEPTH; raises NumberOutOfRange."""
    level: list[Any] = [content]
    for depth in range(MAX_DEPTH + 1):
        inner: list[Any] = []
        for value in level:
            if isinstance(value, dict | list) and depth == MAX_DEPTH:
                return False
            if isinstance(value, dict | list):
                inner.extend(value.values() if isinstance(value, dict) else value)
            elif isinstance(value, int | float) and not -MAX_NUMBER <= value < MAX_NUMBER:
                raise NumberOutOfRange("Numbers have at most 63 bits.")
        level = inner
    return True


def again(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body once more, whole, and then what really comes."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
