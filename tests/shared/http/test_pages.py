from __future__ import annotations

import base64
from datetime import UTC, datetime

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http import CursorInvalid, seal, unseal
from shared.mongo import Database
from tests.shared.http.test_bad_input import assert_problem

PAMPHLETS = "/v1/pamphlets"
KEY = b"k" * 32


@pytest.fixture
async def seven_pamphlets(database: Database) -> None:
    titles = ["Openness", "Trust", "Integrity", "Transparency", "Data", "Consent", "Budgets"]
    await database["pamphlets"].insert_many(
        {"_id": f"p{number}", "title": title, "by": "amina"} for number, title in enumerate(titles)
    )


async def test_pages_follow_one_another_by_their_links(door: httpx2.AsyncClient, seven_pamphlets: None) -> None:
    seen: list[str] = []
    answer = await door.get(PAMPHLETS, params={"limit": 3, "by": "amina"})
    seen += answer.json()["items"]

    while next_page := answer.links.get("next"):
        answer = await door.get(next_page["url"])
        seen += answer.json()["items"]

    assert seen == ["Openness", "Trust", "Integrity", "Transparency", "Data", "Consent", "Budgets"]
    assert answer.json()["next"] is None


async def test_the_link_and_the_body_name_the_same_page(door: httpx2.AsyncClient, seven_pamphlets: None) -> None:
    answer = await door.get(PAMPHLETS, params={"limit": 3})

    cursor = answer.json()["next"]
    assert answer.headers["link"] == f'<{PAMPHLETS}?limit=3&cursor={cursor}>; rel="next"'


async def test_an_altered_cursor_is_refused(door: httpx2.AsyncClient, seven_pamphlets: None) -> None:
    cursor = (await door.get(PAMPHLETS, params={"limit": 3})).json()["next"]

    for position in range(0, len(cursor), 5):
        other = "A" if cursor[position] != "A" else "B"
        altered = cursor[:position] + other + cursor[position + 1 :]
        answer = await door.get(PAMPHLETS, params={"limit": 3, "cursor": altered})
        assert_problem(answer, 400, "cursor-invalid")


@pytest.mark.parametrize(
    "cursor", ["", "x", "not a cursor", "====", "é", base64.urlsafe_b64encode(b"{}" * 20).decode()]
)
async def test_what_was_never_a_cursor_is_refused(door: httpx2.AsyncClient, cursor: str) -> None:
    answer = await door.get(PAMPHLETS, params={"cursor": cursor})

    assert_problem(answer, 400, "cursor-invalid")


async def test_a_cursor_belongs_to_the_filters_it_was_given_for(
    door: httpx2.AsyncClient, seven_pamphlets: None
) -> None:
    cursor = (await door.get(PAMPHLETS, params={"limit": 3, "by": "amina"})).json()["next"]

    answer = await door.get(PAMPHLETS, params={"limit": 3, "by": "wiremu", "cursor": cursor})

    assert_problem(answer, 400, "cursor-invalid")


async def test_a_cursor_serves_with_another_page_size(door: httpx2.AsyncClient, seven_pamphlets: None) -> None:
    cursor = (await door.get(PAMPHLETS, params={"limit": 3})).json()["next"]

    answer = await door.get(PAMPHLETS, params={"limit": 2, "cursor": cursor})

    assert answer.json()["items"] == ["Transparency", "Data"]


def test_a_cursor_holds_instants_and_numbers() -> None:
    position = [datetime(2017, 7, 31, 5, 30, tzinfo=UTC), 0.25, 7, "openness", None]

    assert unseal(seal(position, "list", KEY), "list", KEY) == position


@given(st.text(max_size=200))
def test_no_text_is_a_cursor_by_chance(text: str) -> None:
    with pytest.raises(CursorInvalid):
        unseal(text, "list", KEY)
