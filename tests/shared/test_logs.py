from __future__ import annotations

import io
import json
import logging
import time
from typing import Any

import orjson
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared import logs, trace
from tests.shared.conftest import Lines

log = structlog.get_logger("tests")
TOKEN = "eyJhbGciOiJFZERTQSIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiJhbWluYSJ9.c2lnbmF0dXJl"


def test_a_line_says_who_speaks_of_which_event_in_which_journey(logged: Lines) -> None:
    step = trace.new()

    with logs.about(event_id="0190", cause="content.views"), trace.entered(step):
        log.info("meter.advanced", used=2)

    [line] = logged()
    assert line["event"] == "meter.advanced"
    assert (line["service"], line["role"], line["level"]) == ("library", "api", "info")
    assert (line["event_id"], line["cause"], line["used"]) == ("0190", "content.views", 2)
    assert line["trace_id"] == step.trace_id
    assert line["time"].endswith("Z")


def test_what_was_bound_for_one_event_is_not_said_of_the_next(logged: Lines) -> None:
    with logs.about(event_id="0190"):
        pass
    log.info("quiet")

    assert "event_id" not in logged()[0]


@pytest.mark.parametrize(
    ("context", "secret"),
    [
        ({"password": "hunter2"}, "hunter2"),
        ({"access_token": "abcdef"}, "abcdef"),
        ({"Authorization": "Bearer abcdef"}, "abcdef"),
        ({"headers": {"cookie": "plenary_reader=abcdef"}}, "abcdef"),
        ({"code": "482913"}, "482913"),
        ({"code": 482913}, "482913"),
        ({"api_key": b"abcdef"}, "abcdef"),
        ({"email": "amina@example.org"}, "amina"),
        ({"to": "Amina <amina@example.org>"}, "amina@"),
        ({"why": "no member with åsa.öberg@regeringen.se here"}, "regeringen"),
        ({"uri": "mongodb://content:hunter2@db:27017/?replicaSet=rs0"}, "hunter2"),
        ({"url": "https://plenary.example/proofs?token=abcdef&x=1"}, "abcdef"),
        ({"why": f"cannot read {TOKEN}"}, "eyJ"),
        ({"why": "sent Bearer abcdefgh"}, "abcdefgh"),
        ({"deep": [{"list": [{"client_secret": "hunter2"}]}]}, "hunter2"),
        ({"amina@example.org": 1}, "amina"),
    ],
)
def test_secrets_and_addresses_are_taken_out(logged: Lines, context: dict[str, Any], secret: str) -> None:
    log.info("told", **context)

    [line] = logged()
    assert secret not in json.dumps(line, ensure_ascii=False)


def test_what_a_stack_trace_says_is_redacted_too(logged: Lines) -> None:
    try:
        int("amina@example.org has password=hunter2")
    except ValueError:
        log.exception("failed")

    [line] = logged()
    assert "ValueError" in line["exception"]
    assert "amina" not in line["exception"]
    assert "password=[secret]" in line["exception"]


def test_libraries_speak_in_the_same_voice(logged: Lines) -> None:
    logging.getLogger("aiokafka.conn").warning("cannot reach %s\nas %s", "broker", "amina@example.org")
    logging.getLogger("aiokafka.conn").info("all the small talk")

    [line] = logged()
    assert line["event"] == "cannot reach broker\nas [address]"
    assert (line["service"], line["level"]) == ("library", "warning")


def test_a_library_that_repeats_itself_is_heard_once(logged: Lines) -> None:
    for _ in range(100):
        logging.getLogger("aiokafka").error("Topic %s not found", "content.views")
    logging.getLogger("aiokafka").error("Topic %s not found", "content.articles")

    assert [line["event"] for line in logged()] == ["Topic content.views not found", "Topic content.articles not found"]


@pytest.mark.parametrize(
    "attack",
    [
        'x\n{"event":"admin.granted","level":"info"}',
        "x\r\nGET /admin HTTP/1.1",
        '","level":"critical","event":"',
        "\x1b[2J\x1b[31mred",
        "\x9b31mred",
        "\u2028next\u2029line",
        "\u202egnirts desrever",
        "lone \ud800 surrogate",
        "\x00",
    ],
)
def test_no_text_ends_a_line_or_paints_a_terminal(attack: str) -> None:
    written = io.StringIO()
    before, handlers = structlog.get_config(), logging.root.handlers[:]
    logs.configure("library", "api", stream=written)

    log.info("said", what=attack, **{attack: 1})
    structlog.configure(**before)
    logging.root.handlers[:] = handlers

    text = written.getvalue()
    assert text.count("\n") == 1
    assert text.endswith("\n")
    assert not [character for character in text[:-1] if not character.isprintable()]
    assert orjson.loads(text)["event"] == "said"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner),
    max_leaves=10,
)


@given(ANYTHING)
def test_whatever_is_logged_is_one_line_of_json(value: Any) -> None:
    line = logs.render(None, "info", {"event": "said", "what": value})

    assert "\n" not in line
    assert orjson.loads(line)["event"] == "said"


@pytest.mark.parametrize("text", ["a." * 50_000, "eyJ-" * 25_000, "@" * 100_000, "x@" * 50_000, "code=" * 20_000])
def test_no_text_takes_long(text: str) -> None:
    began = time.perf_counter()

    logs.redact(text)

    assert time.perf_counter() - began < 0.2


def test_a_long_text_is_cut_and_a_deep_value_is_not_followed(logged: Lines) -> None:
    deep: dict[str, Any] = {}
    deep["inside"] = deep

    log.info("long", text="x" * 1_000_000, deep=deep, many=list(range(100_000)))

    [line] = logged()
    assert len(json.dumps(line)) < 10_000


def test_below_its_level_nothing_is_said(logged: Lines) -> None:
    log.debug("whispered")

    assert logged() == []
