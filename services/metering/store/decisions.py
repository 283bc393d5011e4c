"""The write that decides. One pipeline serves every request; what differs are its constants.

It counts an article if that is not counted yet and there is room, and otherwise notes that the reader met the wall; the
event that follows goes into the document's outbox in the same write. Nothing is read before it is written, so a
hundred requests at once get exactly what is left.

The constants travel beside the pipeline (``c`` of the ``update`` command, ``let`` of ``findAndModify``; MongoDB 5.0 and
later) and are never taken for expressions, whatever a slug or a cookie holds. The stages are encoded once: building and
encoding them anew took 0.17 ms a request, the constants take 0.02.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import bson
from bson.raw_bson import RawBSONDocument

from services.metering.model.access import Article
from services.metering.model.policies import Window
from shared.events import Event
from shared.events.metering import MeterAdvanced, PaywallHit
from shared.ids import new_id
from shared.mongo import Document
from shared.trace import current_traceparent


@dataclass(frozen=True, slots=True)
class Ask:
    """One reader asks for one article."""

    reader_id: str
    article: Article
    window: Window
    limit: int
    at: datetime
    expires_at: datetime
    given: bool = False
    """It was given while metering was away, and is counted whatever is left."""
    event: str = field(default_factory=new_id)
    """The id of the event that will tell of it, whichever it is."""
    trace: str | None = field(default_factory=current_traceparent)
    """The journey of the reader; who decides for many at once is on another's."""

    @property
    def meter_id(self) -> str:
        """The document that decides."""
        return f"{self.reader_id}|{self.window.name}"

    def statement(self) -> Document:
        """The statement of an ``update`` command that decides."""
        return {"q": {"_id": self.meter_id}, "u": STAGES, "c": self._constants(), "upsert": True}

    def command(self, collection: str) -> Document:
        """The ``findAndModify`` command that decides and answers with the meter, for who asks alone: one way and back
        instead of two.
        """
        return {
            "findAndModify": collection,
            "query": {"_id": self.meter_id},
            "update": STAGES,
            # Here a constant is an expression, so each is marked as a literal.
            "let": {name: {"$literal": value} for name, value in self._constants().items()},
            "upsert": True,
            "new": True,
            "fields": {"articles": 1},
        }

    def _constants(self) -> Document:
        return {
            "reader": self.reader_id,
            "window": self.window.name,
            "since": self.window.since,
            "article": self.article.id,
            "topics": list(self.article.topics),
            "regions": list(self.article.regions),
            "limit": self.limit,
            "given": self.given,
            "at": self.at,
            "expires_at": self.expires_at,
            "event": self.event,
            "trace": self.trace,
        }


def _row(kind: type[Event], fields: Document) -> Document:
    """The outbox row of an event, each field an expression. Every field of the event must be there."""
    if fields.keys() != kind.model_fields.keys():
        raise TypeError(f"{kind.__name__} has other fields than its row")
    return {
        "id": "$$event",
        "type": {"$literal": kind.type},
        "topic": {"$literal": kind.topic},
        "key": fields[kind.ordering_key],
        "time": "$$at",
        "trace": "$$trace",
        "data": fields,
    }


def _said(used: Any, time: str) -> Document:
    return {
        "reader_id": "$$reader",
        "window": "$$window",
        "article_id": "$$article",
        "used": used,
        "limit": "$$limit",
        "topics": "$$topics",
        "regions": "$$regions",
        time: "$$at",
    }


def _still(name: str) -> Document:
    """What still counts of a list; under calendar months that is all of it."""
    return {"$filter": {"input": {"$ifNull": [f"${name}", []]}, "cond": {"$gte": ["$$this.at", "$$since"]}}}


def _plus(name: str, deed: str, item: Document) -> Document:
    return {"$cond": [{"$eq": ["$deed", deed]}, {"$concatArrays": [f"${name}", [item]]}, f"${name}"]}


_TOLD = {"$in": ["$deed", ["count", "wall"]]}
_USED = {"$size": "$articles"}
_WALL = {"id": "$$article", "at": "$$at", "topics": "$$topics", "regions": "$$regions"}
_COUNTED = {"id": "$$article", "at": "$$at", "event": "$$event"}
_TELL = {
    "$switch": {
        "branches": [
            {
                "case": {"$eq": ["$deed", "count"]},
                "then": [_row(MeterAdvanced, _said({"$add": [_USED, 1]}, "advanced_at"))],
            },
            {"case": {"$eq": ["$deed", "wall"]}, "then": [_row(PaywallHit, _said(_USED, "hit_at"))]},
        ],
        "default": [],
    }
}

PIPELINE: list[Document] = [
    {"$set": {"articles": _still("articles"), "walls": _still("walls")}},
    {
        "$set": {
            "deed": {
                "$switch": {
                    "branches": [
                        {"case": {"$in": ["$$article", "$articles.id"]}, "then": "known"},
                        {"case": {"$or": ["$$given", {"$lt": [_USED, "$$limit"]}]}, "then": "count"},
                        {"case": {"$in": ["$$article", "$walls.id"]}, "then": "noted"},
                    ],
                    "default": "wall",
                }
            }
        }
    },
    {
        "$set": {
            "reader_id": "$$reader",
            "window": "$$window",
            "expires_at": {"$cond": [_TOLD, {"$max": ["$expires_at", "$$expires_at"]}, "$expires_at"]},
            "articles": _plus("articles", "count", _COUNTED),
            "walls": _plus("walls", "wall", _WALL),
            "outbox": {"$concatArrays": [{"$ifNull": ["$outbox", []]}, _TELL]},
            "outbox_since": {"$cond": [_TOLD, "$$NOW", {"$ifNull": ["$outbox_since", "$$REMOVE"]}]},
        }
    },
    {
        "$set": {
            "outbox": {"$cond": [{"$eq": ["$outbox", []]}, "$$REMOVE", "$outbox"]},
            "deed": "$$REMOVE",
        }
    },
]

STAGES = [RawBSONDocument(bson.encode(stage)) for stage in PIPELINE]
