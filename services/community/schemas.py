"""What goes over the HTTP door, in and out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, Field

from services.community import model
from services.community.store.neighbours import Article, Person, WebinarLink
from shared.http import Body, CleanProse, CleanText, Page

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9-]+$")]
CommentText = Annotated[CleanProse, Field(min_length=1, max_length=5_000)]
ExternalId = Annotated[CleanText, Field(min_length=1, max_length=200)]
Reason = Annotated[CleanProse, Field(min_length=1, max_length=1_000)]


class NewComment(Body):
    """A comment to be written."""

    article_id: Id
    parent_id: Id | None = None
    """The comment that this one answers."""
    body: CommentText
    """Markdown: paragraphs, emphasis, lists, quotes, code and links."""


class ChangedComment(Body):
    """New words for a comment."""

    body: CommentText


class Hiding(Body):
    """Why a comment is hidden; its author sees this."""

    reason: Reason


class Thread(Body):
    """Whether the discussion takes no more comments."""

    closed: bool


class Author(BaseModel):
    """Who wrote it, as far as others may know."""

    id: str | None
    name: str | None
    """None for a member who has left, or whose name has not arrived yet."""
    organisation: str | None = None
    job_title: str | None = None
    official: bool = False
    """Proved to be in government."""
    staff: bool = False
    """Speaks for the publisher: an editor, a moderator or a community manager."""


class CommentView(BaseModel):
    """A comment as readers see it. One that was taken from view keeps its place, without words or author."""

    id: str
    article_id: str
    parent_id: str | None
    depth: int
    """0 for a comment on the article, 1 for a reply to it, and so on. Indent no further than reads well."""
    state: Literal["visible", "hidden", "erased"]
    author: Author | None
    html: str
    """Safe to be put into a page as it is."""
    body: str | None = None
    """The Markdown, for its author."""
    reason: str | None = None
    """Why it was hidden, for its author and for moderators."""
    posted_at: datetime
    edited_at: datetime | None
    helpful: int
    version: int
    mine: bool = False
    """Written by whoever asks."""


class Discussion(Page[CommentView]):
    """A page of the discussion of an article."""

    closed: bool
    """No more comments are taken."""


class ArticleLink(BaseModel):
    """The article that a comment belongs to."""

    id: str
    slug: str
    title: str
    closed: bool
    """Its discussion takes no more comments."""


class ModeratedComment(CommentView):
    """A comment as moderators see it."""

    article: ArticleLink | None
    """None while we have not heard of it."""
    moderator: str | None
    """The name of whoever last took it from view, or showed it again."""


class NewSuggestion(Body):
    """What a member would like to see."""

    title: Annotated[CleanText, Field(min_length=3, max_length=200)]
    description: Annotated[CleanProse, Field(max_length=5_000)] = ""
    topics: Annotated[tuple[Annotated[CleanText, Field(min_length=1, max_length=80)], ...], Field(max_length=5)] = ()


class NewMove(Body):
    """The community manager's decision."""

    state: Literal["triaged", "planned", "scheduled", "declined"]
    reason: Reason | None = None
    """Needed to decline."""
    webinar_id: Id | None = None
    """Needed to schedule."""


class ImportedComment(NewComment):
    """A comment from another archive, with its author and its date."""

    external_id: ExternalId
    """Its name in the archive it comes from. The same again is the same comment."""
    author_id: Id
    """The member who wrote it."""
    posted_at: AwareDatetime
    helpful_to: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
    """Members who found it helpful."""


class ImportedMove(NewMove):
    """One step that a suggestion has gone in another archive."""

    at: AwareDatetime
    by: Id
    """The member who decided so."""


class ImportedSuggestion(NewSuggestion):
    """A suggestion from another archive, with who made it and what became of it."""

    external_id: ExternalId
    """Its name in the archive it comes from. The same again is the same suggestion."""
    submitter_id: Id
    suggested_at: AwareDatetime
    supporters: Annotated[tuple[Id, ...], Field(max_length=500)] = ()
    """Members who would like it too."""
    moves: Annotated[tuple[ImportedMove, ...], Field(max_length=20)] = ()
    """In the order in which they were made."""


