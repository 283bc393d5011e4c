"""The archive is sound as it lies there: nothing is missing, and everything it refers to exists."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from demo import archive
from services.content.markdown import Rendered, render
from services.content.model.reading import reading_of
from services.content.model.terms import key_of
from services.content.model.wordcloud.counting import Cloud, cloud_of, tally
from services.content.schemas.articles import ImportedArticle
from services.content.schemas.surveys import ImportedSurvey
from services.content.schemas.webinars import ImportedWebinar
from services.content.store.geography import load_geography

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
MAIN = "what-openness-means-to-public-servants"
INTERNAL = re.compile(r"\]\(/(articles|topics|regions|series|webinars)/([a-z0-9-]+)\)")

ARTICLES = {article["slug"]: article for article in archive.articles(NOW)}
WEBINARS = {webinar["slug"]: webinar for webinar in archive.webinars(NOW)}
SURVEYS = {survey["slug"]: (survey, rulings) for survey, rulings in archive.surveys(NOW)}
THREADS = archive.threads(NOW)


def rendered(slug: str) -> Rendered:
    return render(ARTICLES[slug]["body"])


def cloud(slug: str) -> Cloud:
    survey, rulings = SURVEYS[slug]
    merged = {key_of(ruling["term"]): key_of(ruling["into"]) for ruling in rulings}
    return cloud_of(tally([answer["terms"] for answer in survey["answers"]], merged), least=survey["least"])


@pytest.mark.parametrize("slug", ARTICLES)
def test_every_article_is_taken_and_refers_to_what_there_is(slug: str) -> None:
    article = ARTICLES[slug]

    checked = ImportedArticle.model_validate(article)
    embeds = rendered(slug).embeds

    assert checked.published_at < NOW
    assert set(checked.topics) <= archive.named("topics").keys()
    assert set(checked.regions) <= load_geography().regions.keys()
    assert checked.series is None or checked.series in archive.named("series")
    assert all(embed.id in (SURVEYS if embed.kind == "survey" else WEBINARS) for embed in embeds)
    if checked.kind == "case_study":
        assert checked.country
        assert checked.sector
        assert checked.organisation


def test_the_archive_is_large_and_of_many_kinds_countries_and_years() -> None:
    further = [article for slug, article in ARTICLES.items() if slug != MAIN]

    countries = Counter(article.get("country") for article in further)
    assert len(further) >= 40
    assert {"SE", "AE", "IN", "SG", "NZ", "KE", "CA"} <= {country for country, count in countries.items() if count >= 3}
    assert len(countries) > 20
    assert {article.get("kind", "article") for article in further} == {
        *("article", "case_study", "survey_report", "webinar_notice")
    }
    assert len({article["published_at"][:4] for article in further}) >= 9
    assert max(article["published_at"] for article in further) > (NOW - timedelta(days=7)).isoformat()


@pytest.mark.parametrize("slug", ARTICLES)
def test_every_article_is_as_long_as_a_report(slug: str) -> None:
    words = len(rendered(slug).text.split())

    assert 400 <= words <= (1_190 if slug == MAIN else 900)


def test_no_passage_stands_in_two_articles() -> None:
    passages: defaultdict[str, set[str]] = defaultdict(set)
    for slug in ARTICLES:
        words = rendered(slug).text.split()
        for start in range(len(words) - 11):
            passages[" ".join(words[start : start + 12])].add(slug)

    assert [passage for passage, slugs in passages.items() if len(slugs) > 1] == []


def test_every_topic_and_every_series_has_something_to_read() -> None:
    topics = Counter(topic for article in ARTICLES.values() for topic in article["topics"])
    series = Counter(article.get("series") for article in ARTICLES.values())

    assert all(topics[topic] >= 3 for topic in archive.named("topics"))
    assert all(series[one] >= 3 for one in archive.named("series"))


@pytest.mark.parametrize("slug", ARTICLES)
def test_every_link_within_the_site_leads_somewhere(slug: str) -> None:
    there: dict[str, Any] = {
        "articles": ARTICLES,
        "topics": archive.named("topics"),
        "regions": load_geography().regions,
        "series": archive.named("series"),
        "webinars": WEBINARS,
    }

    links = INTERNAL.findall(ARTICLES[slug]["body"])

    assert [(kind, name) for kind, name in links if name not in there[kind]] == []


def test_the_article_on_openness_takes_five_minutes_and_shows_the_survey() -> None:
    article = ARTICLES[MAIN]

    page = rendered(MAIN)

    assert article["published_at"].startswith("2017-07-14")
    assert reading_of(page.text).minutes == 5
    assert ("survey", "what-openness-means") in page.embeds
    assert ("webinar", "open-government-asia-pacific-2017") in page.embeds
    assert {kind for kind, _ in INTERNAL.findall(article["body"])} >= {"topics", "regions"}


def test_fifty_officials_gave_some_thirty_words_of_which_five_are_the_largest() -> None:
    survey, _ = SURVEYS["what-openness-means"]

    shown = cloud("what-openness-means")

    assert len({answer["respondent"] for answer in survey["answers"]}) == shown.respondents == 50
    assert all(1 <= len(answer["terms"]) <= 5 for answer in survey["answers"])
    assert [word.term for word in shown.words[:5]] == [
        "transparency",
        "openness",
        "trust",
        "understanding",
        "integrity",
    ]
    assert len(shown.words) == 31
    assert shown.withheld > 0


def test_the_answers_are_spelled_in_enough_ways_for_merging_to_matter() -> None:
    survey, rulings = SURVEYS["what-openness-means"]
    typed = {term for answer in survey["answers"] for term in answer["terms"]}

    counted = {key_of(term) for term in typed}

    assert len(typed) > len(counted) > len(counted) - len(rulings)
    assert all(key_of(ruling["term"]) in counted for ruling in rulings)


def test_the_numbers_that_the_article_tells_are_those_of_the_survey() -> None:
    given = {word.term: word.respondents for word in cloud("what-openness-means").words}

    assert [given[term] for term in ("transparency", "openness", "trust", "understanding", "integrity")] == [
        *(26, 22, 19, 16, 13)
    ]
    assert [given[term] for term in ("data", "time", "plain language", "permission")] == [5, 3, 4, 4]
    assert not {"portals", "portal", "dashboard"} & given.keys()


@pytest.mark.parametrize("slug", SURVEYS)
def test_every_survey_is_taken(slug: str) -> None:
    survey, _ = SURVEYS[slug]

    checked = ImportedSurvey.model_validate(survey)

    assert all(
        answer.answered_at is None or checked.opened_at <= answer.answered_at < (checked.closes_at or NOW)
        for answer in checked.answers
    )


def test_one_survey_is_open_to_everyone() -> None:
    open_ones = [survey for survey, _ in SURVEYS.values() if "closes_at" not in survey]

    assert [survey["audience"] for survey in open_ones] == ["everyone"]


@pytest.mark.parametrize("slug", WEBINARS)
def test_every_webinar_is_taken_and_led_by_somebody_on_the_board(slug: str) -> None:
    checked = ImportedWebinar.model_validate(WEBINARS[slug])

    assert checked.host is not None
    assert checked.host.board_member in archive.named("board")
    assert set(checked.topics) <= archive.named("topics").keys()
    assert set(checked.regions) <= load_geography().regions.keys()
    assert checked.series in archive.named("series")


def test_the_asia_pacific_session_of_2017_was_at_half_past_one_in_singapore() -> None:
    session = WEBINARS["open-government-asia-pacific-2017"]

    assert session["time"] == {"wall_time": "2017-07-31T13:30", "zone": "Asia/Singapore", "minutes": 60}
    assert session["recording"]["url"].startswith("https://")


def test_sessions_to_come_are_there_for_every_part_of_the_world() -> None:
    today = NOW.date().isoformat()

    ahead = [
        one for one in WEBINARS.values() if one["time"]["wall_time"] > today and one["series"] == "open-government"
    ]

    assert {region for one in ahead for region in one["regions"]} == load_geography().regions.keys() - {"middle-east"}


def test_nobody_can_be_written_to_and_every_role_is_there() -> None:
    people = archive.people().values()

    assert all(person["email"].endswith(".example") for person in people)
    assert len({person["email"] for person in people}) == len(people) >= 20
    assert {role for person in people for role in person.get("roles", ())} == {
        "editor",
        "moderator",
        "community_manager",
    }
    assert {person.get("standing") for person in people} == {"official", "member", None}
    assert not any("password" in person for person in people)
    assert set(archive.log_ins()) < set(archive.people())


def said(comments: list[dict[str, Any]], after: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Every comment of a discussion, with the time of what it answers."""
    for comment in comments:
        yield comment, after
        yield from said(comment["replies"], comment["at"])


