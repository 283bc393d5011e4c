"""The outbox: events wait in the very document whose change they tell of, until the relay has published them.

State and events are one atomic write, so neither is there without the other. A document with waiting events carries
``outbox`` (rows, in order) and ``outbox_since`` (when the newest was added); the relay finds it by a partial index.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from pymongo import ASCENDING, IndexModel

from shared.events import TOPICS, Event
from shared.ids import new_id
from shared.trace import current_traceparent


class Row(TypedDict):
    """One waiting event. ``data`` is a sub-document, so that an update pipeline may compute a field of it; None is a
    tombstone.
    """

    id: str
    type: str
    topic: str
    key: str
    time: datetime
    trace: str | None
    data: dict[str, Any] | None
    record: NotRequired[dict[str, Any]]
    """A record to be sent on as it came, instead of an event: a dead letter."""


LETTER_BYTES = 1000 * 1024
"""The most of a record that goes to the dead letters: a topic takes 1 MiB, framing included. The whole stays among the
parked events.
"""

INDEX = IndexModel(
    [("outbox_since", ASCENDING)],
    name="outbox_waiting",
    partialFilterExpression={"outbox_since": {"$exists": True}},
)
"""Every collection that carries an outbox has it; it holds only documents with waiting events."""


def entry(event: Event, at: datetime, *, id: str | None = None, trace: str | None = None) -> Row:
    """The row that makes ``event`` leave the service; ``at`` is when it became true.

    ``id`` defaults to a new one. Give it where the same decision may be written twice, so that it says one thing. Give
    ``trace`` where the row is made in another's task: by whoever commits for many.
    """
    data = event.model_dump(mode="python")
    return Row(
        id=id or new_id(),
        type=event.type,
        topic=event.topic,
        key=event.key,
        time=at,
        trace=trace or current_traceparent(),
        data=_as_bson(data),
    )


def tombstone(topic: str, key: str, at: datetime) -> Row:
    """The row that makes a compacted topic forget ``key``."""
    if not TOPICS[topic].compacted:
        raise ValueError(f"{topic} is not compacted: a tombstone there would say nothing")
    return Row(id=new_id(), type="", topic=topic, key=key, time=at, trace=current_traceparent(), data=None)


def letter(topic: str, record: dict[str, Any], why: dict[str, str], at: datetime) -> Row:
    """The row that sends a record as it came to the dead letters, with ``why`` in headers named ``plenary_*``.

    One that would not fit into a topic any more, with the reasons in its headers, is cut, and says how long it was.
    """
    headers = [*record["headers"], *([f"plenary_{name}", text.encode()] for name, text in why.items())]
    origin = f"{record['topic']}/{record['partition']}/{record['offset']}"
    headers.append(["plenary_origin", origin.encode()])
    key = (record["key"] or b"").decode("utf-8", "replace")
    value = record["value"]
    room = LETTER_BYTES - len(record["key"] or b"") - sum(len(name) + len(text) for name, text in headers)
    if value and len(value) > room:
        headers.append(["plenary_bytes", str(len(value)).encode()])
        value = value[: max(0, room)]
    sent = {"key": record["key"], "value": value, "headers": headers}
    return Row(id=new_id(), type="", topic=topic, key=key, time=at, trace=None, data=None, record=sent)


def push(*rows: Row) -> dict[str, Any]:
    """The update operators that put ``rows`` into a document's outbox; merge them into the update that changes it."""
    if not rows:
        return {}
    return {"$push": {"outbox": {"$each": list(rows)}}, "$currentDate": {"outbox_since": True}}


def initial(*rows: Row, at: datetime) -> dict[str, Any]:
    """The fields that carry ``rows`` in a document about to be inserted."""
    return {"outbox": list(rows), "outbox_since": at} if rows else {}


def _as_bson(value: Any) -> Any:
    """Tuples become arrays; everything else that an event may hold MongoDB keeps as it is."""
    if isinstance(value, dict):
        return {name: _as_bson(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_bson(inner) for inner in value]
    return value
