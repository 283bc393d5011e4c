"""Finding each word a place: the largest in the middle, the others close around it, none over another.

Words are set in the order of their weight. Each tries the places along the sides of the words that stand already, from
the middle outwards, and takes the first that is free. All figures are whole numbers, tenths of a pixel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.content.model.wordcloud.counting import Word
from services.content.model.wordcloud.metrics import UNIT, extent_of, width_of

WIDTH = 9_600
"""The picture's width."""
MARGIN = 320
LARGEST = 1_200
"""The type of the first word, where it has room for it."""
SMALLEST = 170
"""No type is smaller: words that would be are set at this size, which is legible where the picture is shown at half
its width."""
MOST_WORDS = 60
"""More would be too small to read. The list and the CSV have them all."""
BOLD_FROM = 0.7
"""Words of this weight and more are bold: those that half as many people gave as the first."""
ASPECT = (9, 5)
"""The cloud's shape, breadth to height: it grows outwards evenly in this proportion."""
GAP_X, GAP_Y = 90, 56
"""Room between words, at the larger sizes; less between small ones."""


class Placed(NamedTuple):
    """A word in its place. ``x`` is its middle, ``y`` the line it stands on."""

    word: Word
    x: int
    y: int
    size: int
    width: int
    bold: bool


class Layout(NamedTuple):
    """Words in their places, and the size of the whole."""

    width: int
    height: int
    placed: tuple[Placed, ...]
    left_out: int
    """Words that the picture had no room for."""


class _Box(NamedTuple):
    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: _Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


class _Type(NamedTuple):
    """A word set in type, not yet in a place. ``width`` and ``height`` include half the gap on every side."""

    word: Word
    size: int
    bold: bool
    text_width: int
    width: int
    height: int
    rise: int
    """From the top of the box down to the line the word stands on."""


def lay_out(words: Sequence[Word]) -> Layout:
    """Place the words, in the order given, at the largest size at which the whole fits into the picture's width."""
    chosen = words[:MOST_WORDS]
    largest = LARGEST
    while True:
        layout = _at(chosen, largest, left_out=len(words) - len(chosen))
        if layout.width <= WIDTH or largest <= SMALLEST:
            return _centred(layout)
        # In proportion to what is too much, and always a step: a lattice of whole numbers has no fixed point to miss.
        largest = max(SMALLEST, min(largest - 20, largest * WIDTH // layout.width))


def _at(words: Sequence[Word], largest: int, *, left_out: int) -> Layout:
    boxes: list[_Box] = []
    placed: list[Placed] = []
    for word in words:
        typed = _set(word, largest)
        box = _place(typed, boxes)
        boxes.append(box)
        middle = (box.left + box.right) // 2
        placed.append(Placed(word, middle, box.top + typed.rise, typed.size, typed.text_width, typed.bold))
    left, right = min((box.left for box in boxes), default=0), max((box.right for box in boxes), default=0)
    top, bottom = min((box.top for box in boxes), default=0), max((box.bottom for box in boxes), default=0)
    moved = [place._replace(x=place.x - left + MARGIN, y=place.y - top + MARGIN) for place in placed]
    return Layout(right - left + 2 * MARGIN, bottom - top + 2 * MARGIN, tuple(moved), left_out)


def _centred(layout: Layout) -> Layout:
    """The layout in the middle of the full width."""
    shift = max(0, WIDTH - layout.width) // 2
    return layout._replace(
        width=layout.width + 2 * shift, placed=tuple(place._replace(x=place.x + shift) for place in layout.placed)
    )


def _set(word: Word, largest: int) -> _Type:
    bold = word.weight >= BOLD_FROM
    size = max(SMALLEST, largest * int(word.weight * 10_000) // 10_000)
    text_width = -(-width_of(word.term, bold=bold) * size // UNIT)
    above, below = extent_of(word.term)
    gap_x, gap_y = _gap(GAP_X, size), _gap(GAP_Y, size)
    rise = above * size // UNIT + gap_y
    return _Type(
        word=word,
        size=size,
        bold=bold,
        text_width=text_width,
        width=text_width + 2 * gap_x,
        height=rise + below * size // UNIT + gap_y,
        rise=rise,
    )


def _gap(full: int, size: int) -> int:
    """Half the room to leave, smaller around small type."""
    return full * (size + LARGEST) // (3 * LARGEST)


def _place(typed: _Type, boxes: Sequence[_Box]) -> _Box:
    if not boxes:
        left, top = -typed.width // 2, -typed.height // 2
        return _Box(left, top, left + typed.width, top + typed.height)
    candidates = sorted({(_distance(box), box) for box in _beside(typed, boxes)})
    return next(box for _, box in candidates if not any(box.meets(other) for other in boxes))


def _distance(box: _Box) -> int:
    """How far from the middle, squared, measured in the cloud's shape."""
    x, y = (box.left + box.right) * ASPECT[1], (box.top + box.bottom) * ASPECT[0]
    return x * x + y * y


def _beside(typed: _Type, boxes: Sequence[_Box]) -> Iterator[_Box]:
    """The places along each side of each box: flush with an end, or with the middle.

    The place furthest out has nothing beyond it, so one of them is always free.
    """
    width, height = typed.width, typed.height
    for box in boxes:
        lefts = (box.left, box.right - width, (box.left + box.right - width) // 2)
        tops = (box.top, box.bottom - height, (box.top + box.bottom - height) // 2)
        for top in (box.top - height, box.bottom):
            for left in lefts:
                yield _Box(left, top, left + width, top + height)
        for left in (box.left - width, box.right):
            for top in tops:
                yield _Box(left, top, left + width, top + height)
