"""The little Markdown that a comment may use: paragraphs, emphasis, lists, quotes, code and links."""

from __future__ import annotations

import re

import nh3
from markdown_it import MarkdownIt

MAX_BRACKETS = 200
"""Opening brackets in a comment. The parser looks ahead from each for its partner: the work grows with the square."""

_MARKDOWN = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(["image", "heading", "lheading", "hr"])
_CLEANER = nh3.Cleaner(
    tags={"p", "br", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "a"},
    clean_content_tags={"script", "style"},
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    url_schemes={"https", "http", "mailto"},
    url_relative="deny",  # A comment has no place of its own that an address could start from.
    link_rel="nofollow ugc noopener",
)

_BRACKET = re.compile(r"(\\*)\[")


def _escaped(bracket: re.Match[str]) -> str:
    """The bracket as plain text. One that is escaped already stays so: another backslash would set it free."""
    backslashes = bracket[1]
    return f"{backslashes}[" if len(backslashes) % 2 else f"{backslashes}\\["


def to_html(body: str) -> str:
    """The comment as HTML that can be put into a page as it is; empty if nothing of it can be shown."""
    if body.count("[") > MAX_BRACKETS:
        body = _BRACKET.sub(_escaped, body)
    html = _CLEANER.clean(_MARKDOWN.render(body)).strip()
    return html if nh3.clean(html, tags=set()).strip() else ""
