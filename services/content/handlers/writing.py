"""What editors do with an item's content: begin it, rewrite it, rename it, look at it before anybody else does."""

from __future__ import annotations

import asyncio
from datetime import datetime

from services.content.deps import Deps
from services.content.errors import ArticleTooLong, ReferenceUnknown, SlugTaken
from services.content.markdown import Rendered, render
from services.content.model import articles
from services.content.model.articles import Article, Prose, State
from services.content.model.content import Content
from services.content.model.lists import Place
from services.content.model.published import DeskCard
from services.content.model.reading import reading_of
from services.content.model.slugs import slug_of
from shared.errors import StaleWrite
from shared.ids import derived_id

LONGEST_BODY = 512 * 1024
"""Bytes of Markdown. The longest article anybody reads is a tenth of it."""

REVISIONS_SHOWN = 100


async def create_article(
    deps: Deps,
    content: Content,
    *,
    id: str,
    slug: str | None,
    author_id: str,
) -> Article:
    """Begin an item, as a draft. Without a slug it gets one from its title.

    An item of this id that is there already is returned as it is. Raises what the content is refused for, and
    :class:`SlugTaken`.
    """
    content, _ = await checked(deps, content)
    now = deps.clock.now()
    draft = articles.draft(id, slug or slug_of(content.title) or id, content, author_id=author_id, at=now)
    try:
        return await deps.articles.add(draft, at=now)
    except SlugTaken:
        if slug is not None:
            raise
    unlike = f"{draft.slug}-{id[-6:]}"
    return await deps.articles.add(draft.model_copy(update={"slug": unlike, "slugs": (unlike,)}), at=now)


async def rewrite_article(deps: Deps, article_id: str, content: Content, *, by: str, expected: int) -> Article:
    """Replace the working copy, which voids an approval; raises what the content is refused for, ``StaleWrite``."""
    article = await load_seen(deps, article_id, expected)
    content, _ = await checked(deps, content)
    now = deps.clock.now()
    rewritten = articles.rewrite(article, content, by=by, at=now)
    if rewritten is article:
        return article
    return await deps.articles.save_revision(rewritten, by=by, at=now)


async def rename_article(deps: Deps, article_id: str, slug: str, *, expected: int) -> Article:
    """Give it another slug; the former ones lead to it from now on. Raises :class:`SlugTaken`, ``StaleWrite``."""
    article = await load_seen(deps, article_id, expected)
    renamed, events = articles.rename(article, slug)
    return article if renamed is article else await deps.articles.save(renamed, events, at=deps.clock.now())


async def working_copy(deps: Deps, article_id: str) -> Article:
    """The item as editors see it."""
    return await deps.articles.items.load(article_id)


async def preview(deps: Deps, article_id: str) -> tuple[Article, Prose]:
    """The working copy as it would be published."""
    article = await deps.articles.items.load(article_id)
    return article, await prose_of(article.content)


async def articles_on_the_desk(
    deps: Deps, state: State, after: Place | None, limit: int, *, author_id: str | None = None
) -> list[DeskCard]:
    """Items in this state, the last saved first; of one author where one is named."""
    return await deps.pages.desk(state, author_id=author_id, after=after, limit=limit)


async def desk_counts(deps: Deps, *, author_id: str | None) -> dict[State, int]:
    """How many items there are in each state."""
    return await deps.pages.desk_counts(author_id)


async def revisions(deps: Deps, article_id: str) -> list[dict[str, object]]:
    """Who saved which revision when, newest first."""
    article = await deps.articles.items.load(article_id)
    return await deps.articles.revisions(article.id, limit=REVISIONS_SHOWN)


async def revision(deps: Deps, article_id: str, number: int) -> Content:
    """What a revision said."""
    return await deps.articles.revision(article_id, number)


async def import_article(
    deps: Deps, content: Content, *, external_id: str, slug: str, published_at: datetime, by: str
) -> Article:
    """Take an item over from another archive, published as it was there.

    The same external id again finds the item that was made of it the first time, whatever became of it since.
    """
    content, rendered = await checked(deps, content)
    now = deps.clock.now()
    draft = articles.draft(imported_id(external_id), slug, content, author_id=by, at=now)
    taken_in, events = articles.take_in(
        draft,
        as_prose(rendered),
        published_at=published_at,
        external_id=external_id,
        at=now,
    )
    return await deps.articles.add(taken_in, events, at=now)


def imported_id(external_id: str) -> str:
    """The id of the item that is called ``external_id`` in the archive it comes from."""
    return derived_id("imported-article", external_id)


async def load_seen(deps: Deps, article_id: str, expected: int) -> Article:
    """The item, if it is still as the editor saw it; raises ``StaleWrite``."""
    article = await deps.articles.items.load(article_id)
    if article.version != expected:
        raise StaleWrite("Load it again, and repeat your change on what you then see.")
    return article


async def checked(deps: Deps, content: Content) -> tuple[Content, Rendered]:
    """The content, filed under its country's regions too, if it can be shown and all it refers to is there."""
    if len(content.body.encode()) > LONGEST_BODY:
        raise ArticleTooLong(f"At most {LONGEST_BODY} bytes of Markdown are taken.")
    rendered = await rendered_of(content)
    unknown = await _unknown_references(deps, content, rendered)
    if unknown:
        raise ReferenceUnknown(errors=[{"pointer": pointer, "detail": detail} for pointer, detail in unknown])
    return content.model_copy(
        update={"regions": deps.geography.filed_under(content.regions, content.country)}
    ), rendered


async def rendered_of(content: Content) -> Rendered:
    """The body rendered, on a thread: half a megabyte can take a second, and readers do not wait for it."""
    return await asyncio.to_thread(render, content.body)


async def prose_of(content: Content) -> Prose:
    """The body as it would be published."""
    return as_prose(await rendered_of(content))


def as_prose(rendered: Rendered) -> Prose:
    """What is kept of a rendered body."""
    return Prose(
        html=rendered.html,
        headings=tuple(map(tuple, rendered.headings)),
        embeds=tuple(map(tuple, rendered.embeds)),
        reading=reading_of(rendered.text),
        text=rendered.text,
    )


async def _unknown_references(deps: Deps, content: Content, rendered: Rendered) -> list[tuple[str, str]]:
    places = deps.geography
    unknown = [("#/regions", f"no region {slug!r}") for slug in content.regions if slug not in places.regions]
    if content.country is not None and content.country not in places.countries:
        unknown.append(("#/country", f"no country {content.country!r}"))
    embedded = {kind: [embed.id for embed in rendered.embeds if embed.kind == kind] for kind in ("survey", "webinar")}
    for pointer, collection, ids in (
        ("#/topics", "topics", content.topics),
        ("#/series", "series", [content.series] if content.series else []),
        ("#/survey_id", "surveys", [content.survey_id] if content.survey_id else []),
        ("#/webinar_id", "webinars", [content.webinar_id] if content.webinar_id else []),
        ("#/body", "surveys", embedded["survey"]),
        ("#/body", "webinars", embedded["webinar"]),
    ):
        missing = await deps.shelves.unknown(collection, ids)
        unknown += [(pointer, f"nothing in {collection} is called {id_!r}") for id_ in sorted(missing)]
    return unknown
