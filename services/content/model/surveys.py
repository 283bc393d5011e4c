"""Surveys: one question, one answer from each respondent, and what of the answers may be shown (S1, S3, S4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict

from services.content.errors import (
    AnswersGiven,
    NotInvited,
    PastTime,
    ReaderUnknown,
    RulingNotPossible,
    SurveyClosed,
    TermBlank,
)
from services.content.model.terms import distinct, key_of, shown
from shared.errors import NotSignedIn
from shared.events import Event, Instant
from shared.events.content import SurveyAnswered, SurveyAnswerWithdrawn
from shared.ids import derived_id
from shared.model import Aggregate

Audience: TypeAlias = Literal["everyone", "members", "invited"]
Verdict: TypeAlias = Literal["hide", "show", "merge", "part"]

MOST_TERMS = 5
LONGEST_TERM = 40
LEAST_SHOWN = 3
"""Terms given by fewer respondents are withheld, unless a survey says otherwise."""
MOST_RULINGS = 1_000
"""Kept within the survey's own document, which must not grow without end."""


class Ruling(BaseModel):
    """What an editor decided about a term, and why. Rulings are added, never taken back: a later one undoes it."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    key: str
    """What the term is counted as."""
    into: str | None = None
    """What a merged term is counted as from now on."""
    reason: str
    by: str
    at: Instant


class Survey(Aggregate):
    """A question, to whom it is put, and how its answers are shown."""

    slug: str
    question: str
    description: str = ""
    audience: Audience
    least: int = LEAST_SHOWN
    """Terms given by fewer respondents are withheld. It may grow; once people have answered, it never shrinks."""
    opened_at: Instant
    closes_at: Instant | None = None
    """From then on no answer is taken."""
    invitations: int = 0
    """How many have been given out; they are numbered from 1."""
    invitation_secret: str
    """What invitations are signed with. Shown to nobody."""
    rulings: tuple[Ruling, ...] = ()
    author_id: str
    external_id: str | None = None
    """Its name in the archive it was imported from."""
    respondents: int = 0
    edition: int = 0
    """Counts the changes of the answers, so that a cloud is known to be of these answers and no others."""

    def is_open(self, at: datetime) -> bool:
        """Whether an answer is taken now."""
        return self.closes_at is None or at < self.closes_at

    @property
    def hidden(self) -> frozenset[str]:
        """Keys of the terms that are not shown."""
        last = {ruling.key: ruling.verdict for ruling in self.rulings if ruling.verdict in {"hide", "show"}}
        return frozenset(key for key, verdict in last.items() if verdict == "hide")

    @property
    def synonyms(self) -> dict[str, str]:
        """Which key is counted as which other, to the end of every chain."""
        direct = self._direct()
        return {key: _end(direct, key) for key in direct}

    def _direct(self) -> dict[str, str]:
        last = {ruling.key: ruling.into for ruling in self.rulings if ruling.verdict in {"merge", "part"}}
        return {key: into for key, into in last.items() if into is not None}


class Answer(Aggregate):
    """What one respondent said. Withdrawn, it says neither what nor who."""

    survey_id: str
    respondent: str | None
    """``member:<id>``, ``reader:<id>`` or ``invitation:<number>``; None once withdrawn."""
    terms: tuple[str, ...] = ()
    """As they were typed."""
    answered_at: Instant
    withdrawn: bool = False


Given: TypeAlias = tuple[Survey, Answer, Sequence[Event]]


def open_survey(survey: Survey, *, at: datetime) -> Survey:
    """A new survey; raises :class:`PastTime` for one that would be closed."""
    if not survey.is_open(at):
        raise PastTime("Give a closing time that is still to come, or none.")
    return survey


def respondent_of(survey: Survey, *, member_id: str | None, reader_id: str | None, invitation: int | None) -> str:
    """Whose answer it is. Raises :class:`NotInvited`, ``NotSignedIn``, :class:`ReaderUnknown`.

    Someone who is signed in answers as a member, in whatever browser.
    """
    if survey.audience == "invited":
        if invitation is None or not 1 <= invitation <= survey.invitations:
            raise NotInvited("Send the invitation as it was given to you.")
        return f"invitation:{invitation}"
    if member_id is not None:
        return f"member:{member_id}"
    if survey.audience == "members":
        raise NotSignedIn("This survey asks members. Log in, or join.")
    if reader_id is None:
        raise ReaderUnknown("Log in, or open an article first: then this browser is known as a reader.")
    return f"reader:{reader_id}"


def answer_id(survey_id: str, respondent: str) -> str:
    """The id of this respondent's answer: there is one."""
    return derived_id("answer", survey_id, respondent)


def invite(survey: Survey, number: int) -> tuple[Survey, range]:
    """Give out ``number`` more invitations; returns their numbers. Raises :class:`NotInvited` for other audiences."""
    if survey.audience != "invited":
        raise NotInvited("Only a survey of invited people has invitations.", audience=survey.audience)
    first = survey.invitations + 1
    return survey.model_copy(update={"invitations": survey.invitations + number}), range(first, first + number)


