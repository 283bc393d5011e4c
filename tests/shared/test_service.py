from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from pymongo import ASCENDING, DESCENDING, IndexModel

from shared.envelope import Undecodable
from shared.inbox import Inbox
from shared.mongo import Client, Database, ensure_indexes
from shared.parked import Parked, Record
from tests.doors import GATEWAY_KEY
from tests.shared.conftest import Lines
from tests.shared.http.library import library

PLACE = "content.views/0/7"


def run(*arguments: str) -> Any:
    """The exit code of a command of the library."""
    with pytest.raises(SystemExit) as ended:
        library.main(arguments)
    return ended.value.code


def test_the_settings_are_listed_without_any_being_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("settings") == 0

    assert "| `LIBRARY_MONGODB_URI` | required |" in capsys.readouterr().out


def test_the_openapi_document_is_printed_the_same_every_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("openapi") == 0
    first = capsys.readouterr().out
    assert run("openapi") == 0

    assert capsys.readouterr().out == first
    assert orjson.loads(first)["info"]["title"] == "Library"


def test_what_is_wrong_with_the_settings_is_said_in_a_line_each(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIBRARY_PORT", "seven")
    monkeypatch.setenv("LIBRARY_GATEWAY_KEY", "hunter2")

    assert run("api") == 2

    said = capsys.readouterr().err
    assert "LIBRARY_MONGODB_URI: Field required" in said
    assert "LIBRARY_PORT: Input should be a valid integer" in said
    assert "hunter2" not in said
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [(), ("dance",), ("dead",), ("dead", "show")])
def test_an_unknown_command_is_explained(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*arguments) == 2

    assert "usage: python -m services.library" in capsys.readouterr().err


@pytest.fixture
async def dead_letter(database: Database, mongodb: Client) -> None:
    """A record that nobody could read."""
    await ensure_indexes(database, {})
    parked = Parked(database, Inbox(mongodb, database, {}, {}, None), service="library")
    record = Record("content.views", 0, 7, b"openness", b"\xff{", [("ce_type", b"plenary.content.ArticleViewed.v1")])
    await parked.bury(record, Undecodable("the data are no ArticleViewed"))


@pytest.fixture
def surroundings(database: Database, mongodb_uri: str, monkeypatch: pytest.MonkeyPatch, logged: Lines) -> None:
    monkeypatch.setenv("LIBRARY_MONGODB_URI", mongodb_uri)
    monkeypatch.setenv("LIBRARY_MONGODB_DATABASE", database.name)
    monkeypatch.setenv("LIBRARY_GATEWAY_KEY", GATEWAY_KEY)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.usefixtures("dead_letter", "surroundings")
def test_dead_letters_are_listed_shown_and_replayed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dead", "list") == 0
    [listed] = lines(capsys)
    assert run("dead", "show", PLACE) == 0
    [shown] = lines(capsys)
    assert run("dead", "replay", "all") == 0
    [replayed] = lines(capsys)

    assert listed["_id"] == PLACE
    assert listed["reason"] == "the data are no ArticleViewed"
    assert shown["record"]["value"] == "\ufffd{"
    assert shown["record"]["key"] == "openness"
    assert replayed == {"replayed": 1}


@pytest.mark.usefixtures("dead_letter", "surroundings")
def test_a_dead_letter_is_dropped_for_good(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dead", "discard", PLACE) == 0
    assert run("dead", "list") == 0

    assert lines(capsys) == [{"discarded": 1}]


@pytest.mark.usefixtures("surroundings")
def test_a_dead_letter_that_is_not_there_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("dead", "show", "content.views/0/8") == 1

    assert "There is no dead letter with this id" in capsys.readouterr().err


async def test_an_index_that_an_earlier_release_made_otherwise_is_made_anew(database: Database) -> None:
    await ensure_indexes(database, {"books": [IndexModel([("title", ASCENDING)], name="by_title")]})
    wanted = {"books": [IndexModel([("title", ASCENDING), ("year", DESCENDING)], name="by_title")]}

    await asyncio.gather(*(ensure_indexes(database, wanted) for _ in range(3)))

    assert (await database["books"].index_information())["by_title"]["key"] == [("title", 1), ("year", -1)]
