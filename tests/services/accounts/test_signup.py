"""Joining: nobody is a member before their address is proved, and everybody is one exactly once."""

from __future__ import annotations

import asyncio

import pytest

from tests.services.accounts.conftest import PASSWORD, House, bearer, slug


async def test_an_official_joins_and_reads_without_limit_at_once(house: House) -> None:
    proof_id = await house.sign_up("aroha.ngata@health.govt.nz", zone="Pacific/Auckland")
    mail = await house.mail(proof_id)

    proved = await house.redeem(proof_id, code=mail["code"])
    joined = await house.complete(
        proved.json()["ticket"], organisation="Ministry of Health", job_title="Adviser", topics=["health", "trust"]
    )

    assert mail["purpose"] == "sign-up"
    assert proved.json()["outcome"] == "profile-needed"
    assert proved.json()["verdict"] == {
        "ruling": "government",
        "rule": "govt.nz",
        "list_version": 1,
        "country": "NZ",
    }
    assert joined.status_code == 201
    assert joined.json()["expires_in"] == 600
    me = joined.json()["member"]
    assert (me["standing"], me["zone"], me["review"]) == ("official", "Pacific/Auckland", None)
    assert me["official_until"] == "2027-07-14T09:30:00Z"
    assert (await house.client.get("/v1/me", headers=bearer(joined.json()))).json()["id"] == me["id"]


async def test_joining_says_who_joined_and_keeps_the_address_off_the_open_topic(house: House) -> None:
    session = await house.join("aroha.ngata@health.govt.nz", topics=["trust"])

    member_id = session["member"]["id"]
    assert await house.said("members", member_id) == [
        "MemberJoined",
        "MemberVerified",
        "MemberUpdated",
        "ContactChanged",
    ]
    document = await house.database["members"].find_one({"_id": member_id})
    assert document is not None
    for row in document["outbox"]:
        assert ("aroha" in str(row["data"]).lower()) == (row["topic"] == "accounts.contacts")
    [verified] = await house.events("members", member_id, "MemberVerified")
    assert (verified["rule"], verified["list_version"]) == ("govt.nz", 1)
    [updated] = await house.events("members", member_id, "MemberUpdated")
    assert (updated["standing"], updated["topics"], updated["revision"]) == ("official", ["trust"], 1)


@pytest.mark.parametrize(
    ("email", "ruling"), [("li.wei@gmail.com", "ineligible"), ("li.wei@thinktank.example", "review")]
)
async def test_a_private_or_unlisted_address_joins_as_pending_and_waits_for_review(
    house: House, email: str, ruling: str
) -> None:
    session = await house.join(email)

    me = session["member"]
    assert (me["standing"], me["verdict"]["ruling"], me["review"]["state"]) == ("pending", ruling, "waiting")
    assert await house.said("members", me["id"]) == ["MemberJoined", "MemberUpdated", "ContactChanged"]


async def test_nobody_is_a_member_before_the_address_is_proved(house: House) -> None:
    proof_id = await house.sign_up("aroha.ngata@health.govt.nz")

    too_early = await house.complete(f"{proof_id}.guessed")

    assert (too_early.status_code, slug(too_early)) == (404, "proof-not-found")
    assert await house.deps.members.by_address("aroha.ngata@health.govt.nz") is None


async def test_fifty_parallel_uses_of_a_link_are_one(house: House) -> None:
    proof_id = await house.sign_up("aroha.ngata@health.govt.nz")

    answers = await asyncio.gather(*(house.redeem(proof_id) for _ in range(50)))

    refused = [answer for answer in answers if answer.status_code != 200]
    assert len(refused) == 49
    assert {(answer.status_code, slug(answer)) for answer in refused} == {(410, "link-used")}


async def test_fifty_parallel_uses_of_a_code_are_one(house: House) -> None:
    proof_id = await house.sign_up("aroha.ngata@health.govt.nz")
    code = (await house.mail(proof_id))["code"]

    answers = await asyncio.gather(*(house.redeem(proof_id, code=code) for _ in range(50)))

    refused = {slug(answer) for answer in answers if answer.status_code != 200}
    assert sum(answer.status_code == 200 for answer in answers) == 1
    assert refused <= {"link-used", "too-many-attempts"}


