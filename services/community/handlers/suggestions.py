"""What members suggest, and what the community manager makes of it."""

from __future__ import annotations

import zlib
from datetime import timedelta

from pymongo.errors import DuplicateKeyError

from services.community import model
from services.community.deps import Deps
from services.community.errors import TooManySuggestions, WebinarUnknown
from services.community.handlers.comments import may_write
from services.community.model import State, Suggestion

RATE_WINDOW = timedelta(days=1)
MANAGER = "community_manager"


async def suggest_topic(
    deps: Deps, *, id: str, title: str, description: str, topics: tuple[str, ...], by: str
) -> Suggestion:
    """Suggest what to write or talk about. The same ``id`` again returns what the first call made."""
    at = deps.clock.now()
    await may_write(deps, by)
    count, seconds = await deps.rates.count("suggestions", by, RATE_WINDOW, at)
    if count > deps.settings.suggestions_per_window:
        raise TooManySuggestions(
            f"{deps.settings.suggestions_per_window} a day are the most.", headers={"Retry-After": str(seconds)}
        )
    suggestion, events = model.suggest(
        id=id,
        title=title,
        description=description,
        topics=topics,
        by=by,
        manager_id=await manager_for(deps, id),
        at=at,
    )
    try:
        await deps.suggestions.add(suggestion, events, at=at)
    except DuplicateKeyError:
        return await deps.suggestions.load(id)
    return suggestion


async def support_suggestion(deps: Deps, *, id: str, by: str, wanted: bool) -> Suggestion:
    """Say, or no longer say, that one would like it too."""
    return await deps.suggestions.change(id, lambda s: (model.support(s, by=by, wanted=wanted), []))


async def move_suggestion(
    deps: Deps, *, id: str, to: State, by: str, reason: str | None, webinar_id: str | None
) -> Suggestion:
    """Take a suggestion a step further; the submitter hears of it."""
    if webinar_id is not None and not await deps.neighbours.webinar_known(webinar_id):
        raise WebinarUnknown("No webinar with this id was announced.")
    at = deps.clock.now()
    return await deps.suggestions.change(
        id, lambda s: model.move(s, to=to, by=by, reason=reason, webinar_id=webinar_id, at=at), at=at
    )


async def manager_for(deps: Deps, suggestion_id: str) -> str | None:
    """The community manager who looks after it: spread evenly, and always the same one for the same suggestion."""
    managers = await deps.neighbours.with_role(MANAGER)
    return managers[zlib.crc32(suggestion_id.encode()) % len(managers)].id if managers else None
