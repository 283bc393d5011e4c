"""What people type, and what it is counted as."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.content.model.terms import distinct, key_of, shown


@pytest.mark.parametrize(
    ("typed", "counted_as"),
    [
        ("Trust", "trust"),
        ("  open   data ", "open data"),
        ("Open-Data!", "open data"),
        ("\uff34\uff32\uff35\uff33\uff34", "trust"),  # Full width, as typed on a Japanese keyboard.
        ("citizens\N{RIGHT SINGLE QUOTATION MARK} voice", "citizens voice"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("«ouverture»", "ouverture"),
        ("cafe\N{COMBINING ACUTE ACCENT}", "café"),
        ("C++", "c++"),
        ("透明性", "透明性"),
        ("?!", ""),
    ],
)
def test_case_punctuation_and_unicode_forms_are_merged(typed: str, counted_as: str) -> None:
    assert key_of(typed) == counted_as


def test_an_accent_makes_another_word() -> None:
    assert key_of("résumé") != key_of("resume")


def test_a_term_is_shown_as_typed_without_what_wraps_it() -> None:
    assert shown(' "Open   Data!" ') == "Open Data"
    assert shown("e-government") == "e-government"
    assert shown("#C++") == "C++"


def test_a_thing_said_twice_in_one_answer_is_one_term() -> None:
    assert distinct(["Trust", "openness", "TRUST!", "Openness"]) == ("Trust", "openness")


@given(st.text(max_size=60))
def test_what_a_term_is_counted_as_is_counted_as_itself(typed: str) -> None:
    once = key_of(typed)

    assert key_of(once) == once


@given(st.text(max_size=60))
def test_what_is_shown_is_counted_as_what_was_typed(typed: str) -> None:
    assert key_of(shown(typed)) == key_of(typed)
