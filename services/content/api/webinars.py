"""Webinars: announced, found, moved, called off, recorded."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from services.content.calendars import webinar_calendar
from services.content.deps import Deps
from services.content.handlers import webinars
from services.content.handlers.registrations import held_places
from services.content.model.lists import Place
from services.content.model.webinars import Webinar
from services.content.schemas.articles import Slug
from services.content.schemas.webinars import (
    CancellationBody,
    ImportedWebinar,
    NewWebinar,
    RecordingBody,
    TimeBody,
    WebinarBody,
    WebinarPage,
    WebinarView,
)
from services.content.store.webinars import Narrowed, When
from shared.http import Anyone, Idempotent, Identity, IfMatch, Page, Paging, deps_of, etag_of, role

router = APIRouter(prefix="/v1", tags=["webinars"])
Wired = Annotated[Deps, Depends(deps_of)]
Editor = Annotated[Identity, role("editor", "admin")]
Name = Annotated[str, Path(max_length=100, description="The webinar's slug or id.")]
ViewerZone = Annotated[
    str | None, Query(alias="zone", max_length=64, description="Your IANA zone, to see your own clock too.")
]

CALENDAR = "text/calendar"


@router.post("/webinars", status_code=201)
async def announce_webinar(
    body: NewWebinar, editor: Editor, key: Idempotent, deps: Wired, response: Response
) -> WebinarView:
    """Announce a webinar by the time on the host's wall."""
    webinar = await webinars.announce_webinar(
        deps,
        body.announcement(),
        body.time.time(),
        id=key.derive("webinar"),
        slug=body.slug,
        author_id=editor.member_id,
    )
    response.headers["Location"] = f"/v1/webinars/{webinar.slug}"
    return _shown(webinar, deps, response)


@router.post("/imports/webinars", status_code=201)
async def import_webinar(
    body: ImportedWebinar, editor: Editor, _key: Idempotent, deps: Wired, response: Response
) -> WebinarView:
    """Take a webinar over from another archive, past or to come. The same `external_id` again is the webinar it became
    the first time, unchanged.
    """
    webinar = await webinars.import_webinar(
        deps,
        body.announcement(),
        body.time.time(),
        external_id=body.external_id,
        slug=body.slug,
        recording=body.recorded(),
        author_id=editor.member_id,
    )
    response.headers["Location"] = f"/v1/webinars/{webinar.slug}"
    return _shown(webinar, deps, response)


@router.get("/webinars")
async def list_webinars(
    deps: Wired,
    identity: Anyone,
    paging: Paging,
    response: Response,
    when: Annotated[When, Query()] = "upcoming",
    series: Annotated[Slug | None, Query()] = None,
    region: Annotated[Slug | None, Query()] = None,
    topic: Annotated[Slug | None, Query()] = None,
    zone: ViewerZone = None,
) -> Page[WebinarView]:
    """Webinars to come or under way, the next first; or those that are over, the last first."""
    after = None if paging.after is None else Place(*paging.after)
    found = await webinars.listed_webinars(deps, when, Narrowed(series, region, topic), after, paging.limit + 1)
    shown, more = found[: paging.limit], len(found) > paging.limit
    now = deps.clock.now()
    held = await held_places(deps, shown, member_id=identity.member_id if identity else None)
    position = (shown[-1].slot.starts_at, shown[-1].id) if more else None
    response.headers["Vary"] = "Authorization"
    items = [WebinarView.of(webinar, at=now, zone=zone, held=held.get(webinar.id)) for webinar in shown]
    return paging.page(items, position)


@router.get("/webinars/{name}")
async def read_webinar(
    name: Name, identity: Anyone, deps: Wired, response: Response, zone: ViewerZone = None
) -> WebinarPage:
    """A webinar, with the host's clock and yours, your place, and what else its series offers."""
    webinar = await webinars.webinar(deps, name)
    held, following = await asyncio.gather(
        held_places(deps, [webinar], member_id=identity.member_id if identity else None),
        webinars.next_with_places(deps, webinar),
    )
    response.headers["ETag"] = etag_of(webinar)
    response.headers["Vary"] = "Authorization"
    for_editors = identity is not None and identity.may("editor", "admin")
    now = deps.clock.now()
    shown = WebinarView.of(webinar, at=now, zone=zone, for_editors=for_editors, held=held.get(webinar.id))
    next_in_series = WebinarView.of(following, at=now, zone=zone) if following else None
    return WebinarPage(**dict(shown), next_in_series=next_in_series)


@router.get(
    "/webinars/{name}/calendar.ics",
    response_class=Response,
    responses={200: {"content": {CALENDAR: {"schema": {"type": "string"}}}}},
)
async def webinar_calendar_file(name: Name, deps: Wired) -> Response:
    """The webinar for a calendar (RFC 5545). Downloaded again after a change, it replaces what was there."""
    webinar = await webinars.webinar(deps, name)
    page = f"{deps.settings.public_url}/webinars/{webinar.slug}"
    content = webinar_calendar(webinar, domain=deps.settings.calendar_domain, page=page)
    headers = {
        "Cache-Control": "public, no-cache",
        "Content-Disposition": f'attachment; filename="{webinar.slug}.ics"',
    }
    return Response(content, media_type=CALENDAR, headers=headers)


@router.put("/webinars/{name}")
async def revise_webinar(
    name: Name, body: WebinarBody, _editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> WebinarView:
    """Change what is said of it. Its time is changed by itself."""
    webinar = await webinars.revise_webinar(deps, name, body.announcement(), expected=expected)
    return _shown(webinar, deps, response)


@router.put("/webinars/{name}/time")
async def reschedule_webinar(
    name: Name, body: TimeBody, _editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> WebinarView:
    """Hold it at another time. Everybody who holds a place is told once."""
    return _shown(await webinars.reschedule_webinar(deps, name, body.time(), expected=expected), deps, response)


@router.post("/webinars/{name}/cancellation")
async def cancel_webinar(
    name: Name, body: CancellationBody, _editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> WebinarView:
    """Call it off."""
    webinar = await webinars.cancel_webinar(deps, name, reason=body.reason, expected=expected)
    return _shown(webinar, deps, response)


@router.put("/webinars/{name}/recording")
async def record_webinar(
    name: Name, body: RecordingBody, _editor: Editor, expected: IfMatch, deps: Wired, response: Response
) -> WebinarView:
    """Say where it can be watched and read afterwards."""
    webinar = await webinars.record_webinar(
        deps, name, url=body.url, transcript_url=body.transcript_url, expected=expected
    )
    return _shown(webinar, deps, response)


def _shown(webinar: Webinar, deps: Deps, response: Response) -> WebinarView:
    """The webinar as an editor has it now."""
    response.headers["ETag"] = etag_of(webinar)
    return WebinarView.of(webinar, at=deps.clock.now(), zone=None, for_editors=True)
