"""The picture: an SVG with real text, which can be selected, searched, translated and read aloud."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from services.content.model.wordcloud.counting import Cloud
from services.content.model.wordcloud.layout import MARGIN, WIDTH, Placed, lay_out

PAPER = "#ffffff"
INKS = ("#12355b", "#0f6674", "#a33b20", "#44546a", "#5b3a73")
"""Each at least 4.5:1 on PAPER (WCAG 2.2, success criterion 1.4.3); a test reckons it out."""
QUIET = "#4a5568"
FACE = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', sans-serif"
FOOT = 460
"""Height of the line below the words, which says how many answered."""
FOOT_SIZE = 210


def as_svg(cloud: Cloud, question: str) -> str:
    """The cloud as an SVG document. Words stand in the document in the order of their weight."""
    layout = lay_out(cloud.words)
    top = layout.height if cloud.words else MARGIN
    label, words = f"{question} {cloud.statement}.", enumerate(layout.placed)
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_px(layout.width)} {_px(top + FOOT)}" role="img" '
            f"aria-label={_attribute(label)} font-family={_attribute(FACE)}>"
        ),
        f"<title>{_text(question)}</title>",
        f"<desc>{_text(_description(cloud))}</desc>",
        f'<rect width="100%" height="100%" fill="{PAPER}"/>',
        '<g text-anchor="middle">',
        *(_word(place, INKS[number % len(INKS)]) for number, place in words),
        "</g>",
        (
            f'<text x="{_px(WIDTH // 2)}" y="{_px(top + FOOT - MARGIN)}" font-size="{_px(FOOT_SIZE)}" '
            f'fill="{QUIET}" text-anchor="middle">{_text(_foot(cloud, layout.left_out))}</text>'
        ),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _word(place: Placed, ink: str) -> str:
    """One word. Its width is stated, so that another face than ours is fitted into the room the word was given."""
    weight = ' font-weight="700"' if place.bold else ""
    return (
        f'<text x="{_px(place.x)}" y="{_px(place.y)}" font-size="{_px(place.size)}"{weight} fill="{ink}" '
        f'textLength="{_px(place.width)}" lengthAdjust="spacingAndGlyphs" '
        f'data-respondents="{place.word.respondents}">{_text(place.word.term)}</text>'
    )


def _description(cloud: Cloud) -> str:
    """What the picture shows, for those who do not see it."""
    words = ", ".join(f"{word.term} ({word.respondents})" for word in cloud.words)
    return f"{cloud.statement}. {words}." if words else f"{cloud.statement}. {_withheld(cloud)}"


def _foot(cloud: Cloud, left_out: int) -> str:
    parts = [cloud.statement]
    if left_out:
        parts.append(f"{left_out} smaller {'word' if left_out == 1 else 'words'} in the list")
    if cloud.withheld:
        parts.append(_withheld(cloud))
    return " · ".join(parts)


def _withheld(cloud: Cloud) -> str:
    return f"words given by fewer than {cloud.least} are not shown"


def _px(tenths: int) -> str:
    """Tenths of a pixel in pixels, the shortest way."""
    return f"{tenths / 10:g}" if tenths % 10 else str(tenths // 10)


def _text(text: str) -> str:
    return escape(_printable(text))


def _attribute(text: str) -> str:
    return quoteattr(_printable(text))


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot hold (section 2.2), whatever it was escaped as."""
    return "".join(character for character in text if character.isprintable() or character == " ")
