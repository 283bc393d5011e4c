"""What the OpenAPI document allows, and what it does not, asked of the whole platform through the gateway.

Schemathesis makes the requests: every boundary of every parameter and field, right and wrong. None may end in a 5xx,
and none in a status or a body that the document does not tell of. ``./plenary test tests/journeys
--schemathesis-deep`` goes on for much longer, with requests at random and with chains of them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from ops.settings import ROOT
from tests.journeys.conftest import SLUGS, Site

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "told_by_name",
)
QUICK = ("--phases=examples,coverage", "--max-examples=1", "--max-time=40")
DEEP = ("--phases=examples,coverage,fuzzing,stateful", "--max-examples=200", "--max-time=1800")


@pytest.mark.slow
@pytest.mark.last  # It makes policies and closes discussions as an administrator may, and guesses at log-ins.
async def test_no_request_that_the_document_leads_to_breaks_anything(
    site: Site, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    bearer = await site.admin()
    (tmp_path / "schemathesis.toml").write_text(settings(await things(site, bearer)))

    deep = pytestconfig.getoption("--schemathesis-deep")
    code, said = await schemathesis(site.url, tmp_path, bearer, DEEP if deep else QUICK)

    assert code == 0, said


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
        "^/v1/articles/": {"path.article_id": article, "path.slug": SLUGS[0]},
        "^/v1/comments": {"path.id": comment["id"], "path.article": article, "query.article": article},
        "^/v1/suggestions/": {"path.id": suggestion["id"]},
        "^/v1/webinars/": {"path.name": webinar["slug"]},
        "^/v1/surveys/": {"path.name": survey["slug"]},
    }


def settings(things: dict[str, dict[str, str]]) -> str:
    """Schemathesis' settings. JSON's texts and flat objects of them are TOML's, but for the colon."""
    lines = []
    for path, parameters in things.items():
        given = ", ".join(f"{json.dumps(name)} = {json.dumps(value)}" for name, value in parameters.items())
        lines += ["[[operations]]", f"include-path-regex = {json.dumps(path)}", f"parameters = {{ {given} }}"]
    return "\n".join(lines)


async def schemathesis(
    url: str, folder: Path, bearer: dict[str, str], options: Iterable[str]
) -> tuple[int | None, str]:
    """Let it run against the platform; returns its exit code and what it said.

    With one worker: Python 3.11 parses wrongly in several threads at once what Hypothesis makes of its rules.
    """
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json", f"--checks={','.join(CHECKS)}"),
        *("--mode=all", "--workers=1", "--request-timeout=20", "--continue-on-failure", "--no-color", *options),
        f"--header=Authorization:{bearer['Authorization']}",
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.journeys.contract_checks"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    return child.returncode, said.decode()
