from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from shared.http import Body, InstantAsked, clean_prose, clean_text


class Policy(Body):
    limit: int | None = Field(default=None, ge=0)
    share: float = 0.5
    open: bool = False
    starts_at: AwareDatetime | None = None
    note: str | int = ""


@pytest.mark.parametrize(
    "name",
    [
        "Amina Wanjirũ",
        "Māori Language Commission",
        "Nguyễn Thị Lệ",
        "محمد بن راشد",
        "प्रिया शर्मा",
        "李光耀",
        "Ωραία ᾧ",
        "Seán Ó Briain",
    ],
)
def test_names_of_all_the_world_are_taken(name: str) -> None:
    assert clean_text(name) == unicodedata.normalize("NFC", name)


def test_a_name_written_in_two_ways_is_one_name() -> None:
    assert clean_text("Åsa") == clean_text("A\u030asa")


@pytest.mark.parametrize(
    "text",
    [
        "First line\nSecond line",
        "A family \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "क्\u200dष",
        "Column\tcolumn",
    ],
)
def test_prose_keeps_lines_emoji_and_joiners(text: str) -> None:
    assert clean_prose(text) == unicodedata.normalize("NFC", text)


def test_prose_ends_its_lines_in_one_way() -> None:
    assert clean_prose("one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    "text", ["a\x00b", "a\u202eb", "a\u2067b", "a\x1b[2Jb", "a\u200bb", "a\ufeffb", "e" + "\u0301" * 30]
)
def test_prose_holds_nothing_that_deceives(text: str) -> None:
    with pytest.raises(ValueError, match="must not"):
        clean_prose(text)


@given(st.text(max_size=50))
def test_what_was_cleaned_is_clean(text: str) -> None:
    for clean in (clean_text, clean_prose):
        try:
            once = clean(text)
        except ValueError:
            continue
        assert clean(once) == once
        assert "\x00" not in once


@pytest.mark.parametrize(
    "body",
    [
        {"limit": 3, "share": 1, "open": True, "starts_at": "2017-07-31T13:30:00+08:00", "note": "3"},
        {"limit": 3.0, "share": 0.25, "open": False, "starts_at": None, "note": 3},
        {"limit": None},
    ],
)
def test_what_is_of_its_kind_is_taken(body: dict[str, Any]) -> None:
    Policy.model_validate(body)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", "3"),
        ("limit", True),
        ("limit", 3.5),
        ("share", "0.5"),
        ("share", False),
        ("open", 1),
        ("open", "yes"),
        ("starts_at", 0),
        ("starts_at", 1501479000.5),
        ("starts_at", "1501479000"),
        ("starts_at", "20170731"),
        ("starts_at", True),
        ("starts_at", ["2017-07-31T13:30:00Z"]),
    ],
)
def test_what_would_have_to_be_turned_into_its_kind_is_refused_where_it_stands(field: str, value: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        Policy.model_validate({field: value})

    assert [error["loc"] for error in refused.value.errors()] == [(field,)]


@pytest.mark.parametrize("value", ["0", "0.5", "1501479000", "yesterday"])
def test_an_instant_in_a_query_is_written_out(value: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(InstantAsked).validate_python(value)
