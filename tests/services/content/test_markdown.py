"""What an editor may write, and what becomes of what nobody should write."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.content.errors import MarkdownRefused
from services.content.markdown import Embed, Heading, render
from tests.support import examples

FIGURE = (
    '::figure[A ferry at dusk]{src="https://pictures.example/ferry.jpg" caption="The 18.40 to Vaxholm" credit="I. Ek"}'
)

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong"),
    *("a", "figure", "figcaption", "img", "small", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"href", "title", "rel", "src", "alt", "loading", "start", "data-embed", "data-id", "id", "class"}


class Inspector(HTMLParser):
    """Notes what a browser would act on and an allow-list does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            self.findings.append(f"<{tag}>")
        for name, value in attrs:
            if name not in ATTRIBUTES:
                self.findings.append(f"{tag} {name}")
            address = (value or "").strip().lower()
            if name in {"href", "src"} and ":" in address.split("/")[0].split("?")[0].split("#")[0]:
                scheme = address.partition(":")[0]
                if scheme not in {"http", "https", "mailto"}:
                    self.findings.append(f"{tag} {name}={value}")
            if name == "id" and not (value or "").startswith("s-"):
                self.findings.append(f"{tag} id={value}")

    @classmethod
    def findings_in(cls, html: str) -> list[str]:
        inspector = cls()
        inspector.feed(html)
        inspector.close()
        return inspector.findings


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<math><mtext></p><style><img src=x onerror=alert(1)></style>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<svg></p><style><a id="</style><img src=1 onerror=alert(1)>">',
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](<java\tscript:alert(1)>)",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](file:///etc/passwd)",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    '[x](https://a.example "\\" onmouseover=\\"alert(1)")',
    "[x](https://a.example' onmouseover='alert(1))",
    "`<script>alert(1)</script>`",
    "```html onmouseover=alert(1)\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "| <script> | <img src=x onerror=alert(1)> |\n|---|---|\n| <svg/onload=alert(1)> | [x](javascript:alert(1)) |",
    "## <img src=x onerror=alert(1)>",
    '## "><script>alert(1)</script>',
    "> <script>alert(1)</script>",
    "- <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#x3C;script&#x3E;alert(1)&#x3C;/script&#x3E;",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<a href=https://evil.example target=_blank style=position:fixed>x</a>",
    "<div id=cookie name=cookie>x</div>",
    "## cookie",
    "\u202e<script>alert(1)</script>",
    FIGURE.replace("I. Ek", "<script>alert(1)</script>"),
    FIGURE.replace("I. Ek", '\\" onerror=\\"alert(1)'),
    FIGURE.replace("A ferry at dusk", '\\" onerror=\\"alert(1)'),
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_survives_rendering(attack: str) -> None:
    try:
        html = render(f"Before.\n\n{attack}\n\nAfter.").html
    except MarkdownRefused:
        return  # Refused outright, with the line named.

    assert Inspector.findings_in(html) == []
    assert "<p>After.</p>" in html


@settings(max_examples=examples(300), deadline=None)
@given(
    st.lists(
        st.sampled_from([*ATTACKS, "\n", "\n\n", "> ", "- ", "**", "`", "[", "](", ")", "<", ">", "&", '"']), max_size=8
    )
)
def test_no_mixture_of_attacks_survives_rendering(parts: list[str]) -> None:
    try:
        html = render("".join(parts)).html
    except MarkdownRefused:
        return

    assert Inspector.findings_in(html) == []


def test_prose_with_quotations_tables_and_links_is_rendered() -> None:
    html = render(
        "Asked *plainly*.\n\n> Openness is a habit.\n\n| word | people |\n|---|---|\n| trust | 21 |\n\n[more](https://a.example)"
    ).html

    assert "<p>Asked <em>plainly</em>.</p>" in html
    assert "<blockquote>\n<p>Openness is a habit.</p>\n</blockquote>" in html
    assert "<td>trust</td>" in html
    assert '<a href="https://a.example" rel="noopener noreferrer">more</a>' in html


