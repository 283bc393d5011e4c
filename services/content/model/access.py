"""Who gets the whole item and who the teaser: metering's word, checked against what was asked for (C8).

Metering decides and content obeys. Without metering's word, content gives the whole item only where the gateway vouches
that metering could not be asked.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from shared.events import Instant

Counted: TypeAlias = Literal["metered", "unlimited", "exempt", "unmetered"]
Action: TypeAlias = Literal["join", "log-in"]

MEMBER = "member:"


class Grant(BaseModel):
    """What metering said about this reader and this item, as it stood in the signed header."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    article: str | None = None
    slug: str
    state: str
    """``metered``, ``unlimited``, ``exempt``, ``walled``, ``peek`` or ``unknown-article``. A state that only a newer
    metering knows opens nothing."""
    reader: str
    used: int | None = None
    limit: int | None = None
    remaining: int | None = None
    resets_at: Instant | None = None
    reason: str | None = None


class Visit(BaseModel):
    """What is known of a request for an item, once its signatures are checked."""

    model_config = ConfigDict(frozen=True)

    grant: Grant | None = None
    unmetered: bool = False
    """The gateway vouches that metering could not be asked."""
    reader: str | None = None
    """Who asks, where that can be known without metering."""
    peek: bool = False
    """Nothing is shown: HEAD, or a browser that fetches ahead."""


class Access(BaseModel):
    """The verdict, and what the answer says of it."""

    model_config = ConfigDict(frozen=True)

    state: str
    full: bool
    counts_as: Counted | None = None
    """How the view is told of; None where there is nothing to tell."""
    reader: str | None = None
    used: int | None = None
    limit: int | None = None
    remaining: int | None = None
    resets_at: Instant | None = None
    reason: str | None = None
    actions: tuple[Action, ...] = ()


def admit(visit: Visit, *, article_id: str, slugs: tuple[str, ...], exempt: bool) -> Access:
    """The verdict for this visit to this item, which has or had these ``slugs``."""
    grant = visit.grant if visit.grant and _speaks_of(visit.grant, article_id, slugs) else None
    if visit.peek:
        return _teaser("peek", grant)
    if exempt:
        return Access(state="exempt", full=True, counts_as="exempt", reader=grant.reader if grant else visit.reader)
    if grant is not None:
        return _as_granted(grant)
    if visit.grant is not None:
        return _teaser("walled", None, reason="grant-for-another-article")
    if visit.unmetered:
        return Access(
            state="unmetered", full=True, counts_as="unmetered", reader=visit.reader, reason="meter-unavailable"
        )
    return _teaser("walled", None, reason="no-grant")


def _speaks_of(grant: Grant, article_id: str, slugs: tuple[str, ...]) -> bool:
    """A grant names the item; one from before metering heard of the item names the slug alone."""
    return grant.article == article_id if grant.article is not None else grant.slug in slugs


def _as_granted(grant: Grant) -> Access:
    match grant.state:
        case "metered" | "unlimited" | "exempt" as state if grant.article is not None:
            counts_as: Counted = state
        case "unknown-article":
            counts_as = "unmetered"
        case "peek":
            return _teaser("peek", grant)
        case _:
            return _teaser("walled", grant)
    return _told(grant.state, grant, full=True, counts_as=counts_as)


def _teaser(state: str, grant: Grant | None, *, reason: str | None = None) -> Access:
    if grant is None:
        return Access(state=state, full=False, reason=reason, actions=("join", "log-in"))
    return _told(state, grant, full=False, counts_as=None)


def _told(state: str, grant: Grant, *, full: bool, counts_as: Counted | None) -> Access:
    """A member has joined already, and an unlimited reader has no need to."""
    invited = state not in {"unlimited", "exempt"} and not grant.reader.startswith(MEMBER)
    return Access(
        state=state,
        full=full,
        counts_as=counts_as,
        reader=grant.reader,
        used=grant.used,
        limit=grant.limit,
        remaining=grant.remaining,
        resets_at=grant.resets_at,
        reason=grant.reason,
        actions=("join", "log-in") if invited else (),
    )