def answer(
    survey: Survey,
    before: Answer | None,
    *,
    respondent: str,
    terms: Sequence[str],
    at: datetime,
) -> Given:
    """Take an answer, or another in its place; the same again is no change.

    Raises :class:`SurveyClosed`, :class:`TermBlank`.
    """
    if not survey.is_open(at):
        raise SurveyClosed(f"It closed at {survey.closes_at:%Y-%m-%dT%H:%MZ}.", closed_at=survey.closes_at)
    terms = _taken(terms)
    if before is not None and not before.withdrawn and before.terms == terms:
        return survey, before, ()
    changed = before is not None and not before.withdrawn
    given = Answer(
        id=answer_id(survey.id, respondent),
        version=before.version if before else 0,
        survey_id=survey.id,
        respondent=respondent,
        terms=terms,
        answered_at=at,
    )
    survey = _counted(survey, 0 if changed else 1)
    said = SurveyAnswered(survey_id=survey.id, respondents=survey.respondents, changed=changed, answered_at=at)
    return survey, given, (said,)


def withdraw(survey: Survey, before: Answer, *, at: datetime) -> Given:
    """Forget an answer, whether or not the survey is still open; the cloud is of the others from then on."""
    if before.withdrawn:
        return survey, before, ()
    survey = _counted(survey, -1)
    gone = before.model_copy(update={"respondent": None, "terms": (), "withdrawn": True})
    return survey, gone, (SurveyAnswerWithdrawn(survey_id=survey.id, respondents=survey.respondents, withdrawn_at=at),)


def take_in(
    survey: Survey, answers: Sequence[tuple[str, Sequence[str], datetime]], *, at: datetime
) -> tuple[Survey, list[tuple[Answer, Sequence[Event]]]]:
    """A survey from another archive, with who said what when. Raises :class:`PastTime` for one that has yet to open,
    and what an answer is refused for.
    """
    if survey.opened_at > at:
        raise PastTime("An imported survey was opened in the past; this date is still to come.")
    given: dict[str, Answer] = {}
    told: dict[str, list[Event]] = {}
    for respondent, terms, answered_at in answers:
        survey, taken, events = answer(
            survey, given.get(respondent), respondent=respondent, terms=terms, at=answered_at
        )
        given[respondent] = taken
        told.setdefault(respondent, []).extend(events)
    return survey, [(given[respondent], told[respondent]) for respondent in given]


def close(survey: Survey, *, at: datetime) -> Survey:
    """Take no more answers; a survey that is closed stays closed when it was."""
    return survey.model_copy(update={"closes_at": at}) if survey.is_open(at) else survey


def revise(survey: Survey, *, question: str, description: str, least: int, closes_at: datetime | None) -> Survey:
    """Change what may change; raises :class:`AnswersGiven` for what people relied on when they answered."""
    if survey.respondents and question != survey.question:
        raise AnswersGiven("They answered the question as it stood. Close this survey and open another.")
    if survey.respondents and least < survey.least:
        raise AnswersGiven(
            f"They answered under the promise that what fewer than {survey.least} say is withheld. It may only grow.",
            least=survey.least,
        )
    return survey.model_copy(
        update={"question": question, "description": description, "least": least, "closes_at": closes_at}
    )


def rule(
    survey: Survey, verdict: Verdict, term: str, *, into: str | None, reason: str, by: str, at: datetime
) -> Survey:
    """Decide about a term; raises :class:`RulingNotPossible` where nothing would change or nothing would be left."""
    key, target = key_of(term), key_of(into) if into is not None else None
    if not key or (verdict == "merge") != bool(target):
        raise RulingNotPossible("Name a term, and for a merger, and only then, the term it goes into.")
    if len(survey.rulings) >= MOST_RULINGS:
        raise RulingNotPossible(f"A survey takes {MOST_RULINGS} rulings.")
    ruled = Ruling(verdict=verdict, key=key, into=target, reason=reason, by=by, at=at)
    changed = survey.model_copy(update={"rulings": (*survey.rulings, ruled)})
    if target is not None and _end(survey._direct(), target) == key:  # noqa: SLF001 - of this module
        raise RulingNotPossible("The one is counted as the other already, so neither would be left.")
    if (changed.hidden, changed.synonyms) == (survey.hidden, survey.synonyms):
        raise RulingNotPossible("It is so already.")
    return changed


def _taken(terms: Sequence[str]) -> tuple[str, ...]:
    blank = [number for number, term in enumerate(terms) if not key_of(term) or not shown(term)]
    if blank or not terms:
        raise TermBlank(
            "A term needs a letter, a figure or a sign.",
            errors=[{"pointer": f"#/terms/{number}", "detail": "holds no word"} for number in blank],
        )
    return distinct(terms)


def _counted(survey: Survey, more: int) -> Survey:
    return survey.model_copy(update={"respondents": survey.respondents + more, "edition": survey.edition + 1})


def _end(direct: dict[str, str], key: str) -> str:
    """Where the chain of mergers that begins at ``key`` ends. There are no circles: ``rule`` lets none in."""
    while key in direct:
        key = direct[key]
    return key