def test_a_figure_carries_its_alternative_text_caption_and_credit() -> None:
    rendered = render(FIGURE)

    assert rendered.html == (
        '<figure><img src="https://pictures.example/ferry.jpg" alt="A ferry at dusk" loading="lazy">'
        '<figcaption>The 18.40 to Vaxholm <small class="credit">I. Ek</small></figcaption></figure>\n'
    )
    assert rendered.text == "The 18.40 to Vaxholm"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('::figure[]{src="https://a.example/b.jpg" caption="c" credit="d"}', "alternative text"),
        ('::figure[a]{src="https://a.example/b.jpg" caption="c"}', "its credit"),
        ('::figure[a]{src="https://a.example/b.jpg" credit="d"}', "its caption"),
        ('::figure[a]{caption="c" credit="d"}', "its src"),
        ("::figure[a]", "its src"),
        ('::figure[a]{src="http://a.example/b.jpg" caption="c" credit="d"}', "https address"),
        ('::figure[a]{src="//a.example/b.jpg" caption="c" credit="d"}', "https address"),
        ('::figure[a]{src="javascript:alert(1)" caption="c" credit="d"}', "https address"),
        ('::figure[a]{src="/b.jpg" caption="c" credit="d" onload="e"}', "no onload"),
        ("::figure[a]{src=https://a.example/b.jpg}", 'key="value"'),
        ("![a](https://a.example/b.jpg)", "::figure"),
        ("![a](https://a.example/b.jpg 'with a title')", "::figure"),
        ("[a](b.html)", "a link leads"),
        ("[a](//b.example)", "a link leads"),
        ("[a](ftp://b.example)", "a link leads"),
        ("::video[42]", "no directive 'video'"),
        ("::survey[../members]", "the survey's id"),
        ('::webinar[42]{autoplay="yes"}', "no attributes"),
    ],
)
def test_what_cannot_stand_is_named_with_its_line(line: str, why: str) -> None:
    with pytest.raises(MarkdownRefused) as refused:
        render(f"First.\n\n{line}\n\nLast.")

    errors = refused.value.extensions["errors"]
    assert {error["line"] for error in errors} == {3}
    assert any(why in error["detail"] for error in errors), errors


def test_surveys_and_webinars_are_embedded_with_a_link_to_fall_back_on() -> None:
    rendered = render("::survey[openness-2017]\n\n::webinar[asia-pacific]\n\n::survey[openness-2017]")

    assert rendered.embeds == (Embed("survey", "openness-2017"), Embed("webinar", "asia-pacific"))
    assert (
        '<figure class="embed" data-embed="webinar" data-id="asia-pacific">'
        '<a href="/v1/webinars/asia-pacific" rel="noopener noreferrer">Webinar</a></figure>' in rendered.html
    )


def test_a_directive_inside_code_is_code() -> None:
    rendered = render("```\n::survey[openness]\n```\n\n    ::webinar[asia-pacific]\n")

    assert rendered.embeds == ()
    assert "::survey[openness]" in rendered.html


def test_headings_have_anchors_of_their_own_and_leave_the_first_level_to_the_title() -> None:
    rendered = render("# Trust\n\n## Trust\n\n### Öffnung & more\n\n## 公開")

    assert rendered.headings == (
        Heading(2, "Trust", "s-trust"),
        Heading(2, "Trust", "s-trust-2"),
        Heading(3, "Öffnung & more", "s-offnung-more"),
        Heading(2, "公開", "s-section"),
    )
    assert '<h2 id="s-trust-2">Trust</h2>' in rendered.html
    assert "<h1" not in rendered.html


def test_anchors_stay_unique_where_a_heading_looks_like_a_counted_one() -> None:
    rendered = render("## Trust\n\n## Trust\n\n## Trust 2\n\n## S Trust")

    anchors = [heading.anchor for heading in rendered.headings]
    assert anchors == ["s-trust", "s-trust-2", "s-trust-2-2", "s-s-trust"]
    assert all(f'id="{anchor}"' in rendered.html for anchor in anchors)


@pytest.mark.parametrize(
    "flood",
    ["[" * 200_000, "![a" * 150_000, "::a[" * 100_000, "[a]: b\n" * 50_000, "[a" * 50_000 + "](b)" * 50_000],
)
def test_a_flood_of_brackets_is_refused_before_it_costs_anything(flood: str) -> None:
    began = time.process_time()

    with pytest.raises(MarkdownRefused):
        render(flood)

    assert time.process_time() - began < 0.5


def test_deep_nesting_ends_somewhere() -> None:
    rendered = render(">" * 100_000 + " deep\n\nAfter.")

    assert rendered.html.count("<blockquote>") <= 20
    assert "After." in rendered.html
