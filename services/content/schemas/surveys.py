"""What is sent and got about surveys."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, AwareDatetime, BaseModel, Field

from services.content.model.slugs import is_id
from services.content.model.surveys import (
    LEAST_SHOWN,
    LONGEST_TERM,
    MOST_TERMS,
    Answer,
    Audience,
    Ruling,
    Survey,
    Verdict,
)
from services.content.model.wordcloud import Cloud, Tally
from services.content.model.wordcloud.counting import FORMULA
from services.content.schemas.articles import Slug
from shared.http import Body, CleanProse, CleanText

MOST_IMPORTED = 5_000


def _not_an_id(slug: str) -> str:
    if is_id(slug):
        raise ValueError("must not look like an identifier")
    return slug


NameSlug: TypeAlias = Annotated[Slug, AfterValidator(_not_an_id)]
"""The slug of something that can also be asked for by its id."""

Term: TypeAlias = Annotated[CleanText, Field(min_length=1, max_length=LONGEST_TERM)]
Terms: TypeAlias = Annotated[tuple[Term, ...], Field(min_length=1, max_length=MOST_TERMS)]


class QuestionBody(Body):
    """A question, and how its answers are shown."""

    question: Annotated[CleanText, Field(min_length=1, max_length=200)]
    """Stays as it is once people have answered."""
    description: Annotated[CleanProse, Field(max_length=2_000)] = ""
    least: Annotated[int, Field(ge=1, le=100)] = LEAST_SHOWN
    """Terms given by fewer respondents are withheld. Once people have answered it may grow, and never shrinks."""
    closes_at: AwareDatetime | None = None


class NewSurvey(QuestionBody):
    """A survey to open. Without a slug it gets one from its question."""

    slug: NameSlug | None = None
    audience: Audience = "everyone"


class ImportedAnswer(Body):
    """What one respondent said."""

    respondent: Annotated[CleanText, Field(min_length=1, max_length=100)]
    """Whatever tells respondents apart in that archive. It is not kept, only an id made from it."""
    terms: Terms
    answered_at: AwareDatetime | None = None
    """If it is not known, the moment at which the survey was opened."""


class ImportedSurvey(QuestionBody):
    """A survey from another archive, with its answers."""

    external_id: Annotated[CleanText, Field(min_length=1, max_length=200)]
    """Its name in the archive it comes from. The same again is the same survey."""
    slug: NameSlug
    audience: Audience = "invited"
    opened_at: AwareDatetime
    answers: Annotated[tuple[ImportedAnswer, ...], Field(max_length=MOST_IMPORTED)] = ()


class AnswerBody(Body):
    """One to five terms."""

    terms: Terms
    invitation: Annotated[str, Field(max_length=40)] | None = None
    """As it was given to you, where the survey asks invited people."""


class InvitationBody(Body):
    """Who asks, where the survey asks invited people."""

    invitation: Annotated[str, Field(max_length=40)]


class RulingBody(Body):
    """What to do about a term, and why."""

    verdict: Verdict
    """`hide` it or `show` it again; `merge` it into another or `part` them again."""
    term: Term
    into: Term | None = None
    """For `merge`: what it is counted as from now on."""
    reason: Annotated[CleanText, Field(min_length=1, max_length=300)]


class InvitationsBody(Body):
    """How many invitations to give out."""

    number: Annotated[int, Field(ge=1, le=500)]


class SurveyView(BaseModel):
    """A survey."""

    id: str
    slug: str
    question: str
    description: str
    audience: Audience
    state: Literal["open", "closed"]
    opened_at: datetime
    closes_at: datetime | None
    respondents: int
    least: int
    """Terms given by fewer respondents are withheld."""
    cloud: str
    """Where what was answered is shown: as JSON here, as a picture, a list or CSV with `.svg`, `.html` or `.csv`."""
    version: int

    @classmethod
    def of(cls, survey: Survey, at: datetime) -> SurveyView:
        """What everybody may know of it."""
        return cls(
            id=survey.id,
            slug=survey.slug,
            question=survey.question,
            description=survey.description,
            audience=survey.audience,
            state="open" if survey.is_open(at) else "closed",
            opened_at=survey.opened_at,
            closes_at=survey.closes_at,
            respondents=survey.respondents,
            least=survey.least,
            cloud=f"/v1/surveys/{survey.slug}/cloud",
            version=survey.version,
        )


class AnswerView(BaseModel):
    """An answer, as it was given."""

    survey: str
    terms: tuple[str, ...]
    answered_at: datetime

    @classmethod
    def of(cls, survey: Survey, answer: Answer) -> AnswerView:
        """What its respondent sees."""
        return cls(survey=survey.slug, terms=answer.terms, answered_at=answer.answered_at)


class WordView(BaseModel):
    """A term, how many gave it, and its weight from 0 to 1."""

    term: str
    respondents: int
    weight: float


class Withheld(BaseModel):
    """What is not shown, and why."""

    fewer_than: int
    """Terms given by fewer respondents than this are withheld."""
    terms: int
    hidden_by_editors: int


class CloudView(BaseModel):
    """What was answered, the most frequent first."""

    survey: str
    question: str
    respondents: int
    statement: str
    """How many answered, in words."""
    formula: str = FORMULA
    """How a weight comes about."""
    words: list[WordView]
    withheld: Withheld

    @classmethod
    def of(cls, survey: Survey, cloud: Cloud) -> CloudView:
        """What everybody may see."""
        return cls(
            survey=survey.slug,
            question=survey.question,
            respondents=cloud.respondents,
            statement=cloud.statement,
            words=[WordView.model_validate(word._asdict()) for word in cloud.words],
            withheld=Withheld(fewer_than=cloud.least, terms=cloud.withheld, hidden_by_editors=cloud.hidden),
        )


class TermView(BaseModel):
    """A term as editors see it."""

    term: str
    respondents: int
    withheld: bool
    hidden: bool


class TermsView(BaseModel):
    """Everything that was said, and everything that was ruled about it."""

    respondents: int
    terms: list[TermView]
    rulings: tuple[Ruling, ...]
    """Oldest first: the audit trail."""

    @classmethod
    def of(cls, survey: Survey, tally: Tally) -> TermsView:
        """What editors see."""
        hidden = survey.hidden
        terms = [
            TermView(
                term=count.term,
                respondents=count.respondents,
                withheld=count.respondents < survey.least,
                hidden=count.key in hidden,
            )
            for count in tally.counts
        ]
        return cls(respondents=tally.respondents, terms=terms, rulings=survey.rulings)


class Invitations(BaseModel):
    """Invitations that were just given out. Whoever holds one answers with it, once."""

    invitations: list[str]
