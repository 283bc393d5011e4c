"""The ``dead`` command of every service."""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

import orjson

from shared import logs
from shared.errors import Refusal
from shared.mongo import Document
from shared.parked import discard_dead, list_dead, replay_dead, show_dead
from shared.resources import Resources, open_resources
from shared.settings import ServiceSettings


def run(settings: ServiceSettings, asked: argparse.Namespace) -> int:
    """List, show, replay or discard dead letters, as asked; returns the exit code."""
    logs.configure(settings.service_name, "dead", settings.log_level, stream=sys.stderr)
    return asyncio.run(_run(settings, asked))


async def _run(settings: ServiceSettings, asked: argparse.Namespace) -> int:
    resources = open_resources(settings, role="dead")
    try:
        for answer in await _answers(resources, asked):
            print(orjson.dumps(answer, default=_plain, option=orjson.OPT_UTC_Z).decode())  # noqa: T201
    except Refusal as refusal:
        print(f"{refusal.title}. {refusal.detail}", file=sys.stderr)  # noqa: T201
        return 1
    finally:
        await resources.close()
    return 0


async def _answers(resources: Resources, asked: argparse.Namespace) -> list[Document]:
    if asked.action == "list":
        return await list_dead(resources.db, limit=asked.limit)
    if asked.action == "show":
        return [await show_dead(resources.db, asked.id)]
    if asked.action == "discard":
        await discard_dead(resources.db, asked.id)
        return [{"discarded": 1}]
    return [{"replayed": await replay_dead(resources.db, None if asked.id == "all" else asked.id)}]


def _plain(value: Any) -> str:
    return bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else str(value)
