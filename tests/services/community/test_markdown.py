import time

import pytest

from services.community.markdown import to_html
from tests.services.content.test_markdown import ATTACKS, Inspector


@pytest.mark.parametrize(
    "attack",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        "[click](javascript:alert(1))",
        "[click](JaVaScRiPt:alert(1))",
        "[click](data:text/html;base64,PHNjcmlwdD4=)",
        "<svg><g/onload=alert(1)//<p>",
        "<math><mtext></p><img src=x onerror=alert(1)>",
        '<a href="https://example.org" onclick="alert(1)">x</a>',
        "<style>@import 'https://evil.example'</style>",
        "![picture](https://tracker.example/pixel.png)",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        '<iframe src="https://evil.example"></iframe>',
        "[a](https://example.org \"x' onmouseover='alert(1)\")",
        *ATTACKS,
    ],
)
def test_nothing_in_a_comment_can_run(attack: str) -> None:
    html = to_html(attack)

    assert Inspector.findings_in(html) == []
    assert Inspector.findings_in(to_html(html)) == [], "nor if it is taken for Markdown once more"

    for tag in ("<script", "<img", "<svg", "<math", "<style", "<iframe", "<noscript"):
        assert tag not in html
    assert 'href="javascript' not in html.lower()
    assert 'href="data' not in html.lower()
    assert " onclick=" not in html.replace("&quot;", '"') or "&lt;a" in html


def test_links_give_no_credit_and_open_no_door() -> None:
    html = to_html("See [the study](https://example.org/study).")

    assert html == ('<p>See <a href="https://example.org/study" rel="nofollow ugc noopener">the study</a>.</p>')


@pytest.mark.parametrize("flood", ["[", "\\[", "\\\\[", "![", "[](", "[a](b "])
def test_a_flood_of_brackets_does_not_stop_the_clock(flood: str) -> None:
    began = time.perf_counter()

    html = to_html((flood * 5_000)[:5_000])

    assert time.perf_counter() - began < 1
    assert "<a" not in html


def test_brackets_of_a_flood_stay_text_however_they_are_escaped() -> None:
    """What is escaped already must not be set free by another backslash."""
    flood = "[" * 201

    html = to_html(f"{flood} \\[a](https://one.example) \\\\[b](https://two.example)")

    assert "href" not in html
    assert "[a](https://one.example)" in html


def test_what_shows_nothing_is_empty() -> None:
    assert to_html("[x]: https://example.org") == ""
    assert to_html("> ") == ""
