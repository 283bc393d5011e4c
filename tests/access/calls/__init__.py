"""How each operation is called: with something to do it to, fresh each time."""

from __future__ import annotations

from shared.events.accounts import MemberJoined
from shared.events.content import ArticlePublished, WebinarScheduled
from tests.access.calls import accounts, articles, community, others, surveys, webinars
from tests.access.calls.accounts import member
from tests.access.calls.articles import put_shelf
from tests.access.calls.community import suggestion
from tests.access.calls.registry import CALLS
from tests.access.town import ACTORS, LATER, NOW, PASSWORD, ROLES, Town

__all__ = ["CALLS", "accounts", "articles", "community", "move_in", "others", "suggestion", "surveys", "webinars"]


async def move_in(town: Town) -> None:
    """Make everybody a member, and let the neighbours know of them and of an article."""
    for actor in ACTORS[1:]:
        town.ids[actor] = (await member(town, password=PASSWORD, roles=ROLES.get(actor, [])))["id"]
    joined = [MemberJoined(member_id=id_, standing="member", joined_at=NOW) for id_ in town.ids.values()]
    article = ArticlePublished(
        article_id="openness",
        slug="openness",
        kind="article",
        title="Openness",
        reading_minutes=5,
        published_at=NOW,
        revision=1,
    )
    webinar = WebinarScheduled(
        webinar_id="asia-pacific",
        slug="asia-pacific",
        title="Open government",
        starts_at=LATER,
        ends_at=LATER,
        wall_time="2030-01-01T13:30:00",
        zone="Asia/Singapore",
        scheduled_at=NOW,
    )
    await town.hear("community", *joined, article, webinar)
    await town.hear("metering", article)
    for actor in ("editor", "admin"):
        await put_shelf(town, "putTopic", f"topic-of-{actor}")
