"""What the API answers with, as far as the pages show it. Fields that a newer API adds are passed over."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

T = TypeVar("T")

Kind = Literal["article", "case_study", "survey_report", "webinar_notice"]


class Shape(BaseModel):
    """A piece of an answer."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Page(Shape, Generic[T]):
    """A page of a list, and the cursor of the next."""

    items: list[T]
    next: str | None = None


class Byline(Shape):
    """Who something is by."""

    name: str
    title: str | None = None
    organisation: str | None = None


class Card(Shape):
    """An article in a list."""

    id: str
    slug: str
    kind: Kind
    title: str
    lead: str
    byline: Byline
    topics: list[str] = []
    regions: list[str] = []
    country: str | None = None
    sector: str | None = None
    organisation: str | None = None
    series: str | None = None
    language: str = "en"
    exempt: bool = False
    reading_minutes: int | None = None
    published_at: datetime | None = None
    comments: int = 0


class Heading(Shape):
    """A heading of a body."""

    level: int
    text: str
    anchor: str


class Embed(Shape):
    """A survey or webinar that a body shows."""

    kind: Literal["survey", "webinar"]
    id: str


class Body(Shape):
    """A body, as HTML that the API has passed through its allow-list."""

    html: str
    embeds: list[Embed] = []


class Reading(Shape):
    """How long a body takes to read."""

    minutes: int
    words: int = 0
    characters: int = 0


class Access(Shape):
    """How the reader stands with the meter."""

    state: str
    used: int | None = None
    limit: int | None = None
    remaining: int | None = None
    resets_at: datetime | None = None
    reason: str | None = None
    actions: list[dict[str, str]] = []

    @property
    def invites(self) -> bool:
        """Whether the reader may join or log in."""
        return bool(self.actions)


class Article(Shape):
    """An article for this reader: in full, or a teaser without a body."""

    id: str
    slug: str
    kind: Kind
    title: str
    lead: str
    byline: Byline
    topics: list[str]
    regions: list[str]
    country: str | None = None
    sector: str | None = None
    organisation: str | None = None
    survey_id: str | None = None
    webinar_id: str | None = None
    series: str | None = None
    language: str
    exempt: bool
    published_at: datetime
    updated_at: datetime
    reading: Reading
    headings: list[Heading]
    json_ld: dict[str, Any]
    teaser: bool
    body: Body | None
    comments: int
    access: Access


class Topic(Shape):
    """A topic."""

    slug: str
    name: str
    description: str = ""


class Series(Shape):
    """A series, with the question it goes into."""

    slug: str
    title: str
    question: str = ""
    description: str = ""


class Country(Shape):
    """A country, by its ISO 3166-1 code."""

    code: str
    name: str


class Region(Shape):
    """A region, with its countries and zones."""

    slug: str
    name: str
    countries: list[Country] = []
    zones: list[str] = []


class BoardMember(Shape):
    """Somebody on the editorial board."""

    id: str
    name: str
    title: str
    organisation: str


class Clock(Shape):
    """A start as a clock on somebody's wall shows it."""

    zone: str
    starts_at: datetime
    weekday: str
    words: str


class Times(Shape):
    """When a webinar is."""

    starts_at: datetime
    ends_at: datetime
    minutes: int
    host: Clock
    viewer: Clock | None = None


class Host(Shape):
    """Who leads a webinar."""

    name: str
    title: str | None = None
    organisation: str | None = None
    board_member: str | None = None


class Recording(Shape):
    """Where a webinar can be watched, and read."""

    url: str
    transcript_url: str | None = None


class Webinar(Shape):
    """A webinar."""

    id: str
    slug: str
    title: str
    summary: str
    series: str | None
    host: Host | None
    topics: list[str]
    regions: list[str]
    state: Literal["scheduled", "live", "over", "cancelled"]
    cancellation_reason: str | None = None
    times: Times
    capacity: int | None = None
    places_left: int | None = None
    recording: Recording | None = None
    join_url: str | None = None
    version: int


class Registration(Shape):
    """A member's place at a webinar."""

    id: str
    state: Literal["registered", "cancelled"]
    registered_at: datetime
    webinar: Webinar
    join_url: str | None = None


class Survey(Shape):
    """A survey."""

    id: str
    slug: str
    question: str
    description: str
    audience: Literal["invited", "members", "everyone"]
    state: Literal["open", "closed"]
    opened_at: datetime
    closes_at: datetime | None = None
    respondents: int
    least: int
    version: int


class Answered(Shape):
    """A respondent's own answer."""

    survey: str
    terms: list[str]
    answered_at: datetime


class Word(Shape):
    """A term of a word cloud."""

    term: str
    respondents: int
    weight: float


class Withheld(Shape):
    """What a word cloud does not show."""

    fewer_than: int
    terms: int
    hidden_by_editors: int


class Cloud(Shape):
    """What was answered, the most frequent first."""

    survey: str
    question: str
    respondents: int
    statement: str
    words: list[Word]
    withheld: Withheld


