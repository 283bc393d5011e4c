"""How long it takes to read: formula 1."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.content.model.reading import Reading, minutes, reading_of


@pytest.mark.parametrize(
    ("text", "words", "characters", "expected"),
    [
        ("", 0, 0, 0),
        (" \n\t ", 0, 0, 0),
        ("— … / !", 0, 0, 0),
        ("word", 1, 0, 1),
        ("word " * 238, 238, 0, 1),
        ("word " * 239, 239, 0, 2),
        ("word " * 1190, 1190, 0, 5),
        ("字" * 500, 0, 500, 1),
        ("字" * 501, 0, 501, 2),
        ("word " * 119 + "字" * 250, 119, 250, 1),
        ("word " * 119 + "字" * 251, 119, 251, 2),
        ("Открытость и доверие", 3, 0, 1),
        ("खुलापन और भरोसा", 3, 0, 1),
        ("الانفتاح والثقة", 2, 0, 1),
        ("개방성과 신뢰", 2, 0, 1),
        ("オープンガバメントとは", 0, 11, 1),
        ("在新加坡的1.30pm网络研讨会", 1, 10, 1),
        ("don't Asia-Pacific 1.30pm plenary.example", 4, 0, 1),
        ("open—plainly so/too", 4, 0, 1),
    ],
)
def test_each_script_is_counted_in_its_own_way(text: str, words: int, characters: int, expected: int) -> None:
    assert reading_of(text) == Reading(minutes=expected, words=words, characters=characters, formula=1)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_minutes_are_the_sum_rounded_up(words: int, characters: int) -> None:
    exact = (words * 500 + characters * 238, 238 * 500)

    found = minutes(words, characters)

    assert (found - 1) * exact[1] < exact[0] <= found * exact[1]


@given(st.text(max_size=200), st.text(max_size=200))
def test_more_to_read_never_takes_less(text: str, more: str) -> None:
    assert reading_of(f"{text} {more}").minutes >= reading_of(text).minutes


@pytest.mark.parametrize("flood", ["!" * 524_288, "a" * 524_288, "-a" * 262_144, "字a" * 131_072, "/" * 524_288])
def test_no_text_takes_long_to_count(flood: str) -> None:
    began = time.process_time()

    reading_of(flood)

    assert time.process_time() - began < 2.0
