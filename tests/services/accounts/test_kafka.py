"""What accounts says, as it stands on Kafka: in order, personal data on the guarded topic alone, then tombstones."""

from __future__ import annotations

import orjson

from services.accounts import store
from shared.kafka import KafkaConfig
from shared.relay import Relay
from tests.services.accounts.conftest import House
from tests.support import create_topics, eventually, read_topic, running

AROHA = "aroha.ngata@health.govt.nz"


async def test_a_sign_up_on_kafka(house: House, kafka: KafkaConfig) -> None:
    await create_topics(kafka, "accounts.members", "accounts.contacts")
    proof_id = await house.sign_up(AROHA)
    mail = await house.mail(proof_id)

    async with running(Relay(house.database, kafka, store.AGGREGATES)):
        proved = await house.redeem(proof_id, token=mail["token"])
        session = (await house.complete(proved.json()["ticket"])).json()

        async def everything_is_told() -> bool:
            waiting = [
                await house.database[name].count_documents({"outbox_since": {"$exists": True}})
                for name in store.AGGREGATES
            ]
            return sum(waiting) == 0

        await eventually(everything_is_told, within=20)
    members = [r for r in await read_topic(kafka, "accounts.members") if r.key == session["member"]["id"].encode()]
    contacts = await read_topic(kafka, "accounts.contacts")

    types = [dict(record.headers)["ce_type"].decode() for record in members]
    assert types == [f"plenary.accounts.{name}.v1" for name in ("MemberJoined", "MemberVerified", "MemberUpdated")]
    assert b"aroha" not in b"".join((record.value or b"").lower() for record in members)
    proof = [record.value for record in contacts if record.key == f"proof:{proof_id}".encode()]
    assert [orjson.loads(value)["code"] if value else None for value in proof] == [mail["code"], None]
    [contact] = [record.value for record in contacts if record.key == session["member"]["id"].encode()]
    assert orjson.loads(contact or b"")["email"] == AROHA
