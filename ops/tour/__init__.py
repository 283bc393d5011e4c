"""`plenary tour`: the main journey on the running platform, with every event it causes and who reacts to it."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack

import httpx2

from ops.display import out
from ops.embedded.platform import Platform
from ops.settings import OpsSettings
from ops.tour.journey import Journey
from ops.tour.show import Shown, farewell, greeting
from ops.tour.steps import Step, take
from ops.tour.watch import Watch
from ops.troubles import Exit, Trouble


def run(settings: OpsSettings, *, as_json: bool) -> None:
    """Play it and show it, or at the end tell it as one JSON document. A ``Trouble`` where something does not come."""
    steps: list[Step] = []
    trouble: Trouble | None = None
    try:
        asyncio.run(_play(Platform(settings=settings), steps, as_json=as_json))
    except httpx2.TransportError:
        trouble = Trouble("the gateway does not answer", "./plenary up starts it", code=Exit.NOT_RUNNING)
    except Trouble as found:
        trouble = found
    if as_json:
        told = {"ok": trouble is None, "steps": [step.as_data() for step in steps]}
        why = {"cause": trouble.cause, "fix": trouble.fix} if trouble else {}
        out.print_json(json.dumps({**told, **why}))
    elif trouble is None:
        out.print(farewell(steps))
    if trouble:
        raise trouble


async def _play(platform: Platform, steps: list[Step], *, as_json: bool) -> None:
    async with AsyncExitStack() as stack:
        journey = await stack.enter_async_context(Journey(platform))
        await journey.look_around()
        watch = await stack.enter_async_context(Watch(platform))
        shown = Shown(quiet=as_json)
        shown.print(greeting(platform))
        async for action in journey.actions():
            with shown.doing(action.title):
                step = await take(action, watch, steps)
            shown.print(step)
