"""Which member an anonymous reader turned out to be."""

from __future__ import annotations

from datetime import datetime

from services.accounts.errors import ReaderLinkedElsewhere
from shared.events import Event
from shared.events.accounts import ReaderLinked
from shared.model import Aggregate


class ReaderLink(Aggregate):
    """An anonymous reader, by whose id this goes, is one member and stays so."""

    member_id: str
    linked_at: datetime


def link(reader_id: str, member_id: str, at: datetime) -> tuple[ReaderLink, list[Event]]:
    """The reader is this member: their meters become one."""
    claimed = ReaderLink(id=reader_id, version=1, member_id=member_id, linked_at=at)
    return claimed, [ReaderLinked(member_id=member_id, reader_id=reader_id, linked_at=at)]


def check_same(existing: ReaderLink, member_id: str) -> None:
    """Raise ``ReaderLinkedElsewhere`` unless the link is this member's own, made before."""
    if existing.member_id != member_id:
        raise ReaderLinkedElsewhere("Somebody else has joined or logged in on this browser.")
