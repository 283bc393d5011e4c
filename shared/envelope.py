"""How an event looks on the wire: CloudEvents 1.0, Kafka protocol binding, binary mode, JSON data.

Sources: CloudEvents 1.0.2 sections 3.1 and 3.2; Kafka Protocol Binding 1.0.2 section 3.2; W3C Trace Context for
``traceparent`` (the CloudEvents distributed tracing extension).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson
from pydantic import ValidationError

from shared.events import CATALOGUE, TOPICS, Event
from shared.outbox import Row

EPOCH = datetime.fromtimestamp(0, UTC)
"""The time of a tombstone that came without one."""

Headers: TypeAlias = Sequence[tuple[str, bytes]]


class Undecodable(Exception):  # noqa: N818 - a name for what the record is
    """A record that is no event of ours: no retry will change that."""


class UnknownType(Exception):  # noqa: N818
    """A well-formed event of a type this service has never heard of, from a newer writer. It is passed over."""


@dataclass(frozen=True, slots=True)
class Message:
    """A Kafka record about to be sent."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: Headers
    time: datetime


@dataclass(frozen=True, slots=True)
class Envelope:
    """A decoded record: the event (None for a tombstone) and what travels around it."""

    id: str
    type: str
    key: str
    time: datetime
    event: Event | None
    traceparent: str | None = None


def encode(row: Row) -> Message:
    """The record for a row of the outbox. The id is what a receiver knows a repetition by."""
    if "record" in row:
        return _as_it_came(row, row["record"])
    owner = row["topic"].split(".", 1)[0]
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", row["id"].encode()),
        ("ce_source", f"/plenary/{owner}".encode()),
        ("ce_time", orjson.dumps(row["time"], option=orjson.OPT_UTC_Z)[1:-1]),
        ("ce_subject", row["key"].encode()),
    ]
    if row["trace"]:
        headers.append(("traceparent", row["trace"].encode()))
    if row["data"] is None:
        return Message(row["topic"], row["key"].encode(), None, headers, row["time"])
    headers += [("ce_type", row["type"].encode()), ("content-type", b"application/json")]
    value = orjson.dumps(row["data"], option=orjson.OPT_UTC_Z)
    return Message(row["topic"], row["key"].encode(), value, headers, row["time"])


def _as_it_came(row: Row, record: dict[str, Any]) -> Message:
    headers = [(name, bytes(value)) for name, value in record["headers"]]
    return Message(row["topic"], record["key"], record["value"], headers, row["time"])


def encode_event(event: Event, id: str, time: datetime, trace: str | None = None) -> Message:
    """The record for an event that did not pass through an outbox (samples, tests, tools)."""
    data = event.model_dump(mode="python")
    return encode(Row(id=id, type=event.type, topic=event.topic, key=event.key, time=time, trace=trace, data=data))


def decode(topic: str, key: bytes | None, value: bytes | None, headers: Headers, *, place: str) -> Envelope:
    """The event in a record.

    ``place`` (topic, partition and offset) names a tombstone, which may come without an id. Raises
    :class:`Undecodable` or :class:`UnknownType`.
    """
    attributes = dict(headers)
    text_key = _text(key, "key") if key is not None else ""
    if value is None:
        if topic not in TOPICS or not TOPICS[topic].compacted:
            raise Undecodable("there is nothing in it, on a topic that forgets nobody")
        id_ = _text(attributes.get("ce_id", place.encode()), "ce_id")
        time = _time(attributes["ce_time"]) if "ce_time" in attributes else EPOCH
        return Envelope(id=id_, type="", key=text_key, time=time, event=None, traceparent=_trace(attributes))
    for name in ("ce_specversion", "ce_id", "ce_type", "ce_time"):
        if name not in attributes:
            raise Undecodable(f"the header {name} is missing")
    if attributes["ce_specversion"] != b"1.0":
        raise Undecodable("ce_specversion is not 1.0")
    kind = _kind(_text(attributes["ce_type"], "ce_type"), topic)
    try:
        event = kind.model_validate_json(value)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors(include_input=False))
        raise Undecodable(f"the data are no {kind.__name__}: {problems}") from None
    if event.key != text_key:
        raise Undecodable(f"the record's key is not the event's {kind.ordering_key}")
    return Envelope(
        id=_text(attributes["ce_id"], "ce_id"),
        type=kind.type,
        key=text_key,
        time=_time(attributes["ce_time"]),
        event=event,
        traceparent=_trace(attributes),
    )


def _kind(type_: str, topic: str) -> type[Event]:
    kind = CATALOGUE.get(type_)
    if kind is None:
        family = type_.rpartition(".v")[0] + ".v"
        if any(known.startswith(family) for known in CATALOGUE):
            raise Undecodable(f"{type_} is a version that this release does not know")
        raise UnknownType(type_)
    if kind.topic != topic:
        raise Undecodable(f"{type_} does not belong on {topic}")
    return kind


def _text(value: bytes, name: str) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise Undecodable(f"{name} is not UTF-8") from None


def _time(value: bytes) -> datetime:
    try:
        instant = datetime.fromisoformat(value.decode())
    except ValueError:
        raise Undecodable("ce_time is not an RFC 3339 timestamp") from None
    if instant.tzinfo is None:
        raise Undecodable("ce_time has no offset")
    return instant


def _trace(attributes: dict[str, bytes]) -> str | None:
    trace = attributes.get("traceparent")
    return trace.decode("ascii", "replace") if trace else None
