"""Logs: one JSON object a line, that says which service, which journey and which event, and never who.

Secrets and addresses are taken out on the way; control characters are escaped, so that no text from outside can end
a line, begin another or paint a terminal.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from itertools import islice
from typing import Any, TextIO

import orjson
import structlog

from shared import trace

_SECRET_NAME = re.compile(
    r"passw|secret|token|authorization|cookie|credential|api[-_]?key|private[-_]?key|signature|^(?:code|otp|totp|pin)$",
    re.IGNORECASE,
)
_ADDRESS_NAME = re.compile(r"e?[-_]?mail(?:[-_]?address)?$|^address$|^recipient$", re.IGNORECASE)
# Each begins where little can begin and runs only so far, so that no text takes longer than its length.
_SCRUBS: tuple[tuple[re.Pattern[str], str], ...] = (
    # Compact JWS and JWE: three or five base64url parts, the first a JSON object.
    (re.compile(r"(?<![\w-])eyJ[\w-]{5,}\.[\w-]*\.[\w-]*(?:\.[\w-]*){0,2}"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), r"\1 [secret]"),
    # User and password in an address such as mongodb://user:password@host.
    (re.compile(r"(?i)(\b[a-z][a-z0-9+.-]{1,20}://)[^\s/@]+@"), r"\1[secret]@"),
    (re.compile(r"(?i)\b(passw(?:or)?d|secret|token|code|api[-_]?key)=[^\s&\"']+"), r"\1=[secret]"),
    (re.compile(r"[^\s@<>\"'(),;:=\[\]{}]{1,64}@[^\s@<>\"'(),;:\[\]{}/?]{1,253}"), "[address]"),
)
# JSON escapes what is below space; these too would reach a terminal or a viewer as commands: DEL and the C1 controls
# (among them CSI), line and paragraph separator, and what turns the direction of text.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")

MAX_TEXT = 8_000
"""Characters of one text. A stack trace fits; a body that strayed into a log does not fill the disk."""

MAX_DEPTH = 6
MAX_ITEMS = 100
MAX_INTEGER = 2**63
REPEAT_SECONDS = 30.0

_FIRST = ("time", "level", "event")
"""What a person who reads the raw lines looks for."""


def configure(service: str, role: str, level: str = "INFO", *, stream: TextIO | None = None) -> None:
    """Send this process's logs, the libraries' included, to ``stream`` (standard output) as JSON lines."""
    out = stream or sys.stdout
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _Origin(service, role),
        structlog.processors.format_exc_info,
        render,
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*processors[:-1]],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    handler.addFilter(_Repetitions())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries speak when something is wrong; their everyday talk would drown ours.
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))


def about(**context: Any) -> AbstractContextManager[None]:
    """Put ``context`` (``event_id=...``, ``cause=...``) on every line logged within the block."""
    return structlog.contextvars.bound_contextvars(**context)


class _Repetitions(logging.Filter):
    """Lets a library say the same thing once in half a minute.

    aiokafka tries again ten times a second while a topic is missing, and says so each time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is news."""
        line = record.name, record.getMessage()
        now = time.monotonic()
        if now < self._said.get(line, 0.0):
            return False
        if len(self._said) >= MAX_ITEMS:
            self._said.clear()
        self._said[line] = now + REPEAT_SECONDS
        return True


class _Origin:
    """Says which service and role speaks, and in which journey."""

    def __init__(self, service: str, role: str) -> None:
        self._service = service
        self._role = role

    def __call__(self, _logger: Any, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["service"] = self._service
        line["role"] = self._role
        step = trace.current()
        if step is not None:
            line["trace_id"] = step.trace_id
        return line


def render(_logger: Any, _method: str, line: MutableMapping[str, Any]) -> str:
    """The line as JSON: redacted, bounded, and without a character that does anything."""
    record = {name: line[name] for name in _FIRST if name in line} | redact(line)
    text = orjson.dumps(record, option=orjson.OPT_UTC_Z).decode()
    return _UNSAFE.sub(_escaped, text)


def redact(value: Any, name: str = "", depth: int = 0) -> Any:
    """The value without secrets and addresses, bounded in size and depth."""
    if value is None or isinstance(value, bool):
        return value
    if _SECRET_NAME.search(name):
        return "[secret]"
    if _ADDRESS_NAME.search(name):
        return "[address]"
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _redact_inside(value, depth + 1)
    if isinstance(value, float) or (isinstance(value, int) and -MAX_INTEGER <= value < MAX_INTEGER):
        return value
    return _scrub(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


def _redact_inside(value: Mapping[Any, Any] | Iterable[Any], depth: int) -> Any:
    if depth > MAX_DEPTH:
        return "[deeper]"
    if isinstance(value, Mapping):
        return {_scrub(str(key)): redact(inner, str(key), depth) for key, inner in islice(value.items(), MAX_ITEMS)}
    return [redact(inner, "", depth) for inner in islice(value, MAX_ITEMS)]


def _scrub(text: str) -> str:
    if len(text) > MAX_TEXT:
        text = text[: MAX_TEXT // 2] + " [...] " + text[-MAX_TEXT // 2 :]
    for pattern, instead in _SCRUBS:
        text = pattern.sub(instead, text)
    # A lone surrogate cannot be written as UTF-8.
    return text.encode("utf-8", "backslashreplace").decode()


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
