"""The editors' door: drafts, previews, approval, publication, and what comes from other archives."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.content.deps import Deps
from services.content.handlers import publishing, writing
from services.content.model.articles import Article, State
from services.content.model.content import Content
from services.content.model.lists import Place
from services.content.schemas.articles import (
    ContentBody,
    DeskItem,
    DeskPage,
    EmbedView,
    HeadingView,
    Id,
    ImportedArticle,
    Move,
    NewArticle,
    Preview,
    ReadingView,
    Rename,
    Revisions,
    RevisionView,
    WorkingArticle,
)
from shared.http import Idempotent, Identity, IfMatch, JsonBytes, Paging, deps_of, etag_of, fresh, role

router = APIRouter(prefix="/v1", tags=["editing"])
Wired = Annotated[Deps, Depends(deps_of)]
Editor = Annotated[Identity, role("editor", "admin")]
ArticleId = Annotated[Id, Path()]


@router.post("/articles", status_code=201)
async def create_article(
    body: NewArticle, editor: Editor, key: Idempotent, deps: Wired, response: Response
) -> WorkingArticle:
    """Begin an article, as a draft."""
    article = await writing.create_article(
        deps, body.content(), id=key.derive("article"), slug=body.slug, author_id=editor.member_id
    )
    response.headers["Location"] = f"/v1/articles/{article.id}/working"
    return _shown(article, response)


@router.post("/imports/articles", status_code=201)
async def import_article(
    body: ImportedArticle, editor: Editor, _key: Idempotent, deps: Wired, response: Response
) -> WorkingArticle:
    """Take an article over from another archive, with its date, slug and author. The same `external_id` again is the
    article it became the first time, unchanged.
    """
    article = await writing.import_article(
        deps,
        body.content(),
        external_id=body.external_id,
        slug=body.slug,
        published_at=body.published_at,
        by=editor.member_id,
    )
    response.headers["Location"] = f"/v1/articles/{article.slug}"
    return _shown(article, response)


@router.get("/desk", response_model=DeskPage)
async def show_desk(
    editor: Editor,
    deps: Wired,
    paging: Paging,
    state: Annotated[State, Query(description="How far they have got.")] = "draft",
    mine: Annotated[bool, Query(description="Only what you began yourself.")] = False,
) -> Response:
    """What is being worked on, the last saved first, with how many there are in each state."""
    author_id = editor.member_id if mine else None
    after = None if paging.after is None else Place(*paging.after)
    found, counts = await asyncio.gather(
        writing.articles_on_the_desk(deps, state, after, paging.limit + 1, author_id=author_id),
        writing.desk_counts(deps, author_id=author_id),
    )
    shown, more = found[: paging.limit], len(found) > paging.limit
    position = (shown[-1].updated_at, shown[-1].id) if more else None
    items = [DeskItem(**dict(card), mine=card.author_id == editor.member_id) for card in shown]
    page = DeskPage(items=items, next=paging.cursor(position) if position else None, counts=counts)
    return JsonBytes(page, headers=paging.headers(position))


@router.get("/articles/{article_id}/working", response_model=WorkingArticle)
async def working_article(article_id: ArticleId, _editor: Editor, deps: Wired, request: Request) -> Response:
    """The working copy, as Markdown."""
    article = await writing.working_copy(deps, article_id)
    return fresh(request, WorkingArticle.of(article), etag_of(article))


@router.put("/articles/{article_id}/working")
async def rewrite_article(
    article_id: ArticleId, body: ContentBody, editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> WorkingArticle:
    """Replace the working copy. What readers see stays until it is approved and published."""
    article = await writing.rewrite_article(deps, article_id, body.content(), by=editor.member_id, expected=expected)
    return _shown(article, response)


@router.put("/articles/{article_id}/slug")
async def rename_article(
    article_id: ArticleId, body: Rename, _editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> WorkingArticle:
    """Give it another slug; the former ones lead to it from now on."""
    return _shown(await writing.rename_article(deps, article_id, body.slug, expected=expected), response)


@router.get("/articles/{article_id}/preview", response_model=Preview)
async def preview_article(article_id: ArticleId, _editor: Editor, deps: Wired, request: Request) -> Response:
    """The working copy as it would be published."""
    article, prose = await writing.preview(deps, article_id)
    preview = Preview(
        revision=article.revision,
        title=article.content.title,
        lead=article.content.lead,
        byline=article.content.byline,
        html=prose.html,
        headings=[HeadingView(level=level, text=text, anchor=anchor) for level, text, anchor in prose.headings],
        embeds=[EmbedView.model_validate({"kind": kind, "id": id_}) for kind, id_ in prose.embeds],
        reading=ReadingView.model_validate(prose.reading),
    )
    return fresh(request, preview, etag_of(article))


@router.post("/articles/{article_id}/approvals")
async def approve_article(
    article_id: ArticleId, editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> WorkingArticle:
    """Approve the revision you have seen. Nobody approves what they wrote."""
    article = await publishing.approve_article(deps, article_id, by=editor.member_id, expected=expected)
    return _shown(article, response)


@router.post("/articles/{article_id}/moves")
async def move_article(
    article_id: ArticleId, body: Move, _editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> WorkingArticle:
    """Bring it into another state: draft, review, scheduled, published, archived."""
    article = await publishing.move_article(deps, article_id, body.to, when=body.at, expected=expected)
    return _shown(article, response)


@router.get("/articles/{article_id}/revisions")
async def list_revisions(article_id: ArticleId, _editor: Editor, deps: Wired) -> Revisions:
    """Who saved which revision when, newest first."""
    rows = await writing.revisions(deps, article_id)
    return Revisions(items=[RevisionView.model_validate(row) for row in rows])


@router.get("/articles/{article_id}/revisions/{number}")
async def read_revision(
    article_id: ArticleId, number: Annotated[int, Path(ge=1, le=2**31)], _editor: Editor, deps: Wired
) -> Content:
    """What a revision said."""
    return await writing.revision(deps, article_id, number)


def _shown(article: Article, response: Response) -> WorkingArticle:
    response.headers["ETag"] = etag_of(article)
    return WorkingArticle.of(article)