class Author(Shape):
    """Who wrote a comment."""

    id: str | None = None
    name: str | None = None
    organisation: str | None = None
    official: bool = False


class Comment(Shape):
    """A comment as this reader may see it."""

    id: str
    article_id: str
    parent_id: str | None
    depth: int
    state: Literal["visible", "hidden", "erased"]
    author: Author | None
    html: str
    body: str | None = None
    reason: str | None = None
    posted_at: datetime
    edited_at: datetime | None = None
    helpful: int
    version: int
    mine: bool = False


class Manager(Shape):
    """A community manager."""

    id: str
    name: str | None = None


class Step(Shape):
    """A step that a suggestion took."""

    state: str
    at: datetime
    reason: str | None = None


class Suggestion(Shape):
    """What a member would like to read or talk about."""

    id: str
    title: str
    description: str
    topics: list[str]
    state: str
    manager: Manager | None
    moves: list[Step]
    support: int
    supported: bool = False
    mine: bool = False
    suggested_at: datetime
    webinar_id: str | None
    version: int


class Policy(Shape):
    """The rule of the meter."""

    version: int
    limit: int
    rule: str
    starts_at: datetime


class CountedArticle(Shape):
    """An article that the meter has counted."""

    id: str
    slug: str
    title: str
    counted_at: datetime


class Meter(Shape):
    """The reader's meter, and why it stands where it does."""

    state: Literal["metered", "unlimited", "walled"]
    used: int
    limit: int
    remaining: int
    resets_at: datetime | None
    articles: list[CountedArticle]
    policy: Policy


class ProofRequested(Shape):
    """A mail is on its way."""

    proof_id: str
    expires_at: datetime


class Review(Shape):
    """Where the look at a member's employer stands."""

    state: Literal["waiting", "official", "member", "declined"]
    requested_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None


class Verdict(Shape):
    """What the domain list says of an address."""

    ruling: Literal["government", "review", "ineligible"]
    rule: str | None = None
    country: str | None = None


class Member(Shape):
    """A member, as staff see them."""

    id: str
    email: str
    name: str
    organisation: str | None
    job_title: str | None
    country: str | None
    topics: list[str]
    zone: str
    locale: str
    roles: list[str]
    standing: Literal["pending", "member", "official"]
    official_until: datetime | None
    review: Review | None
    verdict: Verdict
    joined_at: datetime
    suspended_until: datetime | None


class Me(Member):
    """The member's own account."""

    has_password: bool


class SessionShown(Shape):
    """A session of the member's."""

    id: str
    method: str
    device: str | None
    started_at: datetime
    refreshed_at: datetime
    expires_at: datetime
    current: bool


class Preferences(Shape):
    """What the member wants to hear."""

    purposes: dict[str, str]
    topics: dict[str, str]
    quiet_hours: dict[str, str] | None


class PurposeShown(Shape):
    """A kind of mail."""

    purpose: str
    mutable: bool


class Unsubscription(Shape):
    """What a link in a mail is about."""

    purpose: str
    unsubscribed: bool


class Approval(Shape):
    """An editor's word for one revision."""

    at: datetime
    by: str
    revision: int


class Draft(Shape):
    """What an article says, as Markdown."""

    kind: Kind
    title: str
    lead: str
    body: str
    byline: Byline
    topics: list[str] = []
    regions: list[str] = []
    country: str | None = None
    sector: str | None = None
    organisation: str | None = None
    series: str | None = None
    survey_id: str | None = None
    webinar_id: str | None = None
    language: str = "en"
    exempt: bool = False


class WorkingArticle(Shape):
    """An article as those see it who write at it."""

    id: str
    slug: str
    state: Literal["draft", "review", "scheduled", "published", "archived"]
    content: Draft
    author_id: str
    writers: list[str]
    revision: int
    saved_at: datetime
    approval: Approval | None
    scheduled_for: datetime | None
    published_at: datetime | None
    published_revision: int | None


class Preview(Shape):
    """The working copy as it would be published."""

    revision: int
    title: str
    lead: str
    byline: Byline
    html: str
    embeds: list[Embed]
    reading: Reading


class Revision(Shape):
    """Who saved what when."""

    revision: int
    saved_at: datetime
    saved_by: str


class JourneyStep(Shape):
    """One thing that one process did on a journey."""

    at: datetime
    after_ms: float
    kind: Literal["request", "published", "applied", "repeated", "parked"]
    service: str
    role: str
    name: str
    occurred_at: datetime | None = None
    status: int | None = None
    milliseconds: float | None = None

    @property
    def since_ms(self) -> float | None:
        """Milliseconds from when its event was true until this."""
        return None if self.occurred_at is None else (self.at - self.occurred_at).total_seconds() * 1000


class Journey(Shape):
    """What one click did, across the services."""

    trace_id: str
    steps: list[JourneyStep]
    processes: int
    answered: int
