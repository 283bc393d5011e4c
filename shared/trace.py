"""Which journey a piece of work belongs to: W3C Trace Context, carried by a context variable.

Source: W3C Trace Context (Recommendation of 23 November 2021), section 3.2. Only ``traceparent`` travels; spans are
not exported, so that one journey can be followed through logs, events and answers without a tracing backend.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_FORM = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?", re.ASCII)

_NAME = re.compile(r"[0-9a-f]{32}", re.ASCII)

_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


@dataclass(frozen=True, slots=True)
class Trace:
    """A place in a journey: the journey's id, and the id of this step."""

    trace_id: str
    span_id: str
    sampled: bool = True
    parent_id: str = ""
    """The step before, where it is known."""

    def child(self) -> Trace:
        """The next step of the same journey."""
        return Trace(self.trace_id, secrets.token_hex(8), self.sampled, self.span_id)

    def header(self) -> str:
        """The value of ``traceparent`` that hands the journey on."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"


def new() -> Trace:
    """The first step of a new journey."""
    return Trace(secrets.token_hex(16), secrets.token_hex(8))


def parse(traceparent: str | None) -> Trace | None:
    """The step named by a ``traceparent``, or None if it is missing or malformed (section 3.2.2)."""
    found = _FORM.fullmatch(traceparent) if traceparent and len(traceparent) <= 512 else None
    if found is None:
        return None
    version, trace_id, span_id, flags, rest = found.groups()
    if version == "ff" or (version == "00" and rest) or not int(trace_id, 16) or not int(span_id, 16):
        return None
    return Trace(trace_id, span_id, sampled=bool(int(flags, 16) & 1))


def follow(traceparent: str | None, request_id: str | None = None) -> Trace:
    """A step after the one named, or the first of a new journey where none is.

    The gateway gives every request a UUID. Where a client sends no ``traceparent``, the journey is called by it, so
    that what metering is asked on the way and what the service does are one journey, whose name the client can tell.
    """
    parent = parse(traceparent)
    if parent is not None:
        return parent.child()
    name = (request_id or "").replace("-", "")
    if _NAME.fullmatch(name) and int(name, 16):
        return Trace(name, secrets.token_hex(8))
    return new()


def current() -> Trace | None:
    """The step under way, if any."""
    return _current.get()


def current_traceparent() -> str | None:
    """The ``traceparent`` of the step under way, to be handed on with what it causes."""
    trace = _current.get()
    return trace.header() if trace else None


def enter(trace: Trace | None) -> None:
    """Make ``trace`` the step under way for the rest of this task. Where the task goes on, use :func:`entered`."""
    _current.set(trace)


@contextmanager
def entered(trace: Trace | None) -> Iterator[None]:
    """Make ``trace`` the step under way within the block."""
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)
