"""Comments and suggestions."""

from __future__ import annotations

from typing import Any

from tests.access.calls.registry import REASON, a_name, call, seen
from tests.access.town import Call, Town


async def comment(town: Town) -> dict[str, Any]:
    body = {"article_id": "openness", "body": "It begins with plain words."}
    made: dict[str, Any] = await town.done("postComment", "owner", Call(json=body))
    return made


async def suggestion(town: Town) -> dict[str, Any]:
    body = {"title": "Budgets that citizens write", "description": "As in Nairobi."}
    made: dict[str, Any] = await town.done("suggestTopic", "owner", Call(json=body))
    return made


@call("listCommentsToModerate")
async def list_comments_to_moderate(_town: Town, _actor: str) -> Call:
    return Call()


@call("listComments")
async def list_comments(_town: Town, _actor: str) -> Call:
    return Call(query={"article": "openness"})


@call("postComment")
async def post_comment(_town: Town, _actor: str) -> Call:
    return Call(json={"article_id": "openness", "body": "It begins with plain words."})


@call("getComment", "eraseComment", "markCommentHelpful", "unmarkCommentHelpful")
async def owners_comment(town: Town, _actor: str) -> Call:
    return Call({"id": (await comment(town))["id"]})


@call("editComment")
async def edit_comment(town: Town, _actor: str) -> Call:
    made = await comment(town)
    return Call({"id": made["id"]}, {"body": "It ends with them too."}, headers=seen(made))


@call("hideComment")
async def hide_comment(town: Town, _actor: str) -> Call:
    return Call({"id": (await comment(town))["id"]}, {"reason": REASON})


@call("restoreComment")
async def restore_comment(town: Town, _actor: str) -> Call:
    there = {"id": (await comment(town))["id"]}
    await town.done("hideComment", "moderator", Call(there, {"reason": REASON}))
    return Call(there)


@call("closeThread")
async def open_thread(_town: Town, _actor: str) -> Call:
    return Call({"article": "openness"}, {"closed": False})


@call("suggestTopic")
async def suggest(_town: Town, _actor: str) -> Call:
    return Call(json={"title": "Budgets that citizens write"})


@call("getSuggestion", "supportSuggestion", "unsupportSuggestion")
async def owners_suggestion(town: Town, _actor: str) -> Call:
    return Call({"id": (await suggestion(town))["id"]})


@call("moveSuggestion")
async def move_suggestion(town: Town, _actor: str) -> Call:
    return Call({"id": (await suggestion(town))["id"]}, {"state": "triaged"})


@call("importComment")
async def import_comment(town: Town, _actor: str) -> Call:
    body = {
        "external_id": a_name(),
        "article_id": "openness",
        "author_id": town.ids["owner"],
        "body": "It began with plain words.",
        "posted_at": "2017-07-14T08:00:00Z",
    }
    return Call(json=body)


@call("importSuggestion")
async def import_suggestion(town: Town, _actor: str) -> Call:
    body = {
        "external_id": a_name(),
        "title": "Budgets that citizens write",
        "submitter_id": town.ids["owner"],
        "suggested_at": "2017-07-14T08:00:00Z",
    }
    return Call(json=body)
