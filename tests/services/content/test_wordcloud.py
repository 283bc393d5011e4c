"""The word cloud: counted, weighed, drawn without collisions, the same bytes for the same answers."""

import csv
import re
from io import StringIO
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.content.model.wordcloud import Cloud, as_csv, as_list, as_svg, cloud_of, tally
from services.content.model.wordcloud.layout import MOST_WORDS, Layout, Placed, lay_out
from services.content.model.wordcloud.metrics import extent_of, width_of
from services.content.model.wordcloud.picture import INKS, PAPER, QUIET
from tests.services.content.officials import ANSWERS, QUESTION
from tests.support import examples

SVG = "{http://www.w3.org/2000/svg}"
WORD = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x30FF, categories=["L", "N", "P", "S", "Zs"]), max_size=40
)
ANSWER = st.lists(WORD, min_size=1, max_size=5)


def draw(answers: list[list[str]], *, least: int = 1) -> Cloud:
    return cloud_of(tally(answers), least=least)


def shape(place: Placed) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the letters themselves."""
    extent = extent_of(place.word.term)
    left = place.x - place.width / 2
    top, bottom = place.y - extent.above * place.size / 1000, place.y + extent.below * place.size / 1000
    return left, top, left + place.width, bottom


def collisions(layout: Layout) -> list[tuple[str, str]]:
    return [
        (one.word.term, other.word.term)
        for one, other in combinations(layout.placed, 2)
        if shape(one)[0] < shape(other)[2]
        and shape(other)[0] < shape(one)[2]
        and shape(one)[1] < shape(other)[3]
        and shape(other)[1] < shape(one)[3]
    ]


def texts(svg: str) -> list[str]:
    root = ET.fromstring(svg)  # noqa: S314 - our own
    return [text.text or "" for text in root.iterfind(f"{SVG}g/{SVG}text")]


def test_of_fifty_officials_the_five_that_matter_most_are_the_largest() -> None:
    cloud = cloud_of(tally(ANSWERS), least=3)

    assert cloud.respondents == 50
    assert {word.term for word in cloud.words[:5]} == {
        "transparency",
        "openness",
        "trust",
        "understanding",
        "integrity",
    }
    assert 28 <= len(cloud.words) <= 34


def test_a_weight_is_the_square_root_of_the_share_of_the_first() -> None:
    answers = [["trust"]] * 16 + [["openness"]] * 4 + [["courage"]] * 8

    weights = {word.term: word.weight for word in draw(answers).words}

    assert weights == {"trust": 1.0, "courage": 0.7071, "openness": 0.5}


def test_one_respondent_counts_once_for_a_term_however_often_it_is_said() -> None:
    cloud = draw([["Trust", "trust!"], ["TRUST"], ["trust"]])

    assert [(word.term, word.respondents) for word in cloud.words] == [("trust", 3)]


def test_a_term_is_shown_as_most_people_typed_it() -> None:
    assert draw([["GovTech"], ["govtech"], ["GovTech"]]).words[0].term == "GovTech"


def test_terms_of_fewer_than_k_people_are_withheld_and_counted() -> None:
    answers = [["trust", "my boss"], ["trust", "bees"], ["trust", "bees"]]

    cloud = draw(answers, least=3)

    assert [word.term for word in cloud.words] == ["trust"]
    assert (cloud.withheld, cloud.least) == (2, 3)
    assert "boss" not in as_svg(cloud, QUESTION) + as_csv(cloud) + as_list(cloud, QUESTION)


def test_a_hidden_term_is_left_out_and_its_absence_counted() -> None:
    cloud = cloud_of(tally([["trust", "rude"]] * 4), least=3, hidden={"rude"})

    assert [word.term for word in cloud.words] == ["trust"]
    assert (cloud.hidden, cloud.withheld) == (1, 0)


def test_a_synonym_counts_for_the_other_and_each_respondent_once() -> None:
    answers = [["openness"], ["open", "openness"], ["Open!"]]

    counted = tally(answers, {"open": "openness"})

    assert [(count.term, count.respondents) for count in counted.counts] == [("openness", 3)]


@pytest.mark.parametrize("answers", [0, 1, 2, 50])
def test_how_many_answered_is_always_stated(answers: int) -> None:
    cloud = draw([["trust"]] * answers, least=3)

    statement = "1 person answered" if answers == 1 else f"{answers} people answered"
    assert statement in as_svg(cloud, QUESTION)
    assert statement in as_list(cloud, QUESTION)
    assert cloud.statement == statement


def test_the_same_answers_in_any_order_are_the_same_bytes() -> None:
    forwards, backwards = draw(ANSWERS), draw([answer[::-1] for answer in reversed(ANSWERS)])

    assert as_svg(forwards, QUESTION) == as_svg(backwards, QUESTION)
    assert as_csv(forwards) == as_csv(backwards)
    assert as_list(forwards, QUESTION) == as_list(backwards, QUESTION)


@given(st.lists(ANSWER, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=examples(60), deadline=None)
def test_no_order_of_any_answers_changes_the_picture(answers: list[list[str]], chance: object) -> None:
    shuffled = [list(answer) for answer in answers]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    for answer in shuffled:
        chance.shuffle(answer)  # type: ignore[attr-defined]

    assert as_svg(draw(shuffled), QUESTION) == as_svg(draw(answers), QUESTION)


@given(st.lists(ANSWER, max_size=30))
@settings(max_examples=examples(60), deadline=None)
def test_no_word_lies_over_another_or_outside_the_picture(answers: list[list[str]]) -> None:
    layout = lay_out(draw(answers).words)

    assert collisions(layout) == []
    for place in layout.placed:
        left, top, right, bottom = shape(place)
        assert left >= 0
        assert top >= 0
        assert right <= layout.width
        assert bottom <= layout.height


def test_the_picture_has_real_text_upright_and_large_enough_to_read() -> None:
    svg = as_svg(draw(ANSWERS, least=3), QUESTION)
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)]

    assert texts(svg)[0] == "transparency"
    assert "rotate" not in svg
    assert min(sizes) >= 17  # In a picture 960 wide.
    assert ET.fromstring(svg).get("viewBox", "").startswith("0 0 960 ")  # noqa: S314 - our own


def test_a_word_states_its_width_so_that_any_face_fits() -> None:
    svg = as_svg(draw([["trust"]] * 3), QUESTION)

    (word,) = ET.fromstring(svg).iterfind(f"{SVG}g/{SVG}text")  # noqa: S314 - our own
    assert word.get("lengthAdjust") == "spacingAndGlyphs"
    assert float(word.get("textLength", 0)) == pytest.approx(2.222 * float(word.get("font-size", 0)), rel=0.01)


def test_every_ink_is_legible_on_the_paper() -> None:
    def luminance(colour: str) -> float:
        channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    for ink in (*INKS, QUIET):
        assert (luminance(PAPER) + 0.05) / (luminance(ink) + 0.05) >= 4.5, ink


def test_what_looks_like_markup_is_only_text() -> None:
    cloud = draw([["<script>alert(1)</script>", "a & b"]] * 3)

    svg, listed = as_svg(cloud, 'Say "<b>"'), as_list(cloud, 'Say "<b>"')

    assert sorted(texts(svg)) == ["<script>alert(1)</script>", "a & b"]
    assert "<script" not in svg + listed
    assert "<b>" not in svg + listed


def test_the_csv_is_read_back_and_never_run() -> None:
    cloud = draw([['=1+1, "x"', "trust"]] * 2 + [["trust"]])

    rows = list(csv.DictReader(StringIO(as_csv(cloud))))

    assert rows[0] == {"term": "trust", "respondents": "3", "answered": "3", "weight": "1.0000"}
    assert rows[1]["term"].startswith("'=1+1")


def test_a_thousand_different_words_are_drawn_as_the_sixty_first() -> None:
    answers = [[f"word{number}"] for number in range(1000)]

    svg = as_svg(draw(answers), QUESTION)

    assert len(texts(svg)) == MOST_WORDS
    assert f"{1000 - MOST_WORDS} smaller words in the list" in svg


def test_widths_are_those_of_helvetica() -> None:
    assert width_of("i", bold=False) == 222
    assert width_of("m", bold=False) == 833
    assert width_of("é", bold=True) == width_of("e", bold=True) == 556
    assert width_of("透明", bold=False) == 2000
    assert width_of("e\N{COMBINING DOUBLE ACUTE ACCENT}", bold=False) == width_of("e", bold=False)
