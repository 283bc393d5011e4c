"""Surveys, and who answers them."""

from __future__ import annotations

from typing import Any

from tests.access.calls.registry import REASON, a_name, call, seen
from tests.access.town import NOW, Call, Town


async def survey(town: Town, **about: Any) -> dict[str, Any]:
    body = {"question": "What does openness mean?", "slug": a_name(), "audience": "members", **about}
    made: dict[str, Any] = await town.done("openSurvey", "editor", Call(json=body))
    return made


@call("openSurvey")
async def open_survey(_town: Town, _actor: str) -> Call:
    return Call(json={"question": "What does openness mean?", "slug": a_name()})


@call("importSurvey")
async def import_survey(_town: Town, _actor: str) -> Call:
    return Call(json={"question": "Why?", "slug": a_name(), "external_id": a_name(), "opened_at": NOW.isoformat()})


@call("readSurvey", "readCloud", "tabulateCloud", "listCloud", "drawCloud", "everyTerm")
async def of_a_survey(town: Town, _actor: str) -> Call:
    return Call({"name": (await survey(town))["slug"]})


@call("reviseSurvey")
async def revise_survey(town: Town, _actor: str) -> Call:
    made = await survey(town)
    return Call({"name": made["slug"]}, {"question": "What does trust mean?"}, headers=seen(made))


@call("closeSurvey")
async def close_survey(town: Town, _actor: str) -> Call:
    made = await survey(town)
    return Call({"name": made["slug"]}, headers=seen(made))


@call("inviteToSurvey")
async def invite(town: Town, _actor: str) -> Call:
    made = await survey(town, audience="invited")
    return Call({"name": made["slug"]}, {"number": 1}, headers=seen(made))


@call("ruleOnTerm")
async def rule(town: Town, _actor: str) -> Call:
    made = await survey(town)
    return Call({"name": made["slug"]}, {"verdict": "hide", "term": "trust", "reason": REASON}, headers=seen(made))


@call("answerSurvey")
async def answer(town: Town, _actor: str) -> Call:
    return Call({"name": (await survey(town))["slug"]}, {"terms": ["trust"]})


@call("ownAnswer", "withdrawAnswer")
async def owners_answer(town: Town, _actor: str) -> Call:
    there = Call({"name": (await survey(town))["slug"]}, {"terms": ["trust"]})
    await town.done("answerSurvey", "owner", there)
    return Call(there.path)


@call("invitedAnswer", "withdrawInvitedAnswer")
async def invited_answer(town: Town, _actor: str) -> Call:
    made = await survey(town, audience="invited")
    there = {"name": made["slug"]}
    invited = await town.done("inviteToSurvey", "editor", Call(there, {"number": 1}, headers=seen(made)))
    (invitation,) = invited["invitations"]
    await town.done("answerSurvey", "anonymous", Call(there, {"terms": ["trust"], "invitation": invitation}))
    return Call(there, {"invitation": invitation})
