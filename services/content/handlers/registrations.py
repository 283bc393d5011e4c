"""Places at webinars: taken, given up, and looked up by who holds them."""

from __future__ import annotations

from collections.abc import Iterable

from services.content.deps import Deps
from services.content.errors import RegistrationNotFound
from services.content.model import registrations
from services.content.model.lists import Place
from services.content.model.registrations import Placed, Registration, registration_id
from services.content.model.webinars import Webinar


async def register(deps: Deps, name: str, *, member_id: str) -> tuple[Webinar, Registration, bool]:
    """Give the member a place; who has one keeps it. True if the place is new.

    Raises :class:`WebinarNotFound`, :class:`WebinarFull`, :class:`WebinarStarted`, :class:`WebinarIsCancelled`.
    """
    found = await deps.webinars.load(name)
    now, new = deps.clock.now(), False

    def step(webinar: Webinar, before: Registration | None) -> Placed:
        nonlocal new
        placed = registrations.register(webinar, before, member_id=member_id, at=now)
        new = placed[1] is not before
        return placed

    registration = await deps.webinars.crowd.change(found.id, registration_id(found.id, member_id), step, at=now)
    return found, registration, new


async def give_up(deps: Deps, id: str, *, member_id: str) -> None:
    """Take the member's place back; once is enough.

    Raises :class:`RegistrationNotFound` for another's too, :class:`WebinarStarted`, :class:`WebinarIsCancelled`.
    """
    held = await _own(deps, id, member_id)
    now = deps.clock.now()

    def step(webinar: Webinar, before: Registration | None) -> Placed:
        if before is None:
            raise RegistrationNotFound
        return registrations.give_up(webinar, before, at=now)

    await deps.webinars.crowd.change(held.webinar_id, held.id, step, at=now)


async def registration(deps: Deps, id: str, *, member_id: str) -> tuple[Webinar, Registration]:
    """One of the member's registrations, held or given up; raises :class:`RegistrationNotFound`."""
    found = await _own(deps, id, member_id)
    return await deps.webinars.load(found.webinar_id), found


async def own_registrations(
    deps: Deps, *, member_id: str, after: Place | None, limit: int
) -> list[tuple[Webinar, Registration]]:
    """The places that the member holds, the last taken first, each with its webinar."""
    held = await deps.webinars.registrations_of(member_id, after=after, limit=limit)
    webinars = await deps.webinars.by_ids(registration.webinar_id for registration in held)
    return [(webinars[registration.webinar_id], registration) for registration in held]


async def held_places(deps: Deps, webinars: Iterable[Webinar], *, member_id: str | None) -> dict[str, Registration]:
    """The places that a member holds at these webinars, by webinar; none for who is not signed in."""
    if member_id is None:
        return {}
    return await deps.webinars.registrations_for([webinar.id for webinar in webinars], member_id)


async def _own(deps: Deps, id: str, member_id: str) -> Registration:
    found = await deps.webinars.registration(id)
    if found is None or found.member_id != member_id:
        raise RegistrationNotFound
    return found
