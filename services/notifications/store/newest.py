"""Projections keep the newest of what an owner has said, in one conditional write."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pymongo import UpdateOne

from shared.mongo import Document


def as_document(thing: BaseModel) -> Document:
    """The model as MongoDB keeps it, its ``id`` as ``_id``."""
    document = thing.model_dump(mode="python")
    document["_id"] = document.pop("id")
    return document


def as_fields(document: Document) -> dict[str, Any]:
    """A document's fields as the model names them."""
    fields = dict(document)
    fields["id"] = fields.pop("_id")
    return fields


def keep_newest(thing: BaseModel, *, by: str) -> UpdateOne:
    """The write that stores ``thing`` unless what is there is newer by the field ``by``.

    The same again is stored again, which changes nothing. A missing field counts as older than anything.
    """
    document = as_document(thing)
    newer_there = {"$gt": [f"${by}", document[by]]}
    return UpdateOne(
        {"_id": document["_id"]},
        [{"$replaceWith": {"$cond": [newer_there, "$$ROOT", {"$literal": document}]}}],
        upsert=True,
    )
