"""From an author's Markdown to the HTML, the headings and the plain text of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from services.content.errors import MarkdownRefused
from services.content.markdown.directives import directives
from services.content.markdown.sanitise import sanitise
from services.content.model.slugs import slug_of

EMBEDS = {"survey": "/v1/surveys/", "webinar": "/v1/webinars/"}
EMBED_ID = re.compile(r"[A-Za-z0-9-]{1,64}")
PICTURE = re.compile(r"(https://[^\s\"'<>\\]+|/(?![/\\])[^\s\"'<>\\]*)")
"""A figure's source: another site's by https, or a path of this one."""
LINK = re.compile(r"(https?://|mailto:|/(?![/\\])|#)\S*", re.IGNORECASE)
"""Where a link may lead: a full address, a path of this site, an anchor. What is relative to something else would lead
elsewhere on every page that shows the body."""
BRACKETS = 2_000
"""Opening brackets in one run of lines. The parser looks ahead from each for its partner, so the work grows with their
square: 2,000 take a millisecond, 150,000 took 15 s. No paragraph or list of links comes near it."""


class Heading(NamedTuple):
    """A heading of the body, as a table of contents shows it."""

    level: int
    text: str
    anchor: str


class Embed(NamedTuple):
    """A survey or webinar that the body shows."""

    kind: Literal["survey", "webinar"]
    id: str


class Rendered(NamedTuple):
    """What a body comes to."""

    html: str
    text: str
    headings: tuple[Heading, ...]
    embeds: tuple[Embed, ...]


def render(body: str) -> Rendered:
    """Render ``body``; raises :class:`MarkdownRefused` naming each line that cannot stand."""
    _refuse_bracket_floods(body)
    tokens = _MARKDOWN.parse(body)
    problems = [*_inline_problems(tokens), *_directive_problems(tokens)]
    if problems:
        raise MarkdownRefused(errors=[{"pointer": "#/body", "line": line, "detail": why} for line, why in problems])
    headings = tuple(_anchor_headings(tokens))
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    embeds = dict.fromkeys(
        Embed(token.meta["name"], token.meta["label"]) for token in _directives(tokens) if token.meta["name"] in EMBEDS
    )
    return Rendered(html=sanitise(html), text=_plain_text(tokens), headings=headings, embeds=tuple(embeds))


def _refuse_bracket_floods(body: str) -> None:
    line = 1
    for run in body.split("\n\n"):
        if run.count("[") > BRACKETS:
            detail = f"more than {BRACKETS} opening brackets without an empty line between them"
            raise MarkdownRefused(errors=[{"pointer": "#/body", "line": line, "detail": detail}])
        line += run.count("\n") + 2


def _directives(tokens: Iterable[Token]) -> Iterator[Token]:
    return (token for token in tokens if token.type == "directive")


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def _inline_problems(tokens: Iterable[Token]) -> Iterator[tuple[int, str]]:
    """A bare image has neither caption nor credit, so only the directive may show one; a link must lead somewhere."""
    for token in tokens:
        for child in token.children or ():
            if child.type == "image":
                yield _line(token), 'show a picture as ::figure[alt text]{src="…" caption="…" credit="…"}'
            elif child.type == "link_open" and not LINK.fullmatch(str(child.attrGet("href"))):
                yield _line(token), "a link leads to a full address, to a path that begins with / or to an #anchor"


def _directive_problems(tokens: Iterable[Token]) -> Iterator[tuple[int, str]]:
    for token in _directives(tokens):
        name, label, attributes = token.meta["name"], token.meta["label"], token.meta["attributes"]
        if attributes is None:
            yield _line(token), 'attributes are written key="value"'
        elif name == "figure":
            yield from ((_line(token), problem) for problem in _figure_problems(label, attributes))
        elif name not in EMBEDS:
            yield _line(token), f"there is no directive {name!r}; there are figure, survey and webinar"
        elif not EMBED_ID.fullmatch(label):
            yield _line(token), f"::{name}[…] takes the {name}'s id"
        elif attributes:
            yield _line(token), f"::{name}[…] takes no attributes"


def _figure_problems(alt: str, attributes: dict[str, str]) -> Iterator[str]:
    if not alt:
        yield "a figure needs its alternative text in the brackets"
    for name in ("src", "caption", "credit"):
        if not attributes.get(name):
            yield f"a figure needs its {name}"
    if attributes.get("src") and not PICTURE.fullmatch(attributes["src"]):
        yield "a figure's src is an https address or a path on this site"
    for name in sorted(attributes.keys() - {"src", "caption", "credit"}):
        yield f"a figure has no {name}"


def _anchor_headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    """Give every heading a unique anchor, and bring the first level to the second: the first is the title's."""
    taken: set[str] = set()
    counts: dict[str, int] = {}
    for position, token in enumerate(tokens):
        if token.type not in {"heading_open", "heading_close"}:
            continue
        level = max(2, int(token.tag[1]))
        token.tag = f"h{level}"
        if token.type == "heading_open":
            text = _inline_text(tokens[position + 1])
            anchor = base = "s-" + (slug_of(text) or "section")
            while anchor in taken:
                counts[base] = counts.get(base, 1) + 1
                anchor = f"{base}-{counts[base]}"
            taken.add(anchor)
            token.attrSet("id", anchor)
            yield Heading(level=level, text=text, anchor=anchor)


def _inline_text(token: Token) -> str:
    words = (child.content if child.type in {"text", "code_inline"} else " " for child in token.children or ())
    return " ".join("".join(words).split())


def _plain_text(tokens: Iterable[Token]) -> str:
    """What there is to read: headings, prose, code and captions."""
    parts: list[str] = []
    for token in tokens:
        if token.type == "inline":
            parts.append(_inline_text(token))
        elif token.type in {"fence", "code_block"}:
            parts.append(token.content)
        elif token.type == "directive" and token.meta["name"] == "figure":
            parts.append(token.meta["attributes"]["caption"])
    return "\n".join(parts)


def _render_directive(
    _renderer: RendererHTML, tokens: Sequence[Token], position: int, _options: OptionsDict, _env: EnvType
) -> str:
    meta = tokens[position].meta
    if meta["name"] == "figure":
        figure = meta["attributes"]
        return (
            f'<figure><img src="{escape(figure["src"])}" alt="{escape(meta["label"])}" loading="lazy">'
            f"<figcaption>{escape(figure['caption'])} "
            f'<small class="credit">{escape(figure["credit"])}</small></figcaption></figure>\n'
        )
    kind, id_ = meta["name"], escape(meta["label"])
    # A front-end puts the survey or the webinar in its place; without one the link still leads there.
    return (
        f'<figure class="embed" data-embed="{kind}" data-id="{id_}">'
        f'<a href="{EMBEDS[kind]}{id_}">{kind.capitalize()}</a></figure>\n'
    )


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table").use(directives)
    markdown.add_render_rule("directive", _render_directive)
    return markdown


_MARKDOWN = _markdown()