async def test_a_used_link_takes_its_secrets_off_the_topic(house: House) -> None:
    proof_id = await house.sign_up("aroha.ngata@health.govt.nz")

    await house.redeem(proof_id)

    assert await house.said("proofs", proof_id) == ["AddressProofRequested", "-"]
    document = await house.database["proofs"].find_one({"_id": proof_id})
    assert document is not None
    assert {row["key"] for row in document["outbox"]} == {f"proof:{proof_id}"}
    assert {row["topic"] for row in document["outbox"]} == {"accounts.contacts"}


async def test_a_link_is_kept_as_a_hash_only(house: House) -> None:
    proof_id = await house.sign_up("aroha.ngata@health.govt.nz")
    mail = await house.mail(proof_id)

    document = await house.database["proofs"].find_one({"_id": proof_id}, {"outbox": 0})

    assert len(mail["token"]) == 43
    assert mail["token"] not in str(document)
    assert mail["code"] not in str(document)


async def test_an_expired_link_is_gone(house: House) -> None:
    proof_id = await house.sign_up("aroha.ngata@health.govt.nz")

    house.clock.forward(hours=24)
    late = await house.redeem(proof_id)

    assert (late.status_code, slug(late)) == (410, "link-expired")


async def test_a_ticket_is_good_once_and_for_a_day(house: House) -> None:
    used = await house.ticket("aroha.ngata@health.govt.nz")
    stale = await house.ticket("wiremu.parata@health.govt.nz")
    await house.complete(used)

    again = await house.complete(used)
    house.clock.forward(hours=25)
    late = await house.complete(stale)

    assert (again.status_code, slug(again)) == (410, "link-used")
    assert (late.status_code, slug(late)) == (410, "link-expired")


async def test_a_completion_whose_answer_was_lost_is_answered_again(house: House) -> None:
    ticket = await house.ticket("aroha.ngata@health.govt.nz")
    key = {"Idempotency-Key": "completion-1"}
    first = await house.complete(ticket, headers=key)

    again = await house.complete(ticket, headers=key)
    other = await house.complete(ticket, name="Somebody Else", headers=key)

    assert again.status_code == 201
    assert again.json()["member"]["id"] == first.json()["member"]["id"]
    assert (other.status_code, slug(other)) == (410, "link-used")
    assert await house.database["members"].count_documents({"domain": "health.govt.nz"}) == 1


async def test_concurrent_sign_ups_for_one_address_create_one_account(house: House) -> None:
    spellings = ["Aroha@Health.govt.nz", "aroha@health.govt.nz", "AROHA@health.govt.nz", "\uff41roha@health.govt.nz"]
    tickets = [await house.ticket(spelling) for spelling in spellings]

    answers = await asyncio.gather(*(house.complete(ticket) for ticket in tickets))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {slug(answer) for answer in answers if answer.status_code == 409} == {"already-a-member"}
    assert await house.database["members"].count_documents({"address_key": "aroha@health.govt.nz"}) == 1
    assert await house.database["sessions"].count_documents({}) == 1


async def test_one_ticket_used_many_times_at_once_creates_one_account(house: House) -> None:
    ticket = await house.ticket("aroha@health.govt.nz")

    answers = await asyncio.gather(*(house.complete(ticket) for _ in range(10)))

    assert sorted(answer.status_code for answer in answers) == [201, *[410] * 9]


async def test_mail_goes_to_the_address_on_record_and_never_to_one_that_looks_alike(house: House) -> None:
    await house.join("strasse@bund.de", password=PASSWORD)

    mail = await house.mail(await house.ask_for_mail("straße@bund.de"))

    assert (mail["email"], mail["purpose"]) == ("strasse@bund.de", "log-in")


