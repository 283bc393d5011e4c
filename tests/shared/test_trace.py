from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import trace

JOURNEY, STEP = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


def test_a_traceparent_names_a_journey_and_a_step() -> None:
    step = trace.parse(f"00-{JOURNEY}-{STEP}-01")

    assert step == trace.Trace(JOURNEY, STEP, sampled=True)
    assert step.header() == f"00-{JOURNEY}-{STEP}-01"


def test_what_follows_is_another_step_of_the_same_journey() -> None:
    step = trace.follow(f"00-{JOURNEY}-{STEP}-00")

    assert step.trace_id == JOURNEY
    assert step.span_id != STEP
    assert step.sampled is False


def test_a_later_version_may_say_more() -> None:
    assert trace.parse(f"cc-{JOURNEY}-{STEP}-01-what-the-future-brings") == trace.Trace(JOURNEY, STEP)


@pytest.mark.parametrize(
    "traceparent",
    [
        None,
        "",
        f"00-{JOURNEY}-{STEP}",
        f"00-{JOURNEY}-{STEP}-01-more",
        f"ff-{JOURNEY}-{STEP}-01",
        f"00-{JOURNEY.upper()}-{STEP}-01",
        f"00-{'0' * 32}-{STEP}-01",
        f"00-{JOURNEY}-{'0' * 16}-01",
        f"00-{JOURNEY}-{STEP}-01\n",
        f"cc-{JOURNEY}-{STEP}-01-" + "x" * 1000,
    ],
)
def test_what_is_no_traceparent_begins_a_new_journey(traceparent: str | None) -> None:
    assert trace.parse(traceparent) is None
    assert trace.follow(traceparent).trace_id != JOURNEY


@given(st.text(max_size=80))
def test_no_text_breaks_the_parsing(text: str) -> None:
    step = trace.parse(text)

    assert step is None or trace.parse(step.header()) == step


async def test_tasks_side_by_side_keep_their_own_journeys() -> None:
    async def travel(step: trace.Trace) -> str | None:
        with trace.entered(step):
            await asyncio.sleep(0)
            return trace.current_traceparent()

    here, there = trace.new(), trace.new()

    carried = await asyncio.gather(travel(here), travel(there))
    assert list(carried) == [here.header(), there.header()]
    assert trace.current() is None
