"""What metering says: how far a reader's allowance is used, and where they met the wall."""

from __future__ import annotations

from shared.events.base import Event, Instant


class MeterAdvanced(Event, topic="metering.meters", key="reader_id", visibility="internal"):
    """True once an article was counted against a reader's allowance; said once per reader, window and article."""

    reader_id: str
    window: str
    """Names the window, such as ``2017-07@Etc/UTC``."""
    article_id: str
    used: int
    limit: int
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    advanced_at: Instant


class PaywallHit(Event, topic="metering.meters", key="reader_id", visibility="internal"):
    """True once a reader without allowance left asked for an article; said once per reader, window and article."""

    reader_id: str
    window: str
    article_id: str
    used: int
    limit: int
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    hit_at: Instant


class WalledReaderJoined(Event, topic="metering.meters", key="reader_id", visibility="internal"):
    """True once a reader who had met the wall has become a member; names the article at which they last met it."""

    reader_id: str
    article_id: str
    topics: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    joined_at: Instant
