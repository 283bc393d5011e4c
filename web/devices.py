"""What a session's device is called, from the ``User-Agent`` that it logged in with (RFC 9110, section 10.1.5).

Only the names that people know their browser and device by: versions are frozen in most browsers, and say nothing to
somebody who asks "is that me?".
"""

from __future__ import annotations

import re
from collections.abc import Callable

BROWSERS = (
    # Each also names those that it wants to be taken for, so the rarer come first.
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"OPR/|OPiOS/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Vivaldi", r"Vivaldi/"),
    ("Firefox", r"Firefox/|FxiOS/"),
    ("Chrome", r"(?:Headless)?Chrome/|CriOS/"),
    ("Chromium", r"Chromium/"),
    ("Safari", r"Version/[\d.]+ (?:Mobile/\w+ )?Safari/"),
)
SYSTEMS = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("Android", r"Android"),
    ("Windows", r"Windows"),
    ("ChromeOS", r"CrOS"),
    ("Mac", r"Macintosh|Mac OS X"),
    ("Linux", r"Linux|X11"),
)


def device_name(user_agent: str | None, gettext: Callable[[str], str]) -> str:
    """Such as "Firefox on Linux"; a program goes by its own name, and what says nothing is a device without a name."""
    said = user_agent or ""
    browser, system = _first(BROWSERS, said), _first(SYSTEMS, said)
    if browser and system:
        return gettext("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    program = re.match(r"[\w.-]{1,40}", said)
    return browser or system or (program[0] if program else gettext("A device without a name"))


def _first(names: tuple[tuple[str, str], ...], said: str) -> str | None:
    return next((name for name, pattern in names if re.search(pattern, said)), None)
