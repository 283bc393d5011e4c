"""Joining, logging in, oneself, and what staff decide of others."""

from __future__ import annotations

from typing import Any

from tests.access.calls.registry import REASON, a_name, call, seen
from tests.access.town import LATER, PASSWORD, Call, Town


async def member(town: Town, **about: Any) -> dict[str, Any]:
    body = {"external_id": a_name(), "email": f"{a_name()}@example.org", "name": "Mere Kahu", "country": "NZ", **about}
    made: dict[str, Any] = await town.done("importMember", "admin", Call(json=body))
    return made


async def proof(town: Town, operation: str = "requestSignup", **about: Any) -> tuple[str, str]:
    """A proof's id and the token in its mail."""
    asked = await town.done(operation, "anonymous", Call(json={"email": f"{a_name()}@health.govt.nz", **about}))
    document = await town.houses["accounts"].database["proofs"].find_one({"_id": asked["proof_id"]})
    mail = next(row["data"] for row in document["outbox"] if row["data"])
    return asked["proof_id"], mail["token"]


@call("getKeys", "getDomainList", "listVersions", "getMe", "listMembers", "listSessions")
@call("listArticles", "listBoard", "listRegions", "listSeries", "listSurveys", "listTopics", "listWebinars")
@call("showDesk", "followAllByAtom", "followAllByRss", "readSitemap")
@call("trendingArticles", "listRegistrations", "getMeter", "listPolicies", "getFunnel", "listDeliveries")
@call("getPreferences", "listPurposes", "listSuggestions", "listCommunityManagers", "endAllSessions")
async def plain(_town: Town, _actor: str) -> Call:
    return Call()


@call("judgeDomain")
async def of_a_domain(_town: Town, _actor: str) -> Call:
    return Call(query={"domain": "health.govt.nz"})


@call("getVersion")
async def first_version(_town: Town, _actor: str) -> Call:
    return Call({"number": "1"})


@call("changeDomainList")
async def change_domains(town: Town, _actor: str) -> Call:
    version = (await town.done("getDomainList", "admin", Call()))["version"]
    put = [{"domain": f"{a_name()}.example", "ruling": "government"}]
    return Call(json={"put": put, "reason": REASON}, headers={"If-Match": f'"{version}"'})


@call("importMember")
async def import_member(_town: Town, _actor: str) -> Call:
    return Call(json={"external_id": a_name(), "email": f"{a_name()}@example.org", "name": "Mere Kahu"})


@call("updateMe")
async def update_me(town: Town, actor: str) -> Call:
    me = await town.done("getMe", actor if actor in town.ids else "owner", Call())
    return Call(json={"job_title": "Adviser"}, headers=seen(me))


@call("changePassword")
async def change_password(town: Town, actor: str) -> Call:
    headers = {} if actor == "anonymous" else town.headers(actor, session_id=(await log_in(town, actor))["session_id"])
    return Call(json={"present_password": PASSWORD, "password": PASSWORD}, headers=headers)


@call("linkReader")
async def link_reader(town: Town, _actor: str) -> Call:
    return Call(headers=town.reader_cookie(a_name()))


@call("join")
async def join(town: Town, _actor: str) -> Call:
    proof_id, token = await proof(town)
    proved = await town.done("redeemProof", "anonymous", Call({"proof_id": proof_id}, {"token": token}))
    return Call(json={"ticket": proved["ticket"], "name": "Mere Kahu", "country": "NZ"})


@call("requestSignup", "requestProof")
async def ask_for_mail(_town: Town, _actor: str) -> Call:
    return Call(json={"email": f"{a_name()}@health.govt.nz"})


@call("redeemProof")
async def redeem(town: Town, _actor: str) -> Call:
    proof_id, token = await proof(town)
    return Call({"proof_id": proof_id}, {"token": token})


async def log_in(town: Town, actor: str = "owner") -> dict[str, Any]:
    email = (await town.done("getMe", actor, Call()))["email"]
    session: dict[str, Any] = await town.done("logIn", "anonymous", Call(json={"email": email, "password": PASSWORD}))
    return session


@call("logIn")
async def log_in_call(town: Town, _actor: str) -> Call:
    return Call(json={"email": (await town.done("getMe", "owner", Call()))["email"], "password": PASSWORD})


@call("refreshSession")
async def refresh(town: Town, _actor: str) -> Call:
    return Call(json={"refresh_token": (await log_in(town))["refresh_token"]})


@call("endSession")
async def owners_session(town: Town, _actor: str) -> Call:
    return Call({"session_id": (await log_in(town))["session_id"]})


@call("findMember")
async def look_up(town: Town, _actor: str) -> Call:
    return Call(json={"email": (await town.done("getMe", "owner", Call()))["email"]})


@call("getMember", "getAuditTrail")
async def of_a_member(town: Town, _actor: str) -> Call:
    return Call({"member_id": town.ids["owner"]})


@call("decideReview")
async def review(town: Town, _actor: str) -> Call:
    return Call({"member_id": (await member(town))["id"]}, {"outcome": "member", "reason": REASON})


@call("setRoles")
async def roles(town: Town, _actor: str) -> Call:
    made = await member(town)
    headers = {"If-Match": f'"{made["version"]}"'}
    return Call({"member_id": made["id"]}, {"roles": ["editor"], "reason": REASON}, headers=headers)


@call("suspend")
async def suspend(town: Town, _actor: str) -> Call:
    made = await member(town)
    return Call({"member_id": made["id"]}, {"until": LATER.isoformat(), "reason": REASON})
