"""The meter's rules, and mail."""

from __future__ import annotations

from shared.events.accounts import MemberJoined
from shared.ids import new_id
from tests.access.calls.registry import call, seen
from tests.access.town import LATER, NOW, Call, Town


@call("createPolicy")
async def create_policy(_town: Town, _actor: str) -> Call:
    return Call(json={"limit": 3, "starts_at": LATER.isoformat()})


@call("choosePreferences")
async def choose(town: Town, actor: str) -> Call:
    mine = await town.done("getPreferences", actor if actor in town.ids else "owner", Call())
    return Call(json={"topics": {}}, headers=seen(mine))


@call("getDelivery", "resendDelivery")
async def delivery(town: Town, _actor: str) -> Call:
    """A mail to the owner that their server had refused for good."""
    joined = MemberJoined(member_id=new_id(), standing="official", joined_at=NOW)
    await town.hear("notifications", joined)
    messages = town.houses["notifications"].database["messages"]
    found = await messages.find_one_and_update({"member_id": joined.member_id}, {"$set": {"state": "hard"}})
    return Call({"id": found["_id"]}, {})


@call("getJourney")
async def journey(_town: Town, _actor: str) -> Call:
    return Call({"trace_id": "0af7651916cd43dd8448eb211c80319c"})


@call("getUnsubscription", "unsubscribe")
async def link_in_a_mail(town: Town, _actor: str) -> Call:
    token = town.houses["notifications"].deps.tokens.make(town.ids["owner"], "comment-reply")
    return Call({"token": token}, form={"List-Unsubscribe": "One-Click"})