class Manager(BaseModel):
    """A community manager."""

    id: str
    name: str | None


class Submitter(BaseModel):
    """Who made a suggestion."""

    id: str
    name: str | None
    organisation: str | None
    job_title: str | None


class WebinarLinkView(BaseModel):
    """The webinar that came of a suggestion."""

    id: str
    slug: str
    title: str


class MoveView(BaseModel):
    """One step of a suggestion's way."""

    state: str
    at: datetime
    reason: str | None


class SuggestionView(BaseModel):
    """A suggestion as members see it."""

    id: str
    title: str
    description: str
    topics: tuple[str, ...]
    state: str
    support: int
    supported: bool = False
    """By whoever asks."""
    mine: bool = False
    manager: Manager | None
    submitter: Submitter | None = None
    """For community managers."""
    webinar: WebinarLinkView | None
    moves: list[MoveView]
    webinar_id: str | None
    suggested_at: datetime
    version: int


def comment_view(
    comment: model.Comment, people: Mapping[str, Person], *, viewer: str | None = None, moderator: bool = False
) -> CommentView:
    """The comment as ``viewer`` may see it."""
    mine = viewer is not None and comment.author_id == viewer
    shown = comment.state == "visible" or (comment.state == "hidden" and (mine or moderator))
    return CommentView(
        id=comment.id,
        article_id=comment.article_id,
        parent_id=comment.parent_id,
        depth=comment.depth,
        state=comment.state,
        author=_author(comment.author_id, people.get(comment.author_id)) if shown else None,
        html=comment.html if shown else "",
        body=comment.body if mine and shown else None,
        reason=comment.reason if mine or moderator else None,
        posted_at=comment.posted_at,
        edited_at=comment.edited_at,
        helpful=comment.helpful,
        version=comment.version,
        mine=mine,
    )


def moderated_view(
    comment: model.Comment, people: Mapping[str, Person], articles: Mapping[str, Article], *, viewer: str
) -> ModeratedComment:
    """The comment as the moderator ``viewer`` sees it."""
    article = articles.get(comment.article_id)
    moderator = people.get(comment.moderator_id or "")
    return ModeratedComment(
        **comment_view(comment, people, viewer=viewer, moderator=True).model_dump(),
        article=ArticleLink(**article._asdict()) if article else None,
        moderator=moderator.name if moderator else None,
    )


def suggestion_view(
    suggestion: model.Suggestion,
    people: Mapping[str, Person],
    webinars: Mapping[str, WebinarLink],
    *,
    viewer: str | None = None,
    for_manager: bool = False,
) -> SuggestionView:
    """The suggestion as ``viewer`` may see it; supporters are counted, not named."""
    manager, submitter = suggestion.manager_id, suggestion.submitter_id
    webinar = webinars.get(suggestion.webinar_id or "")
    person = people.get(manager) if manager else None
    return SuggestionView(
        **suggestion.model_dump(
            include={
                "id",
                "title",
                "description",
                "topics",
                "state",
                "support",
                "webinar_id",
                "suggested_at",
                "version",
            }
        ),
        supported=viewer in suggestion.supporters,
        mine=viewer is not None and viewer == suggestion.submitter_id,
        submitter=_submitter(submitter, people.get(submitter)) if for_manager else None,
        webinar=WebinarLinkView(**webinar._asdict()) if webinar else None,
        manager=Manager(id=manager, name=person.name if person else None) if manager else None,
        moves=[MoveView(state=step.state, at=step.at, reason=step.reason) for step in suggestion.moves],
    )


def _author(author_id: str, person: Person | None) -> Author:
    if person is None:
        return Author(id=author_id, name=None)
    return Author(**person._asdict())


def _submitter(member_id: str, person: Person | None) -> Submitter:
    if person is None:
        return Submitter(id=member_id, name=None, organisation=None, job_title=None)
    return Submitter(id=person.id, name=person.name, organisation=person.organisation, job_title=person.job_title)
