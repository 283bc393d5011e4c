"""Markdown to HTML that may stand on a page: CommonMark and tables, figures, embeds; no HTML of the author's own.

A room beside the model, as pure as it, kept apart because it rests on a parser and a sanitiser: markdown-it-py gives
the structure, and nh3 passes only an allow-list of what comes out.
"""

from services.content.markdown.render import Embed, Heading, Rendered, render

__all__ = ["Embed", "Heading", "Rendered", "render"]
