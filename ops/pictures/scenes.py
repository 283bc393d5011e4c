"""What there is to see, and how one gets there. A scene yields a name whenever the page is as it should be shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import TypeAlias

from ops.pictures.studio import Studio

Act: TypeAlias = Callable[[Studio], AsyncIterator[str]]

OPENNESS = "/articles/what-openness-means-to-public-servants"
WALLED = "/articles/one-form-in-stockholm"
FREE = ("/articles/bus-lanes-that-people-asked-for", "/articles/water-meters-in-chennai", OPENNESS)


@dataclass(frozen=True)
class Scene:
    """Pages that one person sees one after the other."""

    act: Act
    who: str | None = None
    """As which of the demo's people; nobody is a reader whom the site has not met."""
    language: str = "en-GB"


def pages(**paths: str) -> Act:
    """Pages that only need to be opened, by the name of their picture."""

    async def act(studio: Studio) -> AsyncIterator[str]:
        for name, path in paths.items():
            await studio.open(path)
            yield name.replace("_", "-")

    return act


async def article(studio: Studio) -> AsyncIterator[str]:
    """The survey's report, as the first of three."""
    await studio.open(OPENNESS)
    yield "article"


async def wall(studio: Studio) -> AsyncIterator[str]:
    """What the fourth article looks like."""
    for path in (*FREE, WALLED):
        await studio.open(path)
    yield "wall"
    await studio.open("/meter")
    yield "meter"


async def joining(studio: Studio) -> AsyncIterator[str]:
    """Each step, with a mistake at the first."""
    address = studio.newcomer()
    page = await studio.open("/join")
    yield "join-1-address"
    await page.get_by_label("Your work e-mail address").fill("hinemoa at health")
    await page.get_by_role("button", name="Send me a code").click()
    yield "join-1-mistake"
    await page.get_by_label("Your work e-mail address").fill(address)
    await page.get_by_role("button", name="Send me a code").click()
    yield "join-2-code"
    await page.get_by_label("Code").fill(await studio.code_for(address))
    await page.get_by_role("button", name="Go on").click()
    yield "join-3-who"
    await page.get_by_label("Your name").fill("Hinemoa Rangi")
    await page.get_by_label("Country").select_option("NZ")
    await page.get_by_role("button", name="Join", exact=True).click()
    yield "join-4-interests"


async def suggestion(studio: Studio) -> AsyncIterator[str]:
    """One that has come some way."""
    page = await studio.open("/suggestions")
    yield "suggestions"
    await page.get_by_role("link", name="What the state asks of people who work at night").click()
    yield "suggestion"


async def webinar(studio: Studio) -> AsyncIterator[str]:
    """One without a place, then with it; the place is given back."""
    page = await studio.open("/webinars/open-government-asia-pacific")
    yield "webinar"
    await page.get_by_role("button", name="Take a place").click()
    yield "webinar-place"
    await page.get_by_role("button", name="Give my place back").click()


async def desk(studio: Studio) -> AsyncIterator[str]:
    """Writing, looking at it, and the list it is then in."""
    page = await studio.open("/desk/new")
    await page.get_by_label("Title").fill("The counter that moved")
    await page.get_by_label("Lead").fill("A counter moved four metres, and the queue was gone.")
    await page.get_by_label("Text").fill("It stood by the *door*.\n\n## Then it did not\n\n> Nobody waited.")
    await page.get_by_label("By", exact=True).fill("Ingrid Ek")
    yield "desk-write"
    await page.get_by_role("button", name="Keep and look at it").click()
    yield "desk-look"
    await studio.open("/desk")
    yield "desk"


async def clicks(studio: Studio) -> AsyncIterator[str]:
    """What opening an article did."""
    await studio.open(OPENNESS)
    page = await studio.open("/clicks")
    await page.get_by_role("row").filter(has_text="ArticleViewed").first.wait_for()
    await page.wait_for_timeout(2_500)  # Until the others have reacted, and the page has asked again.
    yield "clicks"


async def mailbox(studio: Studio) -> AsyncIterator[str]:
    """The local mailbox, and a mail in it."""
    await studio.page.goto(studio.mailbox)
    yield "mailbox"
    await studio.page.get_by_role("main").get_by_role("link").first.click()
    yield "mail"


SCENES = (
    Scene(
        pages(
            home="/",
            topic="/topics/open-government",
            topics="/topics",
            region="/regions/asia-pacific",
            series="/series/partnerships",
            search="/search?q=open+data",
            board="/board",
            webinars="/webinars",
            surveys="/surveys",
            survey="/surveys/what-stops-you",
            log_in="/log-in",
            status="/status",
            accessibility="/accessibility",
            display="/display",
            not_found="/nothing-is-here",
        )
    ),
    Scene(article),
    Scene(wall),
    Scene(joining),
    Scene(suggestion, "Official in Wellington"),
    Scene(webinar, "Official in Wellington"),
    Scene(
        pages(
            case_study=WALLED,
            account="/account",
            preferences="/preferences",
            suggest="/suggestions/new",
            forbidden="/desk",
        ),
        "Official in Wellington",
    ),
    Scene(desk, "Editor"),
    Scene(pages(reviews="/staff/reviews"), "Community manager"),
    Scene(clicks),
    Scene(mailbox),
    Scene(pages(home_ar="/", article_ar=OPENNESS, join_ar="/join", webinars_ar="/webinars"), language="ar"),
    Scene(pages(home_fr="/"), language="fr"),
)

KEPT = ("home", "article", "wall", "survey", "search", "webinar", "join-1-address", "desk-look", "clicks", "article-ar")
"""What `docs/pictures` shows of them."""
