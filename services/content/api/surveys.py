"""Surveys: asking, answering, and what of the answers is shown."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.content.deps import Deps
from services.content.handlers import surveys
from services.content.handlers.surveys import Asker, Imported, Question
from services.content.model.lists import Place
from services.content.model.surveys import Survey
from services.content.schemas.surveys import (
    AnswerBody,
    AnswerView,
    ImportedSurvey,
    InvitationBody,
    Invitations,
    InvitationsBody,
    NewSurvey,
    QuestionBody,
    RulingBody,
    SurveyView,
    TermsView,
)
from services.content.store.surveys import SurveyState
from shared.http import Anyone, Idempotent, Identity, IfMatch, Page, Paging, deps_of, etag_of, role

router = APIRouter(prefix="/v1", tags=["surveys"])
Wired = Annotated[Deps, Depends(deps_of)]
Editor = Annotated[Identity, role("editor", "admin")]
Name = Annotated[str, Path(max_length=100, description="The survey's slug or id.")]


@router.post("/surveys", status_code=201)
async def open_survey(body: NewSurvey, editor: Editor, key: Idempotent, deps: Wired, response: Response) -> SurveyView:
    """Ask a question of everyone, of members, or of invited people."""
    survey = await surveys.open_survey(
        deps,
        _question(body),
        id=key.derive("survey"),
        slug=body.slug,
        audience=body.audience,
        secret=secrets.token_hex(16),
        author_id=editor.member_id,
    )
    response.headers["Location"] = f"/v1/surveys/{survey.slug}"
    return _shown(survey, deps, response)


@router.post("/imports/surveys", status_code=201)
async def import_survey(
    body: ImportedSurvey, editor: Editor, _key: Idempotent, deps: Wired, response: Response
) -> SurveyView:
    """Take a survey over from another archive with its answers, all or nothing. The same `external_id` again is the
    survey it became the first time, unchanged.
    """
    answers = [Imported(one.respondent, one.terms, one.answered_at or body.opened_at) for one in body.answers]
    survey = await surveys.import_survey(
        deps,
        _question(body),
        answers,
        external_id=body.external_id,
        slug=body.slug,
        audience=body.audience,
        opened_at=body.opened_at,
        secret=secrets.token_hex(16),
        author_id=editor.member_id,
    )
    response.headers["Location"] = f"/v1/surveys/{survey.slug}"
    return _shown(survey, deps, response)


@router.get("/surveys")
async def list_surveys(
    deps: Wired,
    paging: Paging,
    state: Annotated[SurveyState | None, Query(description="Only those that take answers, or no longer do.")] = None,
) -> Page[SurveyView]:
    """Surveys, the last opened first."""
    after = None if paging.after is None else Place(*paging.after)
    found = await surveys.newest_surveys(deps, state, after, paging.limit + 1)
    shown, more = found[: paging.limit], len(found) > paging.limit
    now = deps.clock.now()
    position = (shown[-1].opened_at, shown[-1].id) if more else None
    return paging.page([SurveyView.of(survey, now) for survey in shown], position)


@router.get("/surveys/{name}")
async def read_survey(name: Name, deps: Wired, response: Response) -> SurveyView:
    """A survey: its question, whom it asks, and how many have answered."""
    return _shown(await surveys.survey(deps, name), deps, response)


@router.put("/surveys/{name}")
async def revise_survey(
    name: Name, body: QuestionBody, _editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> SurveyView:
    """Change what may change: after the first answer, the question stays and the threshold may only grow."""
    return _shown(await surveys.revise_survey(deps, name, _question(body), expected=expected), deps, response)


@router.post("/surveys/{name}/closing")
async def close_survey(name: Name, _editor: Editor, expected: IfMatch, deps: Wired, response: Response) -> SurveyView:
    """Take no more answers."""
    return _shown(await surveys.close_survey(deps, name, expected=expected), deps, response)


@router.put("/surveys/{name}/answer")
async def answer_survey(name: Name, body: AnswerBody, identity: Anyone, deps: Wired, request: Request) -> AnswerView:
    """Answer with one to five terms, or answer anew. Members answer as themselves, anonymous readers by the cookie that
    they have from reading, invited people by their invitation.
    """
    asker = _asker(request, identity, body.invitation)
    return AnswerView.of(*await surveys.answer_survey(deps, name, asker, body.terms))


@router.get("/surveys/{name}/answer")
async def own_answer(name: Name, identity: Anyone, deps: Wired, request: Request) -> AnswerView:
    """What you answered. Invited people ask with POST, so that no address holds an invitation."""
    return AnswerView.of(*await surveys.own_answer(deps, name, _asker(request, identity)))


@router.post("/surveys/{name}/answer/lookup")
async def invited_answer(
    name: Name, body: InvitationBody, identity: Anyone, deps: Wired, request: Request
) -> AnswerView:
    """What was answered under an invitation."""
    return AnswerView.of(*await surveys.own_answer(deps, name, _asker(request, identity, body.invitation)))


@router.delete("/surveys/{name}/answer", status_code=204)
async def withdraw_answer(name: Name, identity: Anyone, deps: Wired, request: Request) -> None:
    """Take your answer back, also after the survey has closed. What is shown is of the others from then on."""
    await surveys.withdraw_answer(deps, name, _asker(request, identity))


@router.post("/surveys/{name}/answer/withdrawal", status_code=204)
async def withdraw_invited_answer(
    name: Name, body: InvitationBody, identity: Anyone, deps: Wired, request: Request
) -> None:
    """Take back what was answered under an invitation."""
    await surveys.withdraw_answer(deps, name, _asker(request, identity, body.invitation))


@router.post("/surveys/{name}/invitations", status_code=201)
async def invite_to_survey(
    name: Name, body: InvitationsBody, _editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> Invitations:
    """Give out more invitations. Each is good for one answer, and says nothing of who holds it."""
    survey, invitations = await surveys.invite(deps, name, body.number, expected=expected)
    response.headers["ETag"] = etag_of(survey)
    response.headers["Cache-Control"] = "no-store"
    return Invitations(invitations=invitations)


@router.get("/surveys/{name}/terms")
async def every_term(name: Name, _editor: Editor, deps: Wired, response: Response) -> TermsView:
    """Everything that was said, withheld and hidden terms too, and what was ruled about it."""
    survey, counted = await surveys.every_term(deps, name)
    response.headers["ETag"] = etag_of(survey)
    response.headers["Cache-Control"] = "no-store"
    return TermsView.of(survey, counted)


@router.post("/surveys/{name}/rulings", status_code=201)
async def rule_on_term(
    name: Name, body: RulingBody, editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> SurveyView:
    """Hide a term or show it again, merge it into another or part them again. Kept with the reason, for good."""
    survey = await surveys.rule_on_term(
        deps,
        name,
        body.verdict,
        body.term,
        into=body.into,
        reason=body.reason,
        by=editor.member_id,
        expected=expected,
    )
    return _shown(survey, deps, response)


def _question(body: QuestionBody) -> Question:
    return Question(body.question, body.description, body.least, body.closes_at)


def _asker(request: Request, identity: Identity | None, invitation: str | None = None) -> Asker:
    return Asker(identity.member_id if identity else None, request.cookies.get("plenary_reader"), invitation)


def _shown(survey: Survey, deps: Deps, response: Response) -> SurveyView:
    response.headers["ETag"] = etag_of(survey)
    return SurveyView.of(survey, deps.clock.now())
