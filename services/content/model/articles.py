"""An item's life: draft, review, scheduled, published, archived (C3), and who may let it out (C4).

Editors change a working copy. Readers see what was last published, until the working copy is approved and published in
its turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from services.content.errors import ApprovalMissing, IllegalMove, OwnItem, PastTime
from services.content.model.content import Content, require_kind_fields
from services.content.model.reading import Reading
from shared.events import Event, Instant
from shared.events.content import ArticleArchived, ArticlePublished
from shared.model import Aggregate

State: TypeAlias = Literal["draft", "review", "scheduled", "published", "archived"]

MOVES: dict[State, tuple[State, ...]] = {
    "draft": ("review",),
    "review": ("draft", "scheduled", "published"),
    "scheduled": ("review", "published"),
    "published": ("published", "archived"),  # Published again, with what was approved since.
    "archived": ("draft",),
}


class Prose(BaseModel):
    """What the Markdown of a body came to when it was published."""

    model_config = ConfigDict(frozen=True)

    html: str
    headings: tuple[tuple[int, str, str], ...] = ()
    """Level, text and anchor."""
    embeds: tuple[tuple[str, str], ...] = ()
    """Kind and id."""
    reading: Reading
    text: str = ""
    """What there is to read in it, without any markup: what a search goes through."""


class Live(BaseModel):
    """What readers see: one revision, as it was when it was published."""

    model_config = ConfigDict(frozen=True)

    revision: int
    content: Content
    prose: Prose
    updated_at: Instant


class Approval(BaseModel):
    """An editor's word for one revision."""

    model_config = ConfigDict(frozen=True)

    revision: int
    by: str
    at: Instant


class Article(Aggregate):
    """An item of any kind, from its first draft."""

    slug: str
    slugs: tuple[str, ...]
    """Every slug it ever had. None of them is given to another item."""
    state: State = "draft"
    author_id: str
    """The member who made it."""
    writers: tuple[str, ...]
    """Whoever wrote at it since it was last published."""
    content: Content
    revision: int = 1
    """Counts the changes of the content."""
    saved_at: Instant
    approval: Approval | None = None
    scheduled_for: Instant | None = None
    published_at: Instant | None = None
    """When it was first published."""
    edition: int = 0
    """Counts what the public was told of: publications, changes, archivings."""
    live: Live | None = None
    external_id: str | None = None
    """Its name in the archive it was imported from."""


Decided: TypeAlias = tuple[Article, Sequence[Event]]


def draft(id: str, slug: str, content: Content, *, author_id: str, at: datetime) -> Article:
    """A new item; raises :class:`KindFieldMissing`."""
    require_kind_fields(content)
    return Article(
        id=id, slug=slug, slugs=(slug,), author_id=author_id, writers=(author_id,), content=content, saved_at=at
    )


def rewrite(article: Article, content: Content, *, by: str, at: datetime) -> Article:
    """The item with another working copy, which voids an approval and a schedule.

    The same content again is no change. Raises :class:`IllegalMove` for an archived item, :class:`KindFieldMissing`.
    """
    if article.state == "archived":
        raise IllegalMove("An archived item is not edited. Make it a draft again first.", state=article.state)
    require_kind_fields(content)
    if content == article.content:
        return article
    return article.model_copy(
        update={
            "content": content,
            "revision": article.revision + 1,
            "saved_at": at,
            "writers": tuple(dict.fromkeys((*article.writers, by))),
            "approval": None,
            "state": "review" if article.state == "scheduled" else article.state,
            "scheduled_for": None,
        }
    )


def approve(article: Article, *, by: str, at: datetime) -> Article:
    """Approve the present revision; raises :class:`OwnItem`, :class:`IllegalMove` where nothing awaits approval."""
    waiting = article.state == "review" or (article.state == "published" and _changed_since_published(article))
    if not waiting:
        raise IllegalMove("Nothing awaits approval here.", state=article.state)
    if by == article.author_id or by in article.writers:
        raise OwnItem("Ask another editor: whoever wrote at an item does not approve it.")
    return article.model_copy(update={"approval": Approval(revision=article.revision, by=by, at=at)})


