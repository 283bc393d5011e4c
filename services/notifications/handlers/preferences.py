"""What members want to hear."""

from __future__ import annotations

from collections.abc import Mapping

from services.notifications.deps import Deps
from services.notifications.model.preferences import Cadence, Preferences, QuietHours
from services.notifications.unsubscribing import Unsubscription
from shared.errors import StaleWrite
from shared.events.notifications import Purpose
from shared.http import check_version


async def read_preferences(deps: Deps, member_id: str) -> Preferences:
    """The member's choices."""
    return await deps.preferences.of(member_id)


async def choose_preferences(
    deps: Deps,
    member_id: str,
    *,
    purposes: Mapping[Purpose, Cadence],
    topics: Mapping[str, Cadence],
    quiet_hours: QuietHours | None,
    version: int,
) -> Preferences:
    """Put these choices in the place of the old ones, if the member has seen those."""
    preferences = await deps.preferences.of(member_id)
    check_version(preferences, version)
    asked = list(topics)
    known = (await deps.articles.topics_among(asked) | await deps.webinars.topics_among(asked)) if asked else set()
    chosen = preferences.chosen(purposes, topics, quiet_hours, known_topics=known)
    return await deps.preferences.keep(chosen)


async def show_unsubscription(deps: Deps, token: str) -> tuple[Purpose, bool]:
    """Which kind of mail a link is about, and whether it is off; changes nothing."""
    unsubscription = deps.tokens.read(token)
    return unsubscription.purpose, await _is_off(deps, unsubscription)


async def unsubscribe(deps: Deps, token: str) -> tuple[Purpose, bool]:
    """Turn off the kind of mail that a link is about; however often, it is off.

    A member who was erased since the mail was sent is not written down again: they receive nothing.
    """
    unsubscription = deps.tokens.read(token)
    if await deps.people.contact(unsubscription.member_id) is None:
        return unsubscription.purpose, True
    for attempt in range(8):
        preferences = await deps.preferences.of(unsubscription.member_id)
        muted = preferences.muted(unsubscription.purpose)
        try:
            if muted is not preferences:
                await deps.preferences.keep(muted)
        except StaleWrite:
            if attempt == 7:
                raise
        else:
            break
    return unsubscription.purpose, True


async def _is_off(deps: Deps, unsubscription: Unsubscription) -> bool:
    if await deps.people.contact(unsubscription.member_id) is None:
        return True
    preferences = await deps.preferences.of(unsubscription.member_id)
    return preferences.choices[unsubscription.purpose] == "off"
