"""Surveys: what editors ask, what people answer, and what of it is shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.content.deps import Deps
from services.content.errors import AnswerNotFound, SlugTaken
from services.content.model import surveys
from services.content.model.invitations import invitation, number_of
from services.content.model.lists import Place
from services.content.model.slugs import slug_of
from services.content.model.surveys import Answer, Audience, Survey, Verdict
from services.content.model.wordcloud import Tally, tally
from services.content.store.clouds import ReadyCloud
from services.content.store.surveys import SurveyState
from shared.http import check_version
from shared.ids import derived_id


class Question(NamedTuple):
    """What an editor asks, and how the answers are to be shown."""

    question: str
    description: str
    least: int
    closes_at: datetime | None


class Asker(NamedTuple):
    """Who is at the door, as far as it is known. Nothing here is believed but the member, whose token was verified."""

    member_id: str | None = None
    reader_cookie: str | None = None
    invitation: str | None = None


class Imported(NamedTuple):
    """One answer in another archive."""

    respondent: str
    """Whatever tells respondents apart there."""
    terms: Sequence[str]
    answered_at: datetime


async def open_survey(
    deps: Deps, asked: Question, *, id: str, slug: str | None, audience: Audience, secret: str, author_id: str
) -> Survey:
    """Ask a question. Without a slug it gets one from the question.

    ``secret`` signs invitations. Raises :class:`PastTime`, :class:`SlugTaken`.
    """
    now = deps.clock.now()
    survey = Survey(
        id=id,
        slug=slug or slug_of(asked.question) or id[-12:],
        audience=audience,
        opened_at=now,
        invitation_secret=secret,
        author_id=author_id,
        **asked._asdict(),
    )
    surveys.open_survey(survey, at=now)
    try:
        return await deps.surveys.add(survey, at=now)
    except SlugTaken:
        if slug is not None:
            raise
    return await deps.surveys.add(survey.model_copy(update={"slug": f"{survey.slug}-{id[-6:]}"}), at=now)


async def import_survey(
    deps: Deps,
    asked: Question,
    answers: Sequence[Imported],
    *,
    external_id: str,
    slug: str,
    audience: Audience,
    opened_at: datetime,
    secret: str,
    author_id: str,
) -> Survey:
    """Take a survey over from another archive with its answers, all or nothing.

    The same external id again finds the survey that was made of it the first time, whatever became of it since. Raises
    what the answers are refused for, :class:`PastTime`, :class:`SlugTaken`.
    """
    now = deps.clock.now()
    survey = Survey(
        id=derived_id("imported-survey", external_id),
        slug=slug,
        audience=audience,
        opened_at=opened_at,
        invitation_secret=secret,
        author_id=author_id,
        external_id=external_id,
        **asked._asdict(),
    )
    # Respondents of the archive become ids that only the archive could tell again: their names stay there.
    given = [
        (f"archive:{derived_id(external_id, imported.respondent)}", imported.terms, imported.answered_at)
        for imported in answers
    ]
    survey, parts = surveys.take_in(survey, given, at=now)
    return await deps.surveys.add(survey, parts, at=now)


async def survey(deps: Deps, name: str) -> Survey:
    """The survey of this slug or id; raises :class:`SurveyNotFound`."""
    return await deps.surveys.load(name)


async def newest_surveys(deps: Deps, state: SurveyState | None, after: Place | None, limit: int) -> list[Survey]:
    """Surveys, the last opened first."""
    return await deps.surveys.newest(state, now=deps.clock.now(), after=after, limit=limit)


async def revise_survey(deps: Deps, name: str, asked: Question, *, expected: int) -> Survey:
    """Change what may change; raises :class:`AnswersGiven`, ``StaleWrite``."""
    return await _change(deps, name, expected, lambda found: surveys.revise(found, **asked._asdict()))


async def close_survey(deps: Deps, name: str, *, expected: int) -> Survey:
    """Take no more answers."""
    now = deps.clock.now()
    return await _change(deps, name, expected, lambda found: surveys.close(found, at=now))


async def rule_on_term(
    deps: Deps, name: str, verdict: Verdict, term: str, *, into: str | None, reason: str, by: str, expected: int
) -> Survey:
    """Hide a term or show it again, merge it into another or part them; raises :class:`RulingNotPossible`."""
    now = deps.clock.now()
    return await _change(
        deps, name, expected, lambda found: surveys.rule(found, verdict, term, into=into, reason=reason, by=by, at=now)
    )


async def invite(deps: Deps, name: str, number: int, *, expected: int) -> tuple[Survey, list[str]]:
    """Give out more invitations; raises :class:`NotInvited` for a survey that is not of invited people."""
    numbers = range(0)

    def decide(found: Survey) -> Survey:
        nonlocal numbers
        invited, numbers = surveys.invite(found, number)
        return invited

    changed = await _change(deps, name, expected, decide)
    return changed, [invitation(changed.invitation_secret, changed.id, number) for number in numbers]


async def answer_survey(deps: Deps, name: str, asker: Asker, terms: Sequence[str]) -> tuple[Survey, Answer]:
    """Take an answer, or another in its place.

    Raises what :func:`~services.content.model.surveys.respondent_of` and ``answer`` raise.
    """
    found = await deps.surveys.load(name)
    respondent = await _respondent(deps, found, asker)
    now = deps.clock.now()
    answer = await deps.surveys.crowd.change(
        found.id,
        surveys.answer_id(found.id, respondent),
        lambda survey, before: surveys.answer(survey, before, respondent=respondent, terms=terms, at=now),
        at=now,
    )
    return found, answer


async def own_answer(deps: Deps, name: str, asker: Asker) -> tuple[Survey, Answer]:
    """What this respondent answered; raises :class:`AnswerNotFound`."""
    found = await deps.surveys.load(name)
    respondent = await _respondent(deps, found, asker)
    answer = await deps.surveys.answer(surveys.answer_id(found.id, respondent))
    if answer is None or answer.withdrawn:
        raise AnswerNotFound
    return found, answer


async def withdraw_answer(deps: Deps, name: str, asker: Asker) -> None:
    """Forget this respondent's answer, also after the survey has closed; once is enough."""
    found = await deps.surveys.load(name)
    respondent = await _respondent(deps, found, asker)
    now = deps.clock.now()

    def step(survey: Survey, before: Answer | None) -> surveys.Given:
        if before is None:
            raise AnswerNotFound
        return surveys.withdraw(survey, before, at=now)

    await deps.surveys.crowd.change(found.id, surveys.answer_id(found.id, respondent), step, at=now)


async def cloud(deps: Deps, name: str) -> ReadyCloud:
    """What everybody may see of the answers."""
    return await deps.clouds.cloud(name)


async def every_term(deps: Deps, name: str) -> tuple[Survey, Tally]:
    """Everything that was said, withheld and hidden terms too. For editors."""
    found = await deps.surveys.load(name)
    said = await deps.surveys.said(found.id)
    return said.survey, await asyncio.to_thread(tally, said.answers, said.survey.synonyms)


async def _change(deps: Deps, name: str, expected: int, decide: Callable[[Survey], Survey]) -> Survey:
    found = await deps.surveys.load(name)

    def seen(survey: Survey) -> tuple[Survey, tuple[()]]:
        check_version(survey, expected)
        return decide(survey), ()

    return await deps.surveys.crowd.change_whole(found.id, seen, at=deps.clock.now())


async def _respondent(deps: Deps, found: Survey, asker: Asker) -> str:
    number = number_of(found.invitation_secret, found.id, asker.invitation) if asker.invitation else None
    return surveys.respondent_of(
        found,
        member_id=asker.member_id,
        reader_id=await deps.door.reader(asker.reader_cookie) if asker.member_id is None else None,
        invitation=number,
    )
