"""An article's count of comments follows what community says, whatever way it comes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from services.content.app import service
from services.content.consumers import TABLE
from services.content.model.comments import CommentFact, Register, differences, merge
from shared.envelope import encode_event
from shared.events.community import CommentErased, CommentHidden, CommentPosted
from shared.ids import new_id
from shared.rebuilding import Findings, told
from tests.services.content.conftest import NOON, House, _envelope
from tests.support import assert_index_used, create_topics, write_messages


def posted(comment: str, article: str, revision: int = 1) -> CommentPosted:
    return CommentPosted(comment_id=comment, article_id=article, author_id="amina", posted_at=NOON, revision=revision)


def hidden(comment: str, article: str, revision: int = 2) -> CommentHidden:
    return CommentHidden(comment_id=comment, article_id=article, hidden_at=NOON, revision=revision)


def erased(comment: str, article: str, revision: int = 3) -> CommentErased:
    return CommentErased(comment_id=comment, article_id=article, erased_at=NOON, revision=revision)


async def shown(house: House, slug: str = "openness") -> int:
    """The count that readers see."""
    comments: int = (await house.read(slug)).json()["comments"]
    return comments


async def test_comments_are_counted_and_hidden_and_erased_ones_are_not(house: House) -> None:
    article = (await house.publish("openness"))["id"]
    counts = [await shown(house)]

    for events in (
        [posted("first", article), posted("second", article), posted("third", article)],
        [hidden("first", article)],
        [erased("second", article, revision=2)],
        [posted("first", article, revision=3)],
    ):
        await house.hear(*events)
        counts.append(await shown(house))

    assert counts == [0, 3, 2, 1, 2]


async def test_the_same_event_twice_counts_once(house: House) -> None:
    article = (await house.publish("openness"))["id"]

    await house.hear(posted("first", article), id="event-1")
    await house.hear(posted("first", article), id="event-1")
    await house.hear(posted("first", article), id="event-under-another-id")

    assert await shown(house) == 1


async def test_what_comes_late_changes_nothing(house: House) -> None:
    article = (await house.publish("openness"))["id"]

    await house.hear(erased("first", article, revision=3))
    await house.hear(posted("first", article, revision=1))
    await house.hear(hidden("first", article, revision=2))

    assert await shown(house) == 0


async def test_every_event_three_times_and_shuffled_gives_the_same_counts(house: House) -> None:
    openness, ferries = (await house.publish("openness"))["id"], (await house.publish("ferries"))["id"]
    events = [event for article in (openness, ferries) for event in a_discussion(article)]
    randomness = random.Random(7)  # noqa: S311 - shuffling, not secrets

    for _ in range(3):
        randomness.shuffle(events)
        await house.hear(*events)

    assert (await shown(house, "openness"), await shown(house, "ferries")) == (20, 20)


async def test_workers_side_by_side_lose_no_comment(house: House) -> None:
    article = (await house.publish("openness"))["id"]
    envelopes = [("community.comments", _envelope(posted(f"comment-{n}", article), new_id())) for n in range(40)]

    await asyncio.gather(*(house.inbox.apply(envelopes[start::4]) for start in range(4)))

    assert await shown(house) == 40


async def test_an_edit_meanwhile_leaves_the_count_alone(house: House) -> None:
    article = await house.publish("openness")
    await house.hear(posted("first", article["id"]))

    await house.rewrite(article, title="Openness, corrected")

    assert await shown(house) == 1


async def test_a_rebuild_from_the_log_equals_the_live_count(house: House) -> None:
    articles = await three_discussions(house)
    live = [await shown(house, slug) for slug in SLUGS]

    await house.database["comment_registers"].delete_many({})
    await house.database["articles"].update_many({}, {"$set": {"comments": 4711}})
    dry = await rebuild(house, dry=True)
    spoilt = [await shown(house, slug) for slug in SLUGS]
    mended = await rebuild(house)

    rebuilt = [await shown(house, slug) for slug in SLUGS]
    assert rebuilt == live == [20, 20, 0]
    assert spoilt == [4711, 4711, 4711]
    assert (dry.compared, dry.different) == (3, 60 + 3)
    counts = {found["article"]: found["log"] for found in mended.differences if "article" in found}
    assert counts == dict(zip(articles, live, strict=True))


async def test_a_rebuild_of_what_is_right_finds_nothing(house: House) -> None:
    await three_discussions(house)

    found = [await rebuild(house, dry=dry) for dry in (True, False)]

    assert [(findings.compared, findings.different) for findings in found] == [(3, 0), (3, 0)]


async def test_a_dry_run_knows_what_the_counts_would_become(house: House) -> None:
    articles = await three_discussions(house)
    await house.database["comment_registers"].delete_many({"article_id": articles[0]})

    dry = await rebuild(house, dry=True)

    assert {tuple(sorted(found)) for found in dry.differences} == {("comment", "kept", "log")}


async def test_a_rebuild_forgets_nothing_that_the_log_no_longer_holds(house: House) -> None:
    article = (await house.publish("openness"))["id"]
    await create_topics(house.deps.kafka, "community.comments")
    await house.hear(posted("from-last-year", article))
    await house.database["articles"].update_many({}, {"$set": {"comments": 4711}})

    await rebuild(house)

    assert await shown(house) == 1


async def test_registers_are_found_by_index(house: House) -> None:
    registers = house.database["comment_registers"]

    await assert_index_used(registers.find({"article_id": "openness", "visible": True}))
    await assert_index_used(registers.find({"_id": {"$in": ["first", "second"]}}))


def test_all_three_events_go_to_one_handler_so_that_they_stay_in_order() -> None:
    assert len({id(handler) for handler in TABLE.values() if handler is TABLE[CommentPosted]}) == 1
    assert TABLE[CommentPosted] is TABLE[CommentHidden] is TABLE[CommentErased]


FACTS = st.lists(
    st.builds(
        lambda make, comment, revision: make(comment, f"article-of-{comment}", revision),
        st.sampled_from([posted, hidden, erased]),
        st.sampled_from("abc"),
        st.integers(1, 4),
    ).filter(lambda fact: (fact.revision % 2 == 1) == isinstance(fact, CommentPosted)),
    max_size=12,
)


@given(FACTS, st.randoms(use_true_random=False))
def test_no_order_and_no_repetition_changes_what_is_known(facts: list[CommentFact], randomness: random.Random) -> None:
    shuffled = facts * 2
    randomness.shuffle(shuffled)

    assert visible(merge({}, facts)) == visible(one_by_one(shuffled))


@given(FACTS, FACTS)
def test_the_differences_add_up_to_the_count(before: list[CommentFact], after: list[CommentFact]) -> None:
    known = merge({}, before)
    changed = merge(known, after)

    counts = {article: sum(1 for r in known.values() if r == (article, r.revision, True)) for article in articles_of()}
    for article, step in differences(known, changed).items():
        counts[article] += step

    together = {**known, **changed}
    assert counts == {
        article: sum(1 for r in together.values() if r.article_id == article and r.visible) for article in articles_of()
    }


def articles_of() -> list[str]:
    return [f"article-of-{comment}" for comment in "abc"]


def one_by_one(facts: Iterable[CommentFact]) -> dict[str, Register]:
    known: dict[str, Register] = {}
    for fact in facts:
        known |= merge(known, [fact])
    return known


def visible(registers: dict[str, Register]) -> dict[str, tuple[int, bool]]:
    return {comment: (register.revision, register.visible) for comment, register in registers.items()}


def a_discussion(article: str) -> list[CommentFact]:
    """Thirty comments, of which ten are hidden, five of those shown again, and five others erased."""
    facts: list[CommentFact] = [posted(f"{article}-{number}", article) for number in range(30)]
    facts += [hidden(f"{article}-{number}", article) for number in range(10)]
    facts += [posted(f"{article}-{number}", article, revision=3) for number in range(5)]
    facts += [erased(f"{article}-{number}", article, revision=2) for number in range(10, 15)]
    return facts


SLUGS = ("openness", "ferries", "trust")


async def three_discussions(house: House) -> list[str]:
    """Publish three items, have two of them discussed, on Kafka twice and heard of once; returns the items' ids."""
    articles = [(await house.publish(slug))["id"] for slug in SLUGS]
    events = [event for article in articles[:2] for event in a_discussion(article)]
    await create_topics(house.deps.kafka, "community.comments")
    await write_messages(house.deps.kafka, [encode_event(event, new_id(), NOON) for event in events for _ in range(2)])
    await house.hear(*events)
    return articles


async def rebuild(house: House, *, dry: bool = False) -> Findings:
    """As the command does."""
    rebuildable = service.rebuilds["comment-counts"]
    return await rebuildable.rebuild(house.deps, told(house.deps.kafka, rebuildable.events), dry)
