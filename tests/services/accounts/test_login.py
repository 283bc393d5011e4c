"""Logging in: by link, code or password; guessing gets slower, and nobody is ever locked out for good."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher

from services.accounts.model.limits import Limit
from services.accounts.store import Limits
from shared.mongo import Database
from tests.services.accounts.conftest import PASSWORD, House, bearer, slug

AROHA = "aroha.ngata@health.govt.nz"


async def test_a_member_logs_in_by_password(house: House) -> None:
    joined = await house.join(AROHA, password=PASSWORD)

    answer = await house.log_in("AROHA.Ngata@Health.GOVT.nz")

    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["member"]["id"] == joined["member"]["id"]
    assert answer.json()["session_id"] != joined["session_id"]


async def test_a_password_is_the_same_on_every_keyboard(house: House) -> None:
    await house.join(AROHA, password="crème brûlée ﬁrst")

    decomposed = await house.log_in(AROHA, "crème brûlée first")

    assert decomposed.status_code == 201


async def test_a_member_logs_in_by_link_and_by_code(house: House) -> None:
    joined = await house.join(AROHA)

    by_link = await house.redeem(await house.ask_for_mail(AROHA))
    proof_id = await house.ask_for_mail(AROHA)
    by_code = await house.redeem(proof_id, code=(await house.mail(proof_id))["code"])

    for answer, method in ((by_link, "link"), (by_code, "code")):
        session = answer.json()["session"]
        assert session["member"]["id"] == joined["member"]["id"]
        listed = (await house.client.get("/v1/sessions", headers=bearer(session))).json()["items"]
        assert next(item["method"] for item in listed if item["current"]) == method


async def test_a_wrong_password_an_unknown_address_and_a_missing_password_look_alike(house: House) -> None:
    await house.join(AROHA, password=PASSWORD)
    await house.join("wiremu@health.govt.nz")

    answers = [
        await house.log_in(AROHA, "not the right password"),
        await house.log_in("nobody@health.govt.nz", "not the right password"),
        await house.log_in("wiremu@health.govt.nz", "not the right password"),
    ]

    told = [{**answer.json(), "request_id": None} for answer in answers]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert told[0] == told[1] == told[2]
    assert slug(answers[0]) == "credentials-invalid"


async def test_nobodys_password_logs_nobody_in(house: House) -> None:
    await house.join(AROHA)

    assert (await house.log_in(AROHA, "nobody's password")).status_code == 401


async def test_guessing_at_one_account_gets_429_and_passes(house: House) -> None:
    await house.join(AROHA, password=PASSWORD)

    for _ in range(10):
        assert (await house.log_in(AROHA, "not the right password")).status_code == 401
    refused = await house.log_in(AROHA)
    by_link = await house.redeem(await house.ask_for_mail(AROHA))
    house.clock.forward(seconds=int(refused.headers["retry-after"]))
    later = await house.log_in(AROHA)

    assert (refused.status_code, slug(refused)) == (429, "too-many-attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert by_link.status_code == 200
    assert later.status_code == 201


async def test_guessing_at_an_unknown_address_gets_429_as_well(house: House) -> None:
    answers = [await house.log_in("nobody@health.govt.nz", "not the right password") for _ in range(11)]

    assert [answer.status_code for answer in answers] == [*[401] * 10, 429]


async def test_guessing_from_one_network_gets_429_and_leaves_others_alone(house: House) -> None:
    await house.join(AROHA, password=PASSWORD)
    object.__setattr__(house.deps.settings, "guesses_per_network", 3)
    office = house.from_network("2001:db8:1:2::77")

    for name in ("a", "b", "c"):
        await house.log_in(f"{name}@health.govt.nz", "not the right password", **office)
    neighbour = await house.log_in(AROHA, **house.from_network("2001:db8:1:2:aaaa::1"))
    elsewhere = await house.log_in(AROHA, **house.from_network("2001:db8:1:3::77"))

    assert (neighbour.status_code, slug(neighbour)) == (429, "too-many-attempts")
    assert elsewhere.status_code == 201


async def test_the_right_password_costs_no_try(house: House) -> None:
    await house.join(AROHA, password=PASSWORD)

    answers = [await house.log_in(AROHA) for _ in range(12)]

    assert {answer.status_code for answer in answers} == {201}


async def test_a_hundred_guesses_at_once_are_ten(house: House) -> None:
    await house.join(AROHA, password=PASSWORD)

    answers = await asyncio.gather(*(house.log_in(AROHA, "not the right password") for _ in range(60)))

    assert sum(answer.status_code == 401 for answer in answers) == 10
    assert sum(answer.status_code == 429 for answer in answers) == 50


async def test_the_limit_holds_across_replicas(house: House, database: Database) -> None:
    limit, at = Limit(name="guess-account", allowed=10), house.clock.now()
    replicas = [Limits(database), Limits(database)]

    tries = await asyncio.gather(
        *(replicas[number % 2].take(limit, "aroha", at) for number in range(25)), return_exceptions=True
    )

    assert sum(not isinstance(outcome, Exception) for outcome in tries) == 10


async def test_only_the_gateway_is_believed_about_the_network(house: House) -> None:
    object.__setattr__(house.deps.settings, "guesses_per_network", 2)

    answers = [
        await house.log_in(
            f"guess{number}@health.govt.nz",
            "not the right password",
            **{"X-Plenary-Client-Address": f"203.0.113.{number}", "X-Plenary-Gateway-Key": "not the key"},
        )
        for number in range(3)
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 429]


async def test_five_wrong_codes_void_the_code_and_leave_the_link(house: House) -> None:
    await house.join(AROHA)
    proof_id = await house.ask_for_mail(AROHA)
    code = (await house.mail(proof_id))["code"]
    wrong = "000000" if code != "000000" else "111111"

    answers = [await house.redeem(proof_id, code=wrong) for _ in range(5)]
    void = await house.redeem(proof_id, code=code)
    by_link = await house.redeem(proof_id)

    assert {(answer.status_code, slug(answer)) for answer in answers} == {(422, "code-wrong")}
    assert [answer.json()["attempts_left"] for answer in answers] == [4, 3, 2, 1, 0]
    assert (void.status_code, slug(void)) == (429, "too-many-attempts")
    assert "retry-after" in void.headers
    assert by_link.status_code == 200


async def test_a_hundred_codes_at_once_are_five(house: House) -> None:
    proof_id = await house.ask_for_mail(AROHA)

    answers = await asyncio.gather(*(house.redeem(proof_id, code=f"{number:06d}") for number in range(100)))

    assert sum(answer.status_code != 429 for answer in answers) <= 5


async def test_a_wrong_token_and_an_unknown_proof_look_alike(house: House) -> None:
    proof_id = await house.ask_for_mail(AROHA)

    wrong = await house.redeem(proof_id, token="A" * 43)
    unknown = await house.redeem("01980000-0000-7000-8000-000000000000", token="A" * 43)

    assert (wrong.status_code, slug(wrong)) == (unknown.status_code, slug(unknown)) == (404, "proof-not-found")
    assert (await house.redeem(proof_id)).status_code == 200


async def test_either_token_or_code_and_not_both(house: House) -> None:
    proof_id = await house.ask_for_mail(AROHA)

    for shown in (
        {"token": "t", "code": "123456"},
        {"password": PASSWORD},
        {"code": "12345"},
        {"code": "\uff11\uff12\uff13\uff14\uff15\uff16"},
    ):
        answer = await house.client.post(f"/v1/proofs/{proof_id}", json=shown)
        assert (answer.status_code, slug(answer)) == (422, "validation-failed")


async def test_mails_to_one_address_are_bounded_whether_or_not_it_has_an_account(house: House) -> None:
    await house.join(AROHA)

    for email in (AROHA, "nobody@health.govt.nz"):
        asked = [
            await house.client.post("/v1/proofs", json={"email": email}, headers=house.from_anywhere())
            for _ in range(6 if email != AROHA else 5)
        ]
        assert [answer.status_code for answer in asked][-1] == 429
        assert slug(asked[-1]) == "too-many-attempts"
        assert {answer.status_code for answer in asked[:-1]} == {202}


async def test_an_unknown_address_that_wants_to_log_in_is_invited_to_join(house: House) -> None:
    proof_id = await house.ask_for_mail("newcomer@health.govt.nz")

    mail = await house.mail(proof_id)
    proved = await house.redeem(proof_id)

    assert mail["purpose"] == "sign-up"
    assert proved.json()["outcome"] == "profile-needed"


async def test_a_forgotten_password_is_set_anew_and_ends_the_old_sessions(house: House) -> None:
    joined = await house.join(AROHA, password=PASSWORD)
    proof_id = await house.ask_for_mail(AROHA, "password-reset")

    missing = await house.redeem(proof_id)
    weak = await house.redeem(proof_id, password="short", token=(await house.mail(proof_id))["token"])
    reset = await house.redeem(proof_id, password="two herons now", token=(await house.mail(proof_id))["token"])

    assert (missing.status_code, slug(missing)) == (422, "password-missing")
    assert (weak.status_code, slug(weak)) == (422, "password-weak")
    assert reset.json()["outcome"] == "signed-in"
    assert (await house.log_in(AROHA)).status_code == 401
    assert (await house.log_in(AROHA, "two herons now")).status_code == 201
    assert (await house.refresh(joined["refresh_token"])).status_code == 401


async def test_a_password_hashed_at_older_costs_is_hashed_again(house: House) -> None:
    joined = await house.join(AROHA, password=PASSWORD)
    member_id = joined["member"]["id"]
    old = PasswordHasher(time_cost=2, memory_cost=256, parallelism=1).hash(PASSWORD)
    await house.database["members"].update_one({"_id": member_id}, {"$set": {"password_hash": old}})

    answer = await house.log_in(AROHA)

    document = await house.database["members"].find_one({"_id": member_id})
    assert answer.status_code == 201
    assert document is not None
    assert document["password_hash"].startswith("$argon2id$v=19$m=1024,t=1,p=1$")


async def test_a_government_address_proved_again_near_the_end_of_its_year_starts_a_new_one(house: House) -> None:
    joined = await house.join(AROHA)

    house.clock.forward(days=100)
    early = await house.redeem(await house.ask_for_mail(AROHA))
    house.clock.forward(days=266)
    lapsed = (await house.deps.members.load(joined["member"]["id"])).standing_at(house.clock.now())
    late = await house.redeem(await house.ask_for_mail(AROHA))

    assert early.json()["session"]["member"]["official_until"] == "2027-07-14T09:30:00Z"
    assert lapsed == "pending"
    assert late.json()["session"]["member"]["official_until"] == "2028-07-15T09:30:00Z"
    assert len(await house.events("members", joined["member"]["id"], "MemberVerified")) == 2