def move(article: Article, to: Literal["draft", "review", "archived"], *, at: datetime) -> Decided:
    """The moves that publish nothing: to review and back, out of the schedule, into and out of the archive.

    Raises :class:`IllegalMove`.
    """
    _allow(article, to)
    if to == "archived":
        return _archive(article, at)
    keeps_approval = article.state == "scheduled"
    return article.model_copy(
        update={"state": to, "scheduled_for": None, "approval": article.approval if keeps_approval else None}
    ), ()


def schedule(article: Article, when: datetime, *, at: datetime) -> Article:
    """Publish it by itself at ``when``; raises :class:`PastTime`, :class:`ApprovalMissing`, :class:`IllegalMove`."""
    _allow(article, "scheduled")
    _require_approval(article)
    if when <= at:
        raise PastTime("Give a time that is still to come, or publish it now.")
    return article.model_copy(update={"state": "scheduled", "scheduled_for": when})


def publish(article: Article, prose: Prose, *, at: datetime) -> Decided:
    """Let everybody read the present revision; raises :class:`ApprovalMissing`, :class:`IllegalMove`."""
    _allow(article, "published")
    _require_approval(article)
    if article.state == "published" and not _changed_since_published(article):
        raise IllegalMove("This revision is published already.", state=article.state)
    return _release(article, prose, published_at=article.published_at or at, at=at)


def is_due(article: Article, *, at: datetime) -> bool:
    """Whether its scheduled time has come."""
    return article.state == "scheduled" and article.scheduled_for is not None and article.scheduled_for <= at


def take_in(article: Article, prose: Prose, *, published_at: datetime, external_id: str, at: datetime) -> Decided:
    """A new item published as it stood in another archive, with that archive's date.

    The one way past approval: it was approved where it comes from. Raises :class:`PastTime` for a date to come.
    """
    if published_at > at:
        raise PastTime("An imported item was published in the past; this date is still to come.")
    released, events = _release(article, prose, published_at=published_at, at=published_at)
    return released.model_copy(update={"external_id": external_id}), events


def rename(article: Article, slug: str) -> Decided:
    """Give it another slug. The former ones go on leading here."""
    if slug == article.slug:
        return article, ()
    renamed = article.model_copy(update={"slug": slug, "slugs": tuple(dict.fromkeys((*article.slugs, slug)))})
    if article.state != "published" or article.live is None:
        return renamed, ()
    renamed = renamed.model_copy(update={"edition": article.edition + 1})
    return renamed, (_published(renamed, article.live),)


def _allow(article: Article, to: State) -> None:
    if to not in MOVES[article.state]:
        allowed = MOVES[article.state]
        raise IllegalMove(
            f"From {article.state} it goes to {' or '.join(allowed)}, not to {to}.",
            state=article.state,
            allowed=allowed,
        )


def _require_approval(article: Article) -> None:
    if article.approval is None or article.approval.revision != article.revision:
        raise ApprovalMissing(f"Revision {article.revision} awaits another editor's approval.")


def _changed_since_published(article: Article) -> bool:
    return article.live is None or article.live.revision != article.revision


def _release(article: Article, prose: Prose, *, published_at: datetime, at: datetime) -> Decided:
    live = Live(revision=article.revision, content=article.content, prose=prose, updated_at=at)
    released = article.model_copy(
        update={
            "state": "published",
            "live": live,
            "published_at": published_at,
            "scheduled_for": None,
            "writers": (),
            "edition": article.edition + 1,
        }
    )
    return released, (_published(released, live),)


def _archive(article: Article, at: datetime) -> Decided:
    archived = article.model_copy(update={"state": "archived", "approval": None, "edition": article.edition + 1})
    return archived, (ArticleArchived(article_id=article.id, archived_at=at, revision=archived.edition),)


def _published(article: Article, live: Live) -> ArticlePublished:
    content = live.content
    assert article.published_at is not None  # noqa: S101 - it is set with ``live``
    return ArticlePublished(
        article_id=article.id,
        slug=article.slug,
        kind=content.kind,
        title=content.title,
        topics=content.topics,
        regions=content.regions,
        country=content.country,
        reading_minutes=live.prose.reading.minutes,
        exempt=content.exempt,
        published_at=article.published_at,
        revision=article.edition,
    )
