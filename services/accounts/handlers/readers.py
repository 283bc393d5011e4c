"""An anonymous reader turns out to be a member."""

from __future__ import annotations

from pymongo.errors import DuplicateKeyError

from services.accounts.deps import Deps, Visitor
from services.accounts.errors import ReaderLinkedElsewhere
from services.accounts.model import readers as rules
from services.accounts.model.readers import ReaderLink


async def link_reader(deps: Deps, member_id: str, visitor: Visitor) -> ReaderLink:
    """Link the reader whose cookie came along; again, it changes nothing. Raises ``ReaderLinkedElsewhere``."""
    return await _link(deps, await deps.readers.read(visitor.reader_cookie), member_id)


async def link_quietly(deps: Deps, member_id: str, visitor: Visitor) -> None:
    """Link the reader if there is one to link. Somebody else's stays theirs: a browser can be shared."""
    reader_id = await deps.readers.recognised(visitor.reader_cookie)
    if reader_id is None:
        return
    try:
        await _link(deps, reader_id, member_id)
    except ReaderLinkedElsewhere:
        return


async def _link(deps: Deps, reader_id: str, member_id: str) -> ReaderLink:
    existing = await deps.reader_links.find(reader_id)
    if existing is None:
        at = deps.clock.now()
        link, events = rules.link(reader_id, member_id, at)
        try:
            await deps.reader_links.add(link, events, at=at)
        except DuplicateKeyError:
            existing = await deps.reader_links.load(reader_id)
        else:
            return link
    rules.check_same(existing, member_id)
    return existing