async def test_a_mailbox_that_looks_alike_cannot_take_over_an_account_by_an_earlier_link(house: House) -> None:
    earlier = await house.sign_up("straße@bund.de")
    await house.join("strasse@bund.de")

    taken_over = await house.redeem(earlier)

    assert (taken_over.status_code, slug(taken_over)) == (409, "already-a-member")


async def test_an_earlier_link_to_the_same_mailbox_logs_in(house: House) -> None:
    earlier = await house.sign_up("aroha@health.govt.nz")
    session = await house.join("aroha@health.govt.nz")

    proved = await house.redeem(earlier)

    assert proved.json()["outcome"] == "signed-in"
    assert proved.json()["session"]["member"]["id"] == session["member"]["id"]


async def test_signing_up_again_sends_a_mail_to_log_in_by(house: House) -> None:
    session = await house.join("aroha@health.govt.nz")

    proof_id = await house.sign_up("Aroha@health.govt.nz")
    mail = await house.mail(proof_id)
    proved = await house.redeem(proof_id)

    assert mail["purpose"] == "already-a-member"
    assert proved.json()["session"]["member"]["id"] == session["member"]["id"]


NOT_RIGHT: list[tuple[str, object]] = [
    ("country", "UK"),
    ("country", "nz"),
    ("country", "EU"),
    ("zone", "Pacific/Wellington"),
    ("zone", "../etc/passwd"),
    ("zone", "Factory"),
    ("locale", "english"),
    ("name", ""),
    ("name", "Aroha\u202engata"),
    ("name", "Aro\u200bha"),
    ("name", {"$ne": None}),
    ("topics", ["No Such Form"]),
    ("topics", ["t"] * 51),
    ("roles", ["admin"]),
    ("standing", "official"),
]


async def test_a_profile_that_is_not_right_is_refused_and_the_ticket_stays_good(house: House) -> None:
    ticket = await house.ticket("aroha@health.govt.nz")

    for field, value in NOT_RIGHT:
        refused = await house.complete(ticket, **{field: value})
        assert (refused.status_code, slug(refused)) == (422, "validation-failed"), (field, value)
        assert refused.json()["errors"][0]["pointer"].startswith(f"#/{field}")

    assert (await house.complete(ticket)).status_code == 201


async def test_a_weak_password_does_not_cost_the_ticket(house: House) -> None:
    ticket = await house.ticket("aroha@health.govt.nz")

    weak = await house.complete(ticket, password="Password1234")

    assert (weak.status_code, slug(weak)) == (422, "password-weak")
    assert (await house.complete(ticket, password=PASSWORD)).status_code == 201


NO_ADDRESSES = [
    "aroha",
    "aroha@",
    "@health.govt.nz",
    "aroha@health..govt.nz",
    "aroha@-health.govt.nz",
    "aroha@xn--0.govt.nz",
    "aroha@localhost",
    "aroha@[127.0.0.1]",
    "a b@health.govt.nz",
    "aroha@health.govt.nz\r\nBcc: all@example.com",
    "aroha\x00@health.govt.nz",
    "aroha\u200b@health.govt.nz",
    f"{'a' * 65}@health.govt.nz",
]


async def test_what_is_no_address_is_refused_and_nothing_is_stored(house: House) -> None:
    for email in NO_ADDRESSES:
        refused = await house.client.post("/v1/signups", json={"email": email})
        assert (refused.status_code, slug(refused)) == (422, "address-invalid"), email

    assert await house.database["proofs"].count_documents({}) == 0


async def test_the_same_request_again_sends_one_mail(house: House) -> None:
    key = {"Idempotency-Key": "signup-1"}
    first = await house.client.post("/v1/signups", json={"email": "aroha@health.govt.nz"}, headers=key)

    again = await house.client.post("/v1/signups", json={"email": "aroha@health.govt.nz"}, headers=key)
    other = await house.client.post("/v1/signups", json={"email": "wiremu@health.govt.nz"}, headers=key)

    assert again.json() == first.json()
    assert (other.status_code, slug(other)) == (422, "idempotency-key-reused")
    assert await house.database["proofs"].count_documents({}) == 1
