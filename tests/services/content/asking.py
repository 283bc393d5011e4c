"""A survey that Esther opens, what people say to it, and how its cloud is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2

from services.content import grants
from tests.services.content.conftest import NOON, House
from tests.services.content.officials import ANSWERS, QUESTION

CLOSES = (NOON + timedelta(days=7)).isoformat()


async def ask(house: House, **fields: Any) -> dict[str, Any]:
    """Esther asks what openness means; returns the survey with its ETag."""
    body = {"question": QUESTION, "slug": "openness", **fields}
    answer = await house.client.post("/v1/surveys", json=body, headers=house.signed_in("esther"))
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["ETag"]}


async def say(house: House, *terms: str, by: str = "amina", **about: Any) -> httpx2.Response:
    return await house.client.put(
        "/v1/surveys/openness/answer", json={"terms": list(terms), **about}, headers=house.signed_in(by)
    )


async def cloud(house: House, form: str = "") -> httpx2.Response:
    return await house.client.get(f"/v1/surveys/openness/cloud{form}")


def cookie(house: House, reader: str) -> dict[str, str]:
    """The cookie of an anonymous reader, signed by metering."""
    now = int(house.clock.now().timestamp())
    claims = {"iss": grants.ISSUER, "aud": grants.AUDIENCE, "sub": reader, "iat": now, "exp": now + 3600}
    return {"Cookie": f"plenary_reader={house.meter.signer.sign(claims, type=grants.READER)}"}


def slug_of(problem: httpx2.Response) -> str:
    return str(problem.json()["type"]).rpartition("/")[2]


def imported(**fields: Any) -> dict[str, Any]:
    """The survey of fifty officials, as another archive has it."""
    answers = [{"respondent": f"official {number}", "terms": terms} for number, terms in enumerate(ANSWERS)]
    return {
        "external_id": "july-2017",
        "slug": "openness",
        "question": QUESTION,
        "opened_at": "2017-07-01T00:00:00Z",
        "closes_at": "2017-07-10T00:00:00Z",
        "answers": answers,
        **fields,
    }


async def bring(house: House, **fields: Any) -> httpx2.Response:
    return await house.client.post("/v1/imports/surveys", json=imported(**fields), headers=house.signed_in("esther"))
