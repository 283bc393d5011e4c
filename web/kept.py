"""Article pages as readers who are not logged in get them: rendered once, and sent to all who would get the same.

What an article's page shows beside the article (related ones, case studies, the next webinar, the discussion) is the
same for all of them, and is asked for once in a moment. The article itself is asked for each time, as this reader,
because that is what the meter counts; but its answers are few: so many of three, or the wall. A page that was rendered
from the very same answers, in the same language, theme and zone, is sent again as it is, apart from the key that ties
its forms to the reader's browser.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

MOST_BYTES = 32 * 2**20

Key: TypeAlias = tuple[object, ...]
"""Everything of the request and of the article's answer that the page depends on."""

STAND_IN = secrets.token_hex(20)
"""Stands in a kept page where the form key of the browser that gets it belongs; as long as one, and known to nobody."""


Around: TypeAlias = Sequence[object]
"""The answers that it was made from beside the article's: while they are believed they are the same objects."""


class _Kept(NamedTuple):
    around: Around
    body: bytes


class KeptPages:
    """The pages rendered lately; the least recently sent make room."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._pages: OrderedDict[Key, _Kept] = OrderedDict()
        self._bytes = 0

    def find(self, key: Key, around: Around) -> bytes | None:
        """The page, if it was made from these very answers."""
        kept = self._pages.get(key)
        if kept is None or any(now is not then for now, then in zip(around, kept.around, strict=True)):
            return None
        self._pages.move_to_end(key)
        return kept.body

    def keep(self, key: Key, around: Around, body: bytes) -> None:
        """For those who come next."""
        former = self._pages.pop(key, None)
        self._bytes += len(body) - (len(former.body) if former else 0)
        self._pages[key] = _Kept(around, body)
        while self._bytes > self._most:
            _, oldest = self._pages.popitem(last=False)
            self._bytes -= len(oldest.body)