@pytest.mark.parametrize("slug", THREADS)
def test_every_comment_is_by_somebody_and_comes_after_what_it_answers(slug: str) -> None:
    people = archive.people().keys()

    comments = list(said(THREADS[slug], ARTICLES[slug]["published_at"]))

    assert all({comment["by"], *comment.get("helpful_to", ())} <= people for comment, _ in comments)
    assert all(comment["by"] not in comment.get("helpful_to", ()) for comment, _ in comments)
    assert all(after < comment["at"] < NOW.isoformat() for comment, after in comments)
    assert any(comment["replies"] for comment, _ in comments)


def test_suggestions_have_got_as_far_as_they_can_be() -> None:
    people, suggestions = archive.people().keys(), archive.named("suggestions").values()

    states = {(one.get("moves") or [{"state": "new"}])[-1]["state"] for one in suggestions}

    assert states == {"new", "triaged", "planned", "scheduled", "declined"}
    for one in suggestions:
        steps = one.get("moves", [])
        assert {one["by"], *one["supporters"], *(step["by"] for step in steps)} <= people
        assert {step["webinar"] for step in steps if "webinar" in step} <= WEBINARS.keys()
        assert [one["at"], *(step["at"] for step in steps)] == sorted([one["at"], *(step["at"] for step in steps)])


def test_what_is_counted_in_days_ago_is_in_the_past_whenever_it_is_put_in() -> None:
    for moment in (NOW, NOW.replace(hour=0, minute=0), NOW + timedelta(days=400)):
        newest = archive.articles(moment)[-1]["published_at"]

        assert newest < moment.strftime("%Y-%m-%dT%H:%M:%SZ")
