"""What an operator sees of the mail, and the second chance they may give it."""

from __future__ import annotations

import httpx2
import pytest

from tests.services.notifications.conftest import House
from tests.services.notifications.world import AROHA, DAY, TODAY, article, contact, joined, proof, reply


@pytest.fixture
async def refused(house: House) -> House:
    """Aroha's mailbox did not exist, so that her welcome was given up."""
    house.post.rcpt[AROHA] = ["550 5.1.1 Unknown"]
    await house.hear(contact(), joined())
    await house.send_due()
    return house


async def resend(house: House, id: str, **body: object) -> httpx2.Response:
    return await house.client.post(f"/v1/deliveries/{id}/resend", json=body, headers=house.signed_in("grace", "admin"))


async def test_an_operator_sees_the_dead_letters_with_their_reason(refused: House) -> None:
    await refused.hear(contact("ingrid"), joined("ingrid"))
    await refused.send_due()

    answer = await refused.client.get("/v1/deliveries", headers=refused.signed_in("grace", "admin"))

    [item] = answer.json()["items"]
    assert item["purpose"] == "welcome"
    assert item["state"] == "hard"
    assert item["attempts"] == [{"at": "2027-07-20T09:00:00Z", "said": "550 5.1.1 at RCPT: no such mailbox"}]
    assert item["resendable"] is True
    assert "treasury" not in answer.text


async def test_an_operator_may_ask_for_other_states(refused: House) -> None:
    await refused.hear(contact("ingrid"), joined("ingrid"))
    await refused.send_due()

    answer = await refused.client.get(
        "/v1/deliveries", params={"state": ["sent", "queued"]}, headers=refused.signed_in("grace", "admin")
    )

    assert [item["member_id"] for item in answer.json()["items"]] == ["ingrid"]


async def test_the_list_is_read_page_by_page_without_gap_or_repetition(house: House) -> None:
    await house.hear(*(joined(f"member-{number}") for number in range(7)))
    await house.it_is(TODAY + 8 * DAY)
    admin = house.signed_in("grace", "admin")

    seen: list[str] = []
    path: str | None = "/v1/deliveries?limit=3"
    while path:
        answer = await house.client.get(path, headers=admin)
        seen += [item["member_id"] for item in answer.json()["items"]]
        link = answer.headers.get("Link")
        path = link.split(";")[0].strip("<>") if link else None

    assert sorted(seen) == [f"member-{number}" for number in range(7)]


async def test_an_altered_cursor_is_refused(house: House) -> None:
    answer = await house.client.get("/v1/deliveries?cursor=AAAA", headers=house.signed_in("grace", "admin"))

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/cursor-invalid")


async def test_one_delivery_is_shown_with_its_tries(refused: House) -> None:
    message = await refused.message()

    answer = await refused.client.get(f"/v1/deliveries/{message.id}", headers=refused.signed_in("grace", "admin"))

    assert answer.json()["id"] == message.id
    assert answer.json()["tries"] == 0
    assert "about" not in answer.json()


async def test_a_delivery_that_is_not_there_is_not_found(house: House) -> None:
    admin = house.signed_in("grace", "admin")

    shown = await house.client.get("/v1/deliveries/none", headers=admin)
    again = await house.client.post("/v1/deliveries/none/resend", json={}, headers=admin)

    assert [shown.status_code, again.status_code] == [404, 404]
    assert shown.json()["type"].endswith("/delivery-not-found")


async def test_an_expired_delivery_is_sent_again(house: House) -> None:
    await house.hear(joined())
    await house.it_is(TODAY + 8 * DAY)
    message = await house.message()
    await house.hear(contact())

    answer = await resend(house, message.id)
    await house.send_due()

    assert answer.status_code == 202
    assert house.post.only.recipients == [AROHA]
    sent = await house.message()
    assert sent.state == "sent"
    assert [(again.by, again.was) for again in sent.resends] == [("grace", "expired")]


async def test_an_unknown_delivery_is_sent_again_only_because_an_operator_says_so(house: House) -> None:
    house.post.drop_after_content = {AROHA}
    await house.hear(contact(), joined())
    await house.send_due()
    house.post.drop_after_content = set()
    await house.later(DAY)
    assert len(house.post.mails) == 1

    await resend(house, (await house.message()).id)
    await house.send_due()

    assert len(house.post.mails) == 2
    assert len({mail.message["Message-ID"] for mail in house.post.mails}) == 1


async def test_to_a_spared_address_nothing_goes_unless_the_operator_lifts_it(refused: House) -> None:
    message = await refused.message()

    kept_back = await resend(refused, message.id)
    lifted = await resend(refused, message.id, lift_suppression=True)
    await refused.send_due()

    assert kept_back.status_code == 409
    assert kept_back.json()["type"].endswith("/address-suppressed")
    assert lifted.status_code == 202
    assert refused.post.only.recipients == [AROHA]


async def test_what_was_sent_waits_or_was_cancelled_cannot_be_sent_again(house: House) -> None:
    await house.hear(contact(), joined())
    message = await house.message()

    waits = await resend(house, message.id)
    await house.send_due()
    sent = await resend(house, message.id)

    assert [waits.status_code, sent.status_code] == [409, 409]
    assert sent.json()["type"].endswith("/delivery-not-resendable")
    assert len(house.post.mails) == 1


async def test_what_is_sent_again_is_examined_again(house: House) -> None:
    house.post.data[AROHA] = ["554 5.6.0 No"]
    await house.hear(proof())
    await house.send_due()
    message = await house.message()
    await house.forget("proof:1")

    await resend(house, message.id)
    await house.send_due()

    assert house.post.mails == []
    assert (await house.message()).reason == "the proof was used or has expired"


@pytest.mark.parametrize("roles", [(), ("editor",), ("moderator", "community_manager")])
@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("GET", "/x"), ("POST", "/x/resend")])
async def test_the_mail_of_others_is_for_admins_only(
    house: House, roles: tuple[str, ...], method: str, path: str
) -> None:
    json: dict[str, str] | None = {} if method == "POST" else None
    eve = house.signed_in("eve", *roles)

    answer = await house.client.request(method, f"/v1/deliveries{path}", json=json, headers=eve)
    anonymous = await house.client.request(method, f"/v1/deliveries{path}", json=json)

    assert answer.status_code == 403
    assert anonymous.status_code == 401


async def test_a_resend_with_what_nobody_asked_for_is_refused(refused: House) -> None:
    message = await refused.message()

    answer = await resend(refused, message.id, to="eve@evil.example")

    assert answer.status_code == 422
    assert (await refused.message()).state == "hard"


async def test_resending_twice_at_once_sends_once(house: House) -> None:
    await house.hear(contact(), article(), joined("nobody"))
    await house.it_is(TODAY + 8 * DAY)
    message = await house.message()
    await house.hear(contact("nobody"), reply())

    first, second = [await resend(house, message.id) for _ in range(2)]
    await house.send_due()

    assert {first.status_code, second.status_code} == {202, 409}
    assert len(house.post.to("nobody@gov.example")) == 1
