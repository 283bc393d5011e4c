"""What changes on a page is sent as it changes: at once, within bounds, and to its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import repeat

import pytest
from playwright.async_api import expect

from tests.support import eventually
from tests.web.conftest import Site, Visitor
from web.api import Problem, Unavailable
from web.live import Streams, event_of, slower_and_slower

SURVEY = "what-stops-you"
MOVED = """() => {
    window.moved = 0;
    new PerformanceObserver(list => {
        for (const each of list.getEntries()) if (!each.hadRecentInput) window.moved += each.value;
    }).observe({type: "layout-shift"});
}"""
"""Notes from here on how far anything moves that nobody has just pressed."""


def pauses(times: int) -> Iterator[float]:
    return repeat(0.0, times)


async def everything(stream: AsyncIterator[bytes]) -> bytes:
    return b"".join([event async for event in stream])


async def test_an_answer_is_sent_once_and_the_next_when_it_differs() -> None:
    answers = iter(["one", "one", "two\nlines", "two\nlines"])

    async def ask() -> str:
        return next(answers)

    said = await everything(Streams().follow(ask, str.upper, pauses(4)))

    parts = [event_of("part", "ONE"), event_of("part", "TWO\nLINES")]
    assert said == b"retry: 2000\n\n" + b"".join(parts) + event_of("end", "")
    assert parts[1] == b"event: part\ndata: TWO\ndata: LINES\n\n"


async def test_while_a_service_is_away_nothing_is_new_and_the_stream_stands() -> None:
    answers: Iterator[str | None] = iter(["one", None, None, "two"])

    async def ask() -> str:
        answer = next(answers)
        if answer is None:
            raise Unavailable
        return answer

    said = await everything(Streams(heartbeat_seconds=0.0).follow(ask, str, pauses(4)))

    assert [line for line in said.split(b"\n") if line.startswith((b"data: ", b":"))] == [
        b"data: one",
        b": still here",
        b": still here",
        b"data: two",
        b"data: ",
    ]


@pytest.mark.parametrize(("status", "is_told_to_stay_away"), [(404, True), (401, False)])
async def test_a_refusal_ends_a_stream_and_only_a_new_session_helps(status: int, *, is_told_to_stay_away: bool) -> None:
    async def ask() -> str:
        raise Problem(status, {}, {})

    said = await everything(Streams().follow(ask, str, pauses(3)))

    assert said.endswith(event_of("end", "")) is is_told_to_stay_away


async def test_streams_are_bounded_in_number_and_end_when_the_process_does() -> None:
    streams, stop = Streams(most=2), asyncio.Event()

    async def ask() -> str:
        return "the same"

    component = asyncio.create_task(streams.run(stop))
    followed = [asyncio.create_task(everything(streams.follow(ask, str, repeat(60.0)))) for _ in range(2)]
    await eventually(lambda: streams.full)
    stop.set()
    said = await asyncio.wait_for(asyncio.gather(*followed), 2)
    await component

    assert all(each.endswith(event_of("part", "the same")) for each in said), "told to stop, but not to stay away"
    assert streams.full, "a process that ends takes no more"


def test_questions_become_rarer() -> None:
    assert list(slower_and_slower((0.5, 2), (2.0, 1))) == [0.5, 0.5, 2.0]


async def test_words_of_others_come_to_an_open_page_and_nothing_moves(
    visitor: Visitor, colleague: Visitor, site: Site
) -> None:
    page = await visitor.open(f"/surveys/{SURVEY}")
    await page.get_by_text("See as a list").click()
    counted = await page.locator("#cloud-count").inner_text()
    before = int(counted.split()[0])
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="permission", exact=True))
    people = int(await row.get_by_role("cell").inner_text())
    await page.evaluate(MOVED)

    other = await colleague.open("/articles/the-procurement-desk-in-wellington")  # Reading gives a reader their cookie.
    await other.goto(f"{site.url}/surveys/{SURVEY}")
    await other.locator("#field-term1").fill("permission")
    await other.get_by_role("button", name="Give my answer").click()
    await expect(other.get_by_role("status")).to_contain_text("Thank you.")

    await expect(page.locator("#cloud-count")).to_contain_text(f"{before + 1} people answered.")
    await expect(row.get_by_role("cell")).to_have_text(str(people + 1))
    await expect(page.locator("#cloud svg")).to_contain_text(f"{before + 1}")
    await expect(page.get_by_role("table")).to_be_visible()
    assert await page.evaluate("window.moved") == 0
    await other.get_by_role("button", name="Take it back").click()
    await expect(page.locator("#cloud-count")).to_contain_text(f"{before} people answered.")
    assert not visitor.complaints
