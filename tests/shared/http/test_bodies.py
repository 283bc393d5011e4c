from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.http import clean_prose, clean_text


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
