"""What the OpenAPI document allows, and what it does not, asked of the whole platform through the gateway.

Schemathesis makes the requests: every boundary of every parameter and field, right and wrong. None may end in a 5xx,
and none in a status or a body that the document does not tell of, whoever asks; and what is wrong is refused.
``./plenary test tests/journeys/test_contract.py --schemathesis-deep`` goes on for much longer, with requests at random
and with chains of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from ops.settings import ROOT
from tests.journeys.conftest import SLUGS, Site, address, bearer
from tests.support import eventually

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "allow_header_conformance",
    "negative_data_rejection",
    "told_by_name",
)
SETTINGS = """
[generation]
with-security-parameters = false  # Who asks says so by a header, or is nobody.

[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429]
"""
QUICK = ("--phases=examples,coverage", "--max-examples=1")
"""Bounded by what there is to cover. With a bound on its time, it would leave out part of every operation's cases."""
DEEP = ("--phases=examples,coverage,fuzzing,stateful", "--max-examples=20", "--max-time=540", "--mode=all")
"""A round. It ends before the token that it is made with; until then, each operation gets its 20 again and again."""


async def nobody(_: Site) -> dict[str, str]:
    """The headers of somebody whom the platform does not know."""
    return {}


async def member(site: Site) -> dict[str, str]:
    """The headers of somebody who has just joined."""
    async with site.browser() as browser:
        return bearer(await site.join(browser, address("health.govt.nz"), "Wiremu"))


@pytest.mark.slow
@pytest.mark.last  # It makes policies and closes discussions as an administrator may, and guesses at log-ins.
@pytest.mark.parametrize(
    ("headers", "mode"),
    [
        pytest.param(nobody, "positive", id="anonymous"),
        pytest.param(member, "positive", id="member"),
        pytest.param(Site.admin, "all", id="admin"),  # Whom the wrong requests reach the furthest.
    ],
)
async def test_no_request_that_the_document_leads_to_breaks_anything(
    headers: Callable[[Site], Awaitable[dict[str, str]]],
    mode: str,
    site: Site,
    tmp_path: Path,
    pytestconfig: pytest.Config,
) -> None:
    deep = pytestconfig.getoption("--schemathesis-deep")
    rounds = {"what is there": DEEP, "whatever comes": DEEP} if deep else {"what is there": (*QUICK, f"--mode={mode}")}
    for asked_for, options in rounds.items():
        await forget_guesses(site)
        known = await things(site, await site.admin()) if asked_for == "what is there" else {}
        (tmp_path / "schemathesis.toml").write_text(settings(known))

        code, said = await schemathesis(site.url, tmp_path, await headers(site), options)

        assert code == 0, said


async def forget_guesses(site: Site) -> None:
    """Let anybody log in and join again, whatever was guessed at before."""
    await site.database("accounts")["limits"].delete_many({})
    await eventually(site.admin, within=60, every=1)


async def things(site: Site, bearer: dict[str, str]) -> dict[str, dict[str, str]]:
    """Something that is there, by the paths below which it is asked for: else everything answers 404."""
    async with site.browser(headers=bearer) as browser:

        async def make(path: str, body: dict[str, Any]) -> dict[str, Any]:
            answer = await browser.post(path, json=body)
            assert answer.status_code == 201, answer.text
            made: dict[str, Any] = answer.json()
            return made

        when = {"wall_time": "2031-07-31T13:30", "zone": "Asia/Singapore"}
        article = site.articles[SLUGS[0]]
        comment = await make("/v1/comments", {"article_id": article, "body": "It begins with plain words."})
        suggestion = await make("/v1/suggestions", {"title": "Budgets that citizens write"})
        webinar = await make("/v1/webinars", {"title": "Open government", "time": when})
        survey = await make("/v1/surveys", {"question": "What does openness mean?"})
    return {
        # Not where two parameters stand in a path: Schemathesis takes a wrong one for sent that ours stood in for.
        "^/v1/articles/(?!.*/revisions/)": {"path.article_id": article, "path.slug": SLUGS[0]},
        "^/v1/comments": {"path.id": comment["id"], "path.article": article, "query.article": article},
        "^/v1/suggestions/": {"path.id": suggestion["id"]},
        "^/v1/webinars/": {"path.name": webinar["slug"]},
        "^/v1/surveys/": {"path.name": survey["slug"]},
    }


def settings(things: dict[str, dict[str, str]]) -> str:
    """Schemathesis' settings. JSON's texts and flat objects of them are TOML's, but for the colon."""
    lines = [SETTINGS]
    for path, parameters in things.items():
        given = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in parameters.items())
        lines += ["[[operations]]", f"include-path-regex = {json.dumps(path)}", f"parameters = {{ {given} }}"]
    return "\n".join(lines)


async def schemathesis(
    url: str, folder: Path, headers: dict[str, str], options: Iterable[str]
) -> tuple[int | None, str]:
    """Let it run against the platform; returns its exit code and what it said.

    With one worker: Python 3.11 parses wrongly in several threads at once what Hypothesis makes of its rules.
    """
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", f"--checks={','.join(CHECKS)}"),
        *("--workers=1", "--request-timeout=20", "--continue-on-failure", "--no-color", *options),
        *(f"--header={name}:{value}" for name, value in headers.items()),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.journeys.contract_checks"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    return child.returncode, said.decode()
