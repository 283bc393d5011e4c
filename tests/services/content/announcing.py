"""A webinar that Esther announces by the time on the wall."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.services.content.conftest import House

ASIA = {"wall_time": "2026-07-31T13:30", "zone": "Asia/Singapore"}
"""Singapore has no summer time: 05:30 UTC."""


async def announce(house: House, slug: str = "asia-pacific", **fields: Any) -> dict[str, Any]:
    """Esther announces a session on open government; returns it with its ETag."""
    answer = await try_to_announce(house, slug, **fields)
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["ETag"]}


async def try_to_announce(house: House, slug: str, *, time: Any = ASIA, **fields: Any) -> httpx2.Response:
    body = {"title": "Open government: the Asia-Pacific session", "slug": slug, "time": time, **fields}
    return await house.client.post("/v1/webinars", json=body, headers=house.signed_in("esther"))


def seen(house: House, webinar: dict[str, Any], by: str = "esther") -> dict[str, str]:
    return house.signed_in(by) | {"If-Match": webinar["etag"]}


async def reschedule(house: House, webinar: dict[str, Any], **time: Any) -> httpx2.Response:
    return await house.client.put(
        f"/v1/webinars/{webinar['slug']}/time", json={**ASIA, **time}, headers=seen(house, webinar)
    )


def slug_of(problem: httpx2.Response) -> str:
    return str(problem.json()["type"]).rpartition("/")[2]


def past(**fields: Any) -> dict[str, Any]:
    """The session of 31 July 2017, as another archive has it."""
    return {
        "external_id": "2017-07-31",
        "slug": "asia-pacific-2017",
        "title": "Open government: the Asia-Pacific session",
        "time": {"wall_time": "2017-07-31T13:30", "zone": "Asia/Singapore"},
        "recording": {"url": "https://video.example/2017", "recorded_at": "2017-08-02T00:00:00Z"},
        **fields,
    }


async def bring(house: House, **fields: Any) -> httpx2.Response:
    return await house.client.post("/v1/imports/webinars", json=past(**fields), headers=house.signed_in("esther"))
