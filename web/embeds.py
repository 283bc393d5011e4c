"""Where a body shows a survey or a webinar: the API leaves a marked figure there, the page puts the thing itself."""

from __future__ import annotations

import re
from typing import NamedTuple

_FIGURE = re.compile(
    r'<figure\b(?=[^>]*\bdata-embed="(?P<kind>survey|webinar)")[^>]*\bdata-id="(?P<id>[^"]+)"[^>]*>.*?</figure>',
    re.DOTALL,
)
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)


class Piece(NamedTuple):
    """A stretch of the body's HTML, or something shown in it."""

    html: str
    kind: str = ""
    id: str = ""


def pieces(html: str) -> list[Piece]:
    """The body in its order. What is between the embeds is as the API gave it, but tables get room to scroll."""
    found: list[Piece] = []
    position = 0
    for match in _FIGURE.finditer(html):
        found.append(Piece(_scrolling(html[position : match.start()])))
        found.append(Piece("", match["kind"], match["id"]))
        position = match.end()
    found.append(Piece(_scrolling(html[position:])))
    return [piece for piece in found if piece.kind or piece.html.strip()]


def _scrolling(html: str) -> str:
    """A wide table scrolls by itself, also by keyboard, instead of widening a phone's page."""
    return _TABLE.sub(
        lambda match: f'<div class="table-scroll" tabindex="0" role="group">{_headed(match[0])}</div>', html
    )


def _headed(table: str) -> str:
    """The corner above the first column often says nothing, and then heads nothing."""
    return table.replace("<th></th>", "<td></td>")
