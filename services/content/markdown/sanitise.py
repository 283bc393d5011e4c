"""The allow-list that every piece of rendered HTML passes, whatever made it."""

from __future__ import annotations

import nh3

_CLEANER = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code"),
        *("em", "strong", "a", "figure", "figcaption", "img", "small"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    },
    clean_content_tags={"script", "style"},
    attributes={
        "a": {"href", "title"},
        "img": {"src", "alt", "loading"},
        "ol": {"start"},
        "figure": {"data-embed", "data-id"},
        **{f"h{level}": {"id"} for level in range(2, 7)},
    },
    # Headings carry anchors of the author's words. The prefix keeps them from shadowing names of the page (an id of
    # "forms" or "cookie" would otherwise answer for document.forms or document.cookie). The renderer writes it already.
    id_prefix="s-",
    allowed_classes={"figure": {"embed"}, "small": {"credit"}},
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
)


def sanitise(html: str) -> str:
    """``html`` without anything that is not on the list."""
    return _CLEANER.clean(html)
