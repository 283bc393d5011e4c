"""The main journey, from the first article to the webinar. What it visits is found on the site, not known before."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from icalendar import Calendar

from ops.embedded.platform import Platform
from ops.embedded.services import ADMIN_EMAIL
from ops.tour.steps import Action, Headers
from ops.tour.visitors import Mailbox, Visitor, until
from ops.tour.watch import FORGET
from ops.troubles import Exit, Trouble

WELLINGTON, NAIROBI = "Pacific/Auckland", "Africa/Nairobi"
REPORT_IT = "see ./plenary status and the logs; if all is well there, this is a fault of ours"
BRING_IN_THE_DEMO = "./plenary up without --no-demo brings the demo in"

Do = Callable[[Headers], Awaitable[str]]

JOINING = ("MemberJoined", "MemberVerified", "ContactChanged", FORGET, "NotificationSent")


class Journey:
    """Mere of Wellington and Amina of Nairobi, and an editor who looks at the numbers. Use it with ``async with``."""

    def __init__(self, platform: Platform) -> None:
        gateway = f"http://127.0.0.1:{platform.ports['gateway']}"
        self._platform = platform
        self._mere = Visitor(gateway, "Mere Ngata", "health.govt.nz", "NZ", WELLINGTON)
        self._amina = Visitor(gateway, "Amina Odhiambo", "transport.go.ke", "KE", NAIROBI)
        self._editor = Visitor(gateway, "Editor", "plenary.example", "SE", "Europe/Stockholm")
        self._mailbox = Mailbox(f"http://127.0.0.1:{platform.ports['mailbox']}")
        self._articles: list[dict[str, Any]] = []
        self._opened: list[dict[str, Any]] = []
        """The articles as Mere saw them, the one behind the wall last."""
        self._proofs: dict[str, str] = {}
        self._comment: dict[str, Any] = {}
        self._webinar: dict[str, Any] | None = None
        self._before: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in (self._mere, self._amina, self._editor, self._mailbox):
            await each.close()

    async def look_around(self) -> None:
        """See what there is to visit; a ``Trouble`` if there is too little."""
        listed = await self._amina.get("/v1/articles", limit=50)
        self._articles = [article for article in listed["items"] if not article.get("exempt")]
        if not self._articles:
            raise Trouble("there is nothing to read", BRING_IN_THE_DEMO, code=Exit.FAILED)
        upcoming = await self._amina.get("/v1/webinars", region="asia-pacific", zone=WELLINGTON)
        places = [each for each in upcoming["items"] if each["state"] == "scheduled" and each["places_left"] != 0]
        in_singapore = [each for each in places if each["times"]["host"]["zone"] == "Asia/Singapore"]
        self._webinar = next(iter(in_singapore or places), None)
        await self._editor.log_in(ADMIN_EMAIL, self._platform.state.secret("admin-password"))
        self._before = await self._funnel()

    async def actions(self) -> AsyncIterator[Action]:
        """Each is made when its turn comes, from what was seen before."""
        async for action in self._to_the_wall():
            yield action
        yield Action(
            f"Mere signs up with her government address, {self._mere.email}",
            self._signs_up(self._mere),
            ("AddressProofRequested", "NotificationSent"),
        )
        yield Action(
            "She proves it with the code from the mail, and joins",
            self._joins(self._mere),
            (
                *JOINING,
                "ReaderLinked",
                "WalledReaderJoined",
            ),
        )
        yield Action(f"She opens “{self._opened[-1]['title']}” again", self._is_unlimited, ("ArticleViewed",))
        yield Action("She comments on it", self._comments, ("CommentPosted",))
        yield Action(
            f"Amina signs up in Nairobi, {self._amina.email}",
            self._signs_up(self._amina),
            ("AddressProofRequested", "NotificationSent"),
        )
        yield Action("She proves her address, and joins", self._joins(self._amina), JOINING)
        yield Action("She replies to Mere", self._replies, ("CommentPosted", "NotificationSent"))
        if self._webinar:
            yield Action(
                f"Mere registers from Wellington for “{self._webinar['title']}”",
                self._registers,
                ("WebinarRegistered", "NotificationSent"),
            )
        else:
            yield Action("Mere looks for a webinar in the Asia-Pacific", self._finds_no_webinar)
        yield Action("An editor looks at what is read, and at the way from reading to joining", self._looks_at_numbers)

    async def _to_the_wall(self) -> AsyncIterator[Action]:
        for number, article in enumerate(self._articles):
            access = self._opened[-1]["access"] if self._opened else None
            if access and access["remaining"] == 0:
                yield Action(f"She opens “{self._opened[0]['title']}” once more", self._reads_again, ("ArticleViewed",))
                yield Action(f"She opens “{article['title']}”", self._meets_the_wall(article), ("PaywallHit",))
                return
            who = "She" if number else "Mere, whom nobody knows yet,"
            yield Action(f"{who} opens “{article['title']}”", self._reads(article), ("ArticleViewed", "MeterAdvanced"))
        limit = self._opened[-1]["access"]["limit"]
        raise Trouble(
            f"{limit} articles may be read, and there are only {len(self._articles)}: nobody meets the wall",
            BRING_IN_THE_DEMO,
            code=Exit.FAILED,
        )

    def _reads(self, article: dict[str, Any]) -> Do:
        async def do(headers: Headers) -> str:
            page = await self._open(self._mere, article["slug"], headers)
            access = page["access"]
            self._opened.append(page)
            _expect(access["state"] == "metered", f"the access is {access['state']} ({access['reason']}), not metered")
            minutes = _many(page["reading"]["minutes"], "minute")
            return f"{access['used']}/{access['limit']} articles viewed; the whole article, {minutes} to read"

        return do

    async def _reads_again(self, headers: Headers) -> str:
        before = self._opened[-1]["access"]
        access = (await self._open(self._mere, self._opened[0]["slug"], headers))["access"]
        _expect(access["used"] == before["used"], "reading again was counted")
        return f"still {access['used']}/{access['limit']}: reading again is free"

    def _meets_the_wall(self, article: dict[str, Any]) -> Do:
        async def do(headers: Headers) -> str:
            page = await self._open(self._mere, article["slug"], headers)
            self._opened.append(page)
            _expect(page["access"]["state"] == "walled", f"the access is {page['access']['state']}, not walled")
            _expect(page["body"] is None, "the body came with the wall")
            titles = [action["title"] for action in page["access"]["actions"]]
            return f"the lead and the wall: {'; '.join(titles)}"

        return do

    def _signs_up(self, visitor: Visitor) -> Do:
        async def do(headers: Headers) -> str:
            self._proofs[visitor.email] = await visitor.ask_to_join(headers)
            return f"the mail says {await self._mailbox.code(visitor)}"

        return do

    def _joins(self, visitor: Visitor) -> Do:
        async def do(headers: Headers) -> str:
            code = await self._mailbox.code(visitor)
            member = await visitor.join(self._proofs[visitor.email], code, headers)
            _expect(member["standing"] == "official", f"her standing is {member['standing']}, not official")
            return f"{visitor.name} is a member, and proved to be an {member['standing']}"

        return do

    async def _is_unlimited(self, headers: Headers) -> str:
        page = await self._open(self._mere, self._opened[-1]["slug"], headers)
        _expect(page["access"]["state"] == "unlimited", f"the access is {page['access']['state']}, not unlimited")
        self._opened[-1] = page
        return "the whole article at once: unlimited"

    async def _comments(self, headers: Headers) -> str:
        article = self._opened[-1]
        draft = {"article_id": article["id"], "body": "We would like to try this in **Wellington**."}
        self._comment = await self._mere.post("/v1/comments", draft, headers)
        count = await self._counted(article["comments"] + 1)
        return f"the article shows {_many(count, 'comment')} now"

    async def _replies(self, headers: Headers) -> str:
        reply = {
            "article_id": self._opened[-1]["id"],
            "parent_id": self._comment["id"],
            "body": "We did, in Nairobi: ask us how.",
        }
        await self._amina.post("/v1/comments", reply, headers)
        count = await self._counted(self._opened[-1]["comments"] + 2)
        mail = await self._mailbox.mail(self._mere, "repl")
        return f"{count} comments now; the mail to Mere says “{mail['subject']}”"

    async def _finds_no_webinar(self, _headers: Headers) -> str:
        return f"there is none to come with places left, so this part is left out: {BRING_IN_THE_DEMO}"

    async def _registers(self, headers: Headers) -> str:
        webinar = self._webinar or {}
        place = await self._mere.post(webinar["registrations"], {}, headers, zone=WELLINGTON)
        times = place["webinar"]["times"]
        mail = await self._mailbox.mail(self._mere, "You have a place")
        starts_at = _start_in(mail)
        _expect(starts_at == datetime.fromisoformat(times["starts_at"]), f"the calendar file says {starts_at}")
        theirs = starts_at.astimezone(ZoneInfo(WELLINGTON))
        return f"{times['host']['words']}; the calendar file puts it at {theirs:%H:%M on %A, %d %B %Y} in Wellington"

    async def _looks_at_numbers(self, _headers: Headers) -> str:
        first = self._opened[0]

        async def seen() -> str | None:
            trending = (await self._editor.get("/v1/trending", hours=1, limit=50))["items"]
            views = next((each["views"] for each in trending if each["id"] == first["id"]), 0)
            funnel = await self._funnel()
            grown = {step: funnel[step] - self._before[step] for step in funnel}
            wanted = {"viewed": len(self._opened) + 1, "walled": 1, "joined": 1}
            if not views or any(grown[step] < wanted[step] for step in wanted):
                return None
            steps = ", ".join(f"{step} {self._before[step]} → {funnel[step]}" for step in funnel)
            return f"“{first['title']}” was read {_many(views, 'time')} within the hour; the funnel today: {steps}"

        lacking = Trouble(
            "the views do not show what was read", "see ./plenary logs content-worker and metering-worker"
        )
        return await until(seen, lacking)

    async def _open(self, visitor: Visitor, slug: str, headers: Headers) -> dict[str, Any]:
        page = await visitor.get(f"/v1/articles/{slug}", headers)
        state, reason = page["access"]["state"], page["access"]["reason"]
        if state == "unmetered":
            raise Trouble("metering could not be asked", "./plenary restart metering-api", code=Exit.FAILED)
        if reason == "registration-required":
            raise Trouble(
                "this network has had its share of new readers today",
                "take the tour tomorrow, or start with METERING_FRESH_READERS_PER_NETWORK set higher",
                code=Exit.FAILED,
            )
        return page

    async def _counted(self, count: int) -> int:
        """The number of comments that the article shows, once it is at least ``count``: others may comment too."""

        async def shown() -> int | None:
            page = await self._amina.get(f"/v1/articles/{self._opened[-1]['slug']}", {"Sec-Purpose": "prefetch"})
            return page["comments"] if page["comments"] >= count else None

        lacking = Trouble("the article does not count the comment", "see ./plenary logs content-worker")
        return await until(shown, lacking)

    async def _funnel(self) -> dict[str, int]:
        rows = (await self._editor.get("/v1/funnel", days=1))["rows"]
        today = rows[0] if rows else {}
        return {step: int(today.get(step, 0)) for step in ("viewed", "walled", "joined")}


def _start_in(mail: dict[str, Any]) -> datetime:
    """When the event of the mail's calendar file begins, by the zone that the file itself describes."""
    files = [part for part in mail["attachments"] if (part["filename"] or "").endswith(".ics")]
    _expect(len(files) == 1, f"the mail has {len(files)} calendar files")
    (event,) = Calendar.from_ical(base64.b64decode(files[0]["content"])).events
    start = event.start
    if not isinstance(start, datetime):
        raise Trouble(f"the calendar file begins on {start}, and at no time of it", REPORT_IT, code=Exit.FAILED)
    return start.astimezone(UTC)


def _many(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _expect(true: bool, otherwise: str) -> None:
    if not true:
        raise Trouble(otherwise, REPORT_IT, code=Exit.FAILED)
