"""Lines of the form ``::name[label]{key="value"}``: figures and embeds.

The form is the leaf directive of the CommonMark community's "generic directives" proposal, so that other tools read it.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

LINE = re.compile(r"::(?P<name>[a-z]+)\[(?P<label>(?:[^\[\]\\]|\\.)*)\](?:\{(?P<attributes>[^{}]*)\})?\s*")
ATTRIBUTE = re.compile(r'\s*(?P<key>[a-z]+)="(?P<value>(?:[^"\\]|\\.)*)"\s*')
ESCAPED = re.compile(r"\\(.)")


def directives(markdown: MarkdownIt) -> None:
    """Teach ``markdown`` the block ``directive``; its token carries ``meta``: name, label and attributes."""
    markdown.block.ruler.before(
        "paragraph", "directive", _directive, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )


def _directive(state: StateBlock, start: int, _end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    if not line.startswith("::"):
        return False
    match = LINE.fullmatch(line)
    if match is None:
        return False
    if silent:
        return True
    token = state.push("directive", "", 0)
    token.map = [start, start + 1]
    token.meta = {
        "name": match["name"],
        "label": ESCAPED.sub(r"\1", match["label"]).strip(),
        "attributes": _attributes(match["attributes"] or ""),
    }
    state.line = start + 1
    return True


def _attributes(text: str) -> dict[str, Any] | None:
    """The attributes by name, or None if the text is not a list of them."""
    found: dict[str, Any] = {}
    position = 0
    while position < len(text):
        match = ATTRIBUTE.match(text, position)
        if match is None:
            return None
        found[match["key"]] = ESCAPED.sub(r"\1", match["value"]).strip()
        position = match.end()
    return found
