"""One request of one reader: who they are, how they want to be spoken to, and what they are answered."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from shared.http.edge import is_head
from shared.http.etags import not_modified
from web import csrf, i18n, live, times
from web.api import Api, As, Gateway, Unavailable
from web.cookies import YEAR, Cookies
from web.kept import STAND_IN, Around, KeptPages, Key
from web.reference import Reference
from web.rendering import Renderer
from web.safe import safe_path
from web.sessions import Session, Sessions
from web.settings import WebSettings

T = TypeVar("T")

APART = ("/log-in", "/join", "/log-out")
"""Pages that nobody comes back to."""

STAFF = ("editor", "moderator", "community_manager", "admin")

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "plenary_theme"


@dataclass(frozen=True, slots=True)
class Site:
    """What the process holds for all visits."""

    settings: WebSettings
    gateway: Gateway
    sessions: Sessions
    renderer: Renderer
    reference: Reference
    kept: KeptPages
    streams: live.Streams
    form_key: bytes
    on_crash: Callable[[Visit, Exception], Awaitable[Response]]
    """Makes the page that says that we failed."""


class FormRefused(Exception):  # noqa: N818 - an answer, not a failure
    """A form that was not sent from our own page on this browser, or from one that is too old."""


@dataclass(slots=True)
class Visit:
    """What every page function is given."""

    request: Request
    site: Site
    api: Api
    cookies: Cookies
    session: Session | None
    language: str
    theme: str
    zone: str | None
    headers: dict[str, str] = field(default_factory=dict)
    """More headers for the answer."""
    for_many: bool = False
    """Whether the page being rendered will be sent to others too, each with their own form key."""

    # Who and where

    @property
    def path(self) -> str:
        """The page's own address, query included, to come back to."""
        url = self.request.url
        return f"{url.path}?{url.query}" if url.query else url.path

    @property
    def back(self) -> str:
        """The page to come back to after logging in: this one, unless it is itself about that."""
        path = self.request.url.path
        return "/" if path in APART else safe_path(self.path)

    @property
    def log_in_path(self) -> str:
        """Where one logs in, to come back here."""
        return self.log_in_to(self.back)

    @property
    def join_path(self) -> str:
        """Where one joins, to come back here."""
        return self.join_to(self.back)

    @staticmethod
    def log_in_to(target: str) -> str:
        """Where one logs in, to go on to ``target``."""
        return f"/log-in?to={quote(target, safe='/')}"

    @staticmethod
    def join_to(target: str) -> str:
        """Where one joins, to go on to ``target``."""
        return f"/join?to={quote(target, safe='/')}"

    @property
    def direction(self) -> str:
        """``rtl`` or ``ltr``."""
        return i18n.direction(self.language)

    @property
    def wants_part(self) -> bool:
        """Whether htmx asks, to swap something into the page."""
        return self.request.headers.get("hx-request-type") == "partial"

    def gettext(self, message: str) -> str:
        """The message in the reader's language."""
        return str(i18n.translations(self.language).ugettext(message))

    def ngettext(self, one: str, many: str, number: int) -> str:
        """The message for so many, in the reader's language; ``%(num)s`` stands for the number."""
        return str(i18n.translations(self.language).ungettext(one, many, number)) % {"num": number}

    async def if_there(self, asking: Awaitable[T]) -> T | None:
        """The answer, or None if its service is away: a page goes on without what it can do without."""
        try:
            return await asking
        except Unavailable:
            return None

    @property
    def remembers_clicks(self) -> bool:
        """Whether the reader may look at what their clicks did: staff, and everybody in the embedded run."""
        return self.site.settings.journeys_open or (self.session is not None and self.session.may(*STAFF))

    @property
    def session_waits(self) -> bool:
        """Whether the reader is logged in, but accounts is away, so that we cannot say as whom."""
        return self.api.who.waits

    # Forms

    async def form(self) -> FormData:
        """What the form said. Raises :class:`FormRefused` unless it is our own."""
        form = await self.request.form(max_files=0, max_fields=200, max_part_size=1024 * 1024)
        token = form.get(csrf.FIELD)
        if not csrf.is_ours(
            self.request.headers,
            self.request.cookies.get(csrf.COOKIE),
            token if isinstance(token, str) else None,
            key=self.site.form_key,
        ):
            raise FormRefused
        return form

    def form_key(self) -> str:
        """The token for a form on this page."""
        if self.for_many:
            return STAND_IN
        nonce = self.request.cookies.get(csrf.COOKIE) or getattr(self.request.state, "form_nonce", None)
        if nonce is None:
            nonce = self.request.state.form_nonce = csrf.new_nonce()
            self.cookies.set(csrf.COOKIE, nonce, seconds=csrf.SECONDS)
        return csrf.token_of(nonce, self.site.form_key)

    # Answers

    def kept_page(self, key: Key, around: Around) -> Response | None:
        """The page that somebody else got who is shown the same, if it is still there."""
        body = self.site.kept.find(self._kept_key(key), around)
        return None if body is None else self._answer(self._made_own(body), 200)

    def page_for_many(self, key: Key, around: Around, name: str, **context: Any) -> Response:
        """A page that is kept for others who are shown the same: it says nothing of this reader."""
        self.for_many = True
        shown = {"visit": self, "site": self.site.settings, "t": times, **context}
        body = self.site.renderer.page(self.language, name, shown).encode()
        self.for_many = False
        self.site.kept.keep(self._kept_key(key), around, body)
        return self._answer(self._made_own(body), 200)

    def _kept_key(self, key: Key) -> Key:
        return (self.path, self.language, self.theme, self.zone, *key)

    def _made_own(self, body: bytes) -> bytes:
        if STAND_IN.encode() not in body:
            return body
        return body.replace(STAND_IN.encode(), self.form_key().encode())

    def page(self, name: str, *, status: int = 200, part: str | None = None, **context: Any) -> Response:
        """A page, or the block ``part`` of it where htmx asks; with an entity tag, so that it is sent once."""
        shown = {"visit": self, "site": self.site.settings, "t": times, **context}
        if part is not None and self.wants_part:
            body = self.site.renderer.part(self.language, name, part, shown)
        else:
            body = self.site.renderer.page(self.language, name, shown)
        return self._answer(body.encode(), status)

    def trouble(self, name: str, status: int, **context: Any) -> Response:
        """A page of ``errors/``; or where htmx asks, a message in the place that pages with parts to swap have for it,
        so that what they show stays.
        """
        if self.wants_part:
            self.headers.update({"HX-Retarget": "#trouble", "HX-Reswap": "innerHTML show:#trouble:top"})
        return self.page(f"errors/{name}.html", status=status, **context)

    def stream(self, ask: Callable[[], Awaitable[T]], show: Callable[[T], str], pauses: Iterator[float]) -> Response:
        """What changes on a page, as it changes; see :mod:`web.live`. Refused where too many streams stand."""
        streams = self.site.streams
        if streams.full:
            return self._with_cookies(Response(status_code=503, headers={"Retry-After": "30"}))
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if is_head(self.request):
            return self._with_cookies(Response(media_type=live.MEDIA_TYPE, headers=headers))
        body = streams.follow(ask, show, pauses)
        return self._with_cookies(StreamingResponse(body, media_type=live.MEDIA_TYPE, headers=headers))

    def file(self, content: bytes, media_type: str, name: str, ending: str) -> Response:
        """A file to keep. Of its name, letters, digits and hyphens are left."""
        plain = "".join(character for character in name if character.isalnum() or character == "-")
        headers = {"Content-Disposition": f'attachment; filename="{plain}.{ending}"'}
        return self._with_cookies(Response(content, media_type=media_type, headers=headers))

    def part(self, name: str, *blocks: str, **context: Any) -> str:
        """Some blocks of a page."""
        shown = {"visit": self, "site": self.site.settings, "t": times, **context}
        return "".join(self.site.renderer.part(self.language, name, block, shown) for block in blocks)

    def to(self, target: str, *, status: int = 303) -> Response:
        """Lead to another page of this site; what is not one leads home."""
        return self._with_cookies(Response(status_code=status, headers={"Location": safe_path(target)}))

    def _answer(self, body: bytes, status: int) -> Response:
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Language": self.language,
            "Cache-Control": "private, no-cache",
            "Vary": "Cookie, Accept-Language, HX-Request-Type",
            **self.headers,
        }
        if status == 200:
            etag = f'W/"{hashlib.blake2b(body, digest_size=10).hexdigest()}"'
            if self.request.method in {"GET", "HEAD"}:
                known = not_modified(self.request, etag, {k: v for k, v in headers.items() if k != "Content-Type"})
                if known is not None:
                    return self._with_cookies(known)
                headers["ETag"] = etag
        return self._with_cookies(Response(body, status, headers))

    def _with_cookies(self, response: Response) -> Response:
        for value in (*self.api.who.given, *self.cookies.headers()):
            response.headers.append("Set-Cookie", value)
        return response


