"""Webinars: announced, moved, called off, recorded, listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import structlog

from services.content.deps import Deps
from services.content.errors import BoardMemberNotFound, ReferenceUnknown, SlugTaken
from services.content.model import webinars
from services.content.model.lists import Place
from services.content.model.slugs import slug_of
from services.content.model.webinars import Announcement, Host, Recording, Time, Webinar
from services.content.store.webinars import Narrowed, When
from shared.errors import Refusal
from shared.events import Event
from shared.http import check_version
from shared.ids import derived_id

log = structlog.get_logger(__name__)

AT_ONCE = 100


async def announce_webinar(
    deps: Deps, about: Announcement, when: Time, *, id: str, slug: str | None, author_id: str
) -> Webinar:
    """Announce a webinar. Without a slug it gets one from its title.

    Raises what the time is refused for, :class:`ReferenceUnknown`, :class:`SlugTaken`.
    """
    about = await _checked(deps, about)
    now = deps.clock.now()
    slug_wanted = slug or slug_of(about.title) or id[-12:]
    webinar, events = webinars.announce(id, slug_wanted, about, webinars.slot(when), author_id=author_id, at=now)
    try:
        return await deps.webinars.add(webinar, events, at=now)
    except SlugTaken:
        if slug is not None:
            raise
    unlike = f"{slug_wanted}-{id[-6:]}"
    webinar, events = webinars.announce(id, unlike, about, webinars.slot(when), author_id=author_id, at=now)
    return await deps.webinars.add(webinar, events, at=now)


async def import_webinar(
    deps: Deps,
    about: Announcement,
    when: Time,
    *,
    external_id: str,
    slug: str,
    recording: Recording | None,
    author_id: str,
) -> Webinar:
    """Take a webinar over from another archive, past or to come.

    The same external id again finds the webinar that was made of it the first time, whatever became of it since.
    """
    about = await _checked(deps, about)
    now = deps.clock.now()
    webinar, events = webinars.take_in(
        derived_id("imported-webinar", external_id),
        slug,
        about,
        webinars.slot(when),
        recording=recording,
        external_id=external_id,
        author_id=author_id,
        at=now,
    )
    return await deps.webinars.add(webinar, events, at=now)


async def webinar(deps: Deps, name: str) -> Webinar:
    """The webinar of this slug or id; raises :class:`WebinarNotFound`."""
    return await deps.webinars.load(name)


async def next_with_places(deps: Deps, found: Webinar) -> Webinar | None:
    """What else its series offers: the next one that can still be registered for."""
    return await deps.webinars.next_with_places(found, deps.clock.now())


async def listed_webinars(deps: Deps, when: When, narrowed: Narrowed, after: Place | None, limit: int) -> list[Webinar]:
    """Webinars to come or under way, the next first; or those that are over, the last first."""
    return await deps.webinars.listed(when, narrowed, now=deps.clock.now(), after=after, limit=limit)


async def revise_webinar(deps: Deps, name: str, about: Announcement, *, expected: int) -> Webinar:
    """Change what is said of it; raises :class:`PlacesTaken`, :class:`WebinarIsCancelled`, ``StaleWrite``."""
    about = await _checked(deps, about)
    now = deps.clock.now()
    return await _change(deps, name, expected, lambda found: webinars.revise(found, about, at=now))


async def reschedule_webinar(deps: Deps, name: str, when: Time, *, expected: int) -> Webinar:
    """Hold it at another time; raises what ``reschedule`` raises, ``StaleWrite``."""
    slot, now = webinars.slot(when), deps.clock.now()
    return await _change(deps, name, expected, lambda found: webinars.reschedule(found, slot, at=now))


async def cancel_webinar(deps: Deps, name: str, *, reason: str, expected: int) -> Webinar:
    """Call it off; raises :class:`WebinarStarted`, ``StaleWrite``."""
    now = deps.clock.now()
    return await _change(deps, name, expected, lambda found: webinars.cancel(found, reason=reason, at=now))


async def record_webinar(deps: Deps, name: str, *, url: str, transcript_url: str | None, expected: int) -> Webinar:
    """Say where it can be watched; raises :class:`WebinarNotStarted`, ``StaleWrite``."""
    now = deps.clock.now()
    recording = Recording(url=url, transcript_url=transcript_url, recorded_at=now)
    return await _change(deps, name, expected, lambda found: webinars.record(found, recording, at=now))


async def keep_wall_times(deps: Deps) -> int:
    """Move webinars to come whose zone's rules have changed since they were announced; returns how many moved.

    Harmless at any time and by any number of workers: what is where it should be is left alone.
    """
    now, moved, after = deps.clock.now(), 0, None
    while True:
        ahead = await deps.webinars.ahead(now, after=after, limit=AT_ONCE)
        for found in ahead:
            moved += await _keep_wall_time(deps, found)
        if len(ahead) < AT_ONCE:
            return moved
        after = Place(ahead[-1].slot.starts_at, ahead[-1].id)


async def _keep_wall_time(deps: Deps, found: Webinar) -> bool:
    now = deps.clock.now()
    try:
        if webinars.keep_wall_time(found, at=now)[0] is found:
            return False
        kept = await deps.webinars.crowd.change_whole(
            found.id, lambda latest: webinars.keep_wall_time(latest, at=now), at=now
        )
    except Refusal as refused:
        # The new rules skip the time, show it twice, or have it past: it stays at the instant it had, and only an
        # editor can say what is meant now.
        log.warning("webinar.wall-time-lost", webinar=found.id, zone=found.slot.zone, why=refused.slug)
        return False
    log.info("webinar.moved-by-zone-rules", webinar=found.id, zone=found.slot.zone, sequence=kept.sequence)
    return True


async def _change(
    deps: Deps, name: str, expected: int, decide: Callable[[Webinar], tuple[Webinar, Sequence[Event]]]
) -> Webinar:
    found = await deps.webinars.load(name)

    def seen(latest: Webinar) -> tuple[Webinar, Sequence[Event]]:
        check_version(latest, expected)
        return decide(latest)

    return await deps.webinars.crowd.change_whole(found.id, seen, at=deps.clock.now())


async def _checked(deps: Deps, about: Announcement) -> Announcement:
    """The announcement with its host as the board has them, if all it refers to is there."""
    unknown = [("#/regions", f"no region {slug!r}") for slug in about.regions if slug not in deps.geography.regions]
    for pointer, collection, ids in (
        ("#/series", "series", [about.series] if about.series else []),
        ("#/topics", "topics", about.topics),
    ):
        missing = await deps.shelves.unknown(collection, ids)
        unknown += [(pointer, f"nothing in {collection} is called {id_!r}") for id_ in sorted(missing)]
    host = about.host
    if host is not None and host.board_member is not None:
        try:
            member = await deps.shelves.board.load(host.board_member)
            host = Host(name=member.name, title=member.title, organisation=member.organisation, board_member=member.id)
        except BoardMemberNotFound:
            unknown.append(("#/host/board_member", f"nobody on the board is called {host.board_member!r}"))
    if unknown:
        raise ReferenceUnknown(errors=[{"pointer": pointer, "detail": detail} for pointer, detail in unknown])
    return about.model_copy(update={"host": host})
