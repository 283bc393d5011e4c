"""``python -m demo``: put the demo into the platform that the environment names."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from pathlib import Path

import httpx2

from demo import archive
from demo.door import SeedingFailed
from demo.passwords import password_of
from demo.seed import seed


def main() -> int:
    """Seed, and leave word of it where asked; returns the exit code."""
    told = {name.removeprefix("PLENARY_"): value for name, value in os.environ.items()}
    password = Path(told["ADMIN_PASSWORD_FILE"]).read_text().strip()
    secret = Path(told["DEMO_SECRET_FILE"]).read_text().strip()
    began = time.monotonic()
    try:
        asyncio.run(seed(told["GATEWAY_URL"], told["ADMIN_EMAIL"], password, secret=secret, say=_say))
    except (SeedingFailed, httpx2.HTTPError) as error:
        print(str(error) or type(error).__name__, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 1
    _say(f"all in after {time.monotonic() - began:.1f} s")
    _leave_word(Path(told["DEMO_REPORT"]), told["ADMIN_EMAIL"], told["ADMIN_PASSWORD_FILE"], secret)
    return 0


def _leave_word(report: Path, admin: str, admin_password_file: str, secret: str) -> None:
    people = archive.named("people")
    log_ins = [["Administrator", admin, f"in {admin_password_file}"]]
    log_ins += [[what, people[name]["email"], password_of(secret, name)] for name, what in archive.log_ins().items()]
    tries = [
        f"read some of the {len(archive.articles())} articles, and meet the wall at the fourth",
        "answer the open survey “What most often stops you from opening something up?”",
        "register for the next Asia-Pacific session, and look into the mailbox",
    ]
    report.touch(mode=0o600)
    report.write_text(json.dumps({"log_ins": log_ins, "try": tries}, ensure_ascii=False))


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - progress, for whoever started it


if __name__ == "__main__":
    sys.exit(main())