async def visit_of(request: Request, site: Site) -> Visit:
    """The visit that a request is. Resumes the member's session, which may ask accounts for new tokens."""
    cookies = Cookies(secure=site.settings.secure)
    who = As(
        address=_address(request, site.settings.gateway_key.get_secret_value()),
        user_agent=request.headers.get("user-agent"),
        # Whoever asks for the headers alone does not read, nor does a browser that fetches ahead.
        purpose="prefetch" if is_head(request) else request.headers.get("sec-purpose", request.headers.get("purpose")),
        reader=request.cookies.get("plenary_reader"),
    )
    session = await site.sessions.resume(request.cookies, who, cookies)
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return Visit(
        request=request,
        site=site,
        api=Api(site.gateway, who),
        cookies=cookies,
        session=session,
        language=i18n.chosen(request.cookies.get(i18n.COOKIE), request.headers.get("accept-language")),
        theme=theme if theme in THEMES else "auto",
        zone=times.known_zone(request.cookies.get(times.COOKIE) or request.cookies.get(times.GUESS)),
    )


def remember(visit: Visit, cookie: str, value: str) -> None:
    """Keep a reader's choice for a year."""
    visit.cookies.set(cookie, value, seconds=YEAR)


def _address(request: Request, key: str) -> str | None:
    """The reader's address as the gateway tells it; whoever comes past the gateway has the one they connect from."""
    headers: Mapping[str, str] = request.headers
    vouched = hmac.compare_digest(headers.get("x-plenary-gateway-key", "").encode(), key.encode())
    told = headers.get("x-plenary-client-address") if vouched else None
    return told or (request.client.host if request.client else None)
