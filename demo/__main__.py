"""``python -m demo``: put the demo into the platform that the environment names."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import NamedTuple, Self

import httpx2

from demo import archive
from demo.door import SeedingFailed
from demo.passwords import password_of
from demo.seed import is_in, seed


class Told(NamedTuple):
    """What the environment says; see ``ops/embedded/demo_data.py``."""

    url: str
    admin: str
    admin_password_file: Path
    secret: str
    report: Path

    @classmethod
    def by(cls, environment: os._Environ[str]) -> Self:
        """Read it."""
        told = {name.removeprefix("PLENARY_"): value for name, value in environment.items()}
        return cls(
            told["GATEWAY_URL"],
            told["ADMIN_EMAIL"],
            Path(told["ADMIN_PASSWORD_FILE"]),
            Path(told["DEMO_SECRET_FILE"]).read_text().strip(),
            Path(told["DEMO_REPORT"]),
        )


def main() -> int:
    """Seed, and leave word of it where asked; returns the exit code."""
    told = Told.by(os.environ)
    began = time.monotonic()
    try:
        asyncio.run(_put_in(told))
    except (SeedingFailed, httpx2.HTTPError) as error:
        print(str(error) or type(error).__name__, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 1
    _say(f"all in after {time.monotonic() - began:.1f} s")
    return 0


async def _put_in(told: Told) -> None:
    """The whole archive, unless this very archive was put in at an earlier start: then there is nothing to do, and what
    was taken away since stays away.
    """
    digest = archive.digest()
    before = json.loads(told.report.read_text()) if told.report.exists() else {}
    if before.get("archive") == digest and await is_in(told.url):
        _say("nothing is new")
        return
    await seed(told.url, told.admin, told.admin_password_file.read_text().strip(), secret=told.secret, say=_say)
    _leave_word(told, digest)


def _leave_word(told: Told, digest: str) -> None:
    people = archive.named("people")
    log_ins = [["Administrator", told.admin, f"in {told.admin_password_file}"]]
    log_ins += [
        [what, people[name]["email"], password_of(told.secret, name)] for name, what in archive.log_ins().items()
    ]
    tries = [
        f"read some of the {len(archive.articles())} articles, and meet the wall at the fourth",
        "answer the open survey “What most often stops you from opening something up?”",
        "register for the next Asia-Pacific session, and look into the mailbox",
    ]
    told.report.touch(mode=0o600)
    word = {"log_ins": log_ins, "try": tries, "archive": digest}
    told.report.write_text(json.dumps(word, ensure_ascii=False))


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - progress, for whoever started it


if __name__ == "__main__":
    sys.exit(main())
