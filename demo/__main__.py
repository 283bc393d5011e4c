"""``python -m demo``: put the demo archive into the platform that the environment names."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import httpx2

from demo.seed import SeedingFailed, seed


def main() -> int:
    """Seed, and leave word of it where asked; returns the exit code."""
    told = {name.removeprefix("PLENARY_"): value for name, value in os.environ.items()}
    password = Path(told["ADMIN_PASSWORD_FILE"]).read_text().strip()
    try:
        count = asyncio.run(seed(told["GATEWAY_URL"], told["ADMIN_EMAIL"], password))
    except (SeedingFailed, httpx2.HTTPError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - for the person who started it
        return 1
    admin = ["Administrator", told["ADMIN_EMAIL"], f"in {told['ADMIN_PASSWORD_FILE']}"]
    report = {"log_ins": [admin], "try": [f"read some of the {count} articles, and meet the wall at the fourth"]}
    Path(told["DEMO_REPORT"]).write_text(json.dumps(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
