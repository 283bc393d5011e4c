"""What editors send and get."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from services.content.model.articles import Article, State
from services.content.model.content import Byline, Content
from services.content.model.published import DeskCard
from services.content.model.slugs import LONGEST, PATTERN
from shared.events import Instant
from shared.events.content import ArticleKind
from shared.http import Body, CleanProse, CleanText, Page

Slug = Annotated[str, StringConstraints(pattern=PATTERN, max_length=LONGEST)]
Line = Annotated[CleanText, Field(min_length=1, max_length=200)]
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,64}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")]


def _each_once(slugs: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(slugs)) < len(slugs):
        raise ValueError("must not name one twice")
    return slugs


Slugs = Annotated[tuple[Slug, ...], Field(max_length=12), AfterValidator(_each_once)]


class BylineBody(Body):
    """Who the article is by, as it is printed."""

    name: Line
    title: Line | None = None
    organisation: Line | None = None


class ContentBody(Body):
    """What an article says. A case study needs `country`, `sector` and `organisation`; a survey report `survey_id`;
    a webinar notice `webinar_id`.
    """

    kind: ArticleKind = "article"
    title: Line
    lead: Annotated[CleanProse, Field(min_length=1, max_length=1_000)]
    """The opening, in plain text. Everybody may read it."""
    body: CleanProse = ""
    """Markdown: CommonMark with tables. Pictures are written `::figure[alt text]{src="…" caption="…" credit="…"}`, a
    survey or webinar is shown by `::survey[name]` or `::webinar[name]`, slug or id. At most 512 kB."""
    byline: BylineBody
    topics: Slugs = ()
    regions: Slugs = ()
    """Those of the country are added by themselves."""
    country: Country | None = None
    """ISO 3166-1 alpha-2."""
    sector: Line | None = None
    organisation: Line | None = None
    """The body that a case study is about."""
    survey_id: Id | None = None
    webinar_id: Id | None = None
    series: Slug | None = None
    language: Language = "en"
    """BCP 47."""
    exempt: bool = False
    """Free to all, and never counted."""

    def content(self) -> Content:
        """The same, as the rules know it."""
        return Content.model_validate(self.model_dump(include=set(Content.model_fields)))


class NewArticle(ContentBody):
    """An article to begin. Without a slug it gets one from its title."""

    slug: Slug | None = None


class ImportedArticle(ContentBody):
    """An article from another archive, published as it was there."""

    external_id: Annotated[CleanText, Field(min_length=1, max_length=200)]
    """Its name in the archive it comes from. The same again is the same article."""
    slug: Slug
    published_at: AwareDatetime
    """When it was published there."""


class Rename(Body):
    """Another slug."""

    slug: Slug


class Move(Body):
    """Where an article is to go."""

    to: State
    at: AwareDatetime | None = None
    """For `scheduled`: when to publish it."""


class ApprovalView(BaseModel):
    """An editor's word for one revision."""

    model_config = ConfigDict(from_attributes=True)

    revision: int
    by: str
    at: Instant


class WorkingArticle(BaseModel):
    """An article as editors see it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    version: int
    slug: str
    slugs: tuple[str, ...]
    state: State
    author_id: str
    writers: tuple[str, ...]
    content: Content
    revision: int
    saved_at: Instant
    approval: ApprovalView | None
    scheduled_for: Instant | None
    published_at: Instant | None
    published_revision: int | None
    """The revision that readers see."""
    external_id: str | None

    @classmethod
    def of(cls, article: Article) -> WorkingArticle:
        """What an editor is shown of ``article``."""
        fields = {name: getattr(article, name) for name in cls.model_fields if name != "published_revision"}
        return cls.model_validate({**fields, "published_revision": article.live.revision if article.live else None})


class HeadingView(BaseModel):
    """A heading of the body."""

    level: int
    text: str
    anchor: str
    """The id of the heading's element in the HTML."""


class EmbedView(BaseModel):
    """A survey or webinar that the body shows."""

    kind: Literal["survey", "webinar"]
    id: str


class ReadingView(BaseModel):
    """How long the body takes to read, and by which formula that was reckoned (see the service's README)."""

    model_config = ConfigDict(from_attributes=True)

    minutes: int
    words: int
    characters: int
    formula: int


class Preview(BaseModel):
    """The working copy as it would be published."""

    revision: int
    title: str
    lead: str
    byline: Byline
    html: str
    headings: list[HeadingView]
    embeds: list[EmbedView]
    reading: ReadingView


class RevisionView(BaseModel):
    """Who saved a revision, and when."""

    article_id: str
    revision: int
    saved_by: str
    saved_at: datetime


class Revisions(BaseModel):
    """The newest hundred revisions of an article."""

    items: list[RevisionView]


class DeskItem(DeskCard):
    """An article on the desk."""

    mine: bool
    """You began it."""


class DeskPage(Page[DeskItem]):
    """A page of the desk."""

    counts: dict[State, int]
    """How many there are in each state."""
