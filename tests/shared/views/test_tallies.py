from datetime import UTC, datetime, timedelta

import pytest

from shared.events.content import ArticleViewed
from shared.views import Count, View
from shared.views.tallies import REMEMBERED, SHELVES, Entry, Shelf, Standing, Tallies

MONDAY = datetime(2026, 7, 6, 9, 30, tzinfo=UTC)
TEN_MINUTES = timedelta(minutes=10)
TOPIC = ArticleViewed.topic


def views_by_topic(view: ArticleViewed) -> list[Count]:
    return [Count(("topic", topic, view.article_id), view.viewed_at, "views") for topic in view.topics]


TRENDING = View(
    name="trending",
    events=(ArticleViewed,),
    count=views_by_topic,
    fields=("dimension", "value", "article_id"),
    bucket=TEN_MINUTES,
    keep=timedelta(days=1),
)


def view_of(article: str, *topics: str, at: datetime = MONDAY) -> ArticleViewed:
    return ArticleViewed(
        view_id="v", reader_id="lena", article_id=article, access="metered", topics=topics, viewed_at=at
    )


def counted(tallies: Tallies) -> dict[Entry, dict[str, int]]:
    shelves, _ = tallies.drain()
    return {entry: counts for entries in shelves.values() for entry, counts in entries}


def test_views_of_one_article_in_one_bucket_add_up() -> None:
    tallies = Tallies(TRENDING)

    tallies.add(3, view_of("open-data", "trust", "openness"), oldest=0, topic=TOPIC, offset=0)
    tallies.add(3, view_of("open-data", "trust", at=MONDAY + timedelta(minutes=9)), oldest=0, topic=TOPIC, offset=1)

    bucket = int(MONDAY.timestamp())
    assert counted(tallies) == {
        Entry(3, bucket, ("topic", "trust", "open-data")): {"views": 2},
        Entry(3, bucket, ("topic", "openness", "open-data")): {"views": 1},
    }


def test_each_partition_and_each_bucket_counts_for_itself() -> None:
    tallies = Tallies(TRENDING)

    tallies.add(0, view_of("open-data", "trust"), oldest=0, topic=TOPIC, offset=2)
    tallies.add(1, view_of("open-data", "trust"), oldest=0, topic=TOPIC, offset=3)
    tallies.add(1, view_of("open-data", "trust", at=MONDAY + TEN_MINUTES), oldest=0, topic=TOPIC, offset=4)

    bucket = int(MONDAY.timestamp())
    key = ("topic", "trust", "open-data")
    assert counted(tallies) == {
        Entry(0, bucket, key): {"views": 1},
        Entry(1, bucket, key): {"views": 1},
        Entry(1, bucket + 600, key): {"views": 1},
    }


def test_what_is_too_old_to_show_is_not_counted() -> None:
    tallies = Tallies(TRENDING)

    tallies.add(0, view_of("open-data", "trust"), oldest=TRENDING.start_of(MONDAY + TEN_MINUTES), topic=TOPIC, offset=5)

    assert counted(tallies) == {}


def test_draining_begins_again() -> None:
    tallies = Tallies(TRENDING)
    tallies.add(0, view_of("open-data", "trust"), oldest=0, topic=TOPIC, offset=6)
    tallies.read_up_to(0, "content.views", 41)

    _, positions = tallies.drain()

    assert positions == {(0, "content.views"): 41}
    assert tallies.drain() == ({}, {})


def test_an_id_that_came_lately_is_known_again_and_one_from_long_ago_is_not() -> None:
    tallies = Tallies(TRENDING)

    assert tallies.is_new(0, "first")
    assert not tallies.is_new(0, "first")
    for number in range(2 * REMEMBERED):
        tallies.is_new(0, str(number))

    assert tallies.is_new(0, "first")


def test_a_shelf_and_what_stands_on_it_survive_the_changelog() -> None:
    entry = Entry(5, 1_783_000_000, ("topic", "Öffnung, «zwei»", "a\x1fb"))
    shelf = Shelf.of(entry)
    standing = Standing({entry.key: {"views": 3, "walled": 1}}, {"content.views": 41})

    assert Shelf.decode(shelf.encode()) == shelf
    assert shelf.partition == 5
    assert 0 <= shelf.number < SHELVES
    assert Standing.decode(standing.encode()) == standing
    assert Standing.decode(None) == Standing({}, {})


def test_a_shelf_as_it_was_written_before_it_had_positions_is_still_read() -> None:
    written = b'[[["topic","trust","open-data"],{"views":3}]]'

    assert Standing.decode(written) == Standing({("topic", "trust", "open-data"): {"views": 3}}, {})


def test_a_shelf_that_is_counted_further_than_its_partition_takes_nothing_twice() -> None:
    tallies = Tallies(TRENDING)
    trust = Entry(3, int(MONDAY.timestamp()), ("topic", "trust", "open-data"))
    budgets = Entry(3, int(MONDAY.timestamp()), ("topic", "budgets", "open-data"))
    assert Shelf.of(trust) != Shelf.of(budgets)
    tallies.go_on({Shelf.of(trust): {"content.views": 41}})

    for offset in (41, 42):
        event = view_of("open-data", "trust", "budgets")
        tallies.add(3, event, oldest=0, topic=TOPIC, offset=offset)

    assert counted(tallies) == {trust: {"views": 1}, budgets: {"views": 2}}


@pytest.mark.parametrize(
    ("window", "begins"),
    [
        (timedelta(hours=1), MONDAY - timedelta(minutes=50)),
        (TEN_MINUTES, MONDAY),
        (timedelta(minutes=1), MONDAY),
    ],
)
def test_a_hopping_window_has_whole_buckets_the_present_one_included(window: timedelta, begins: datetime) -> None:
    now = MONDAY + timedelta(minutes=4)

    assert TRENDING.since(now, window) == begins
