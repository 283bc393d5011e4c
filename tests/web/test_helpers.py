"""The small rules that pages rest on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from web import csrf, drafts, i18n, times
from web.cookies import Cookies
from web.embeds import pieces
from web.i18n.__main__ import messages
from web.safe import safe_path

KEY = b"a key of the tests, thirty-two b"
MOMENT = datetime(2017, 7, 31, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("target", ["/", "/articles/one-form?order=newest#reply", "/search?q=caf%C3%A9"])
def test_a_path_of_this_site_is_gone_to(target: str) -> None:
    assert safe_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%0d%0aset-cookie:x=y\r\n",
        "javascript:alert(1)",
        "/articles\nx",
        "\\\\evil.example",
        " /articles",
    ],
)
def test_nobody_is_sent_to_another_site(target: str | None) -> None:
    assert safe_path(target) == "/"


@given(st.text(max_size=60))
def test_wherever_one_is_sent_is_a_path_of_this_site(target: str) -> None:
    found = safe_path(target)

    assert found.startswith("/")
    assert not found.startswith(("//", "/\\"))
    assert "\n" not in found


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"host": "plenary.example", "origin": "https://plenary.example", "sec-fetch-site": "same-origin"}, True),
        ({"host": "plenary.example"}, True),
        ({"host": "plenary.example", "origin": "https://evil.example"}, False),
        ({"host": "plenary.example", "sec-fetch-site": "cross-site"}, False),
        ({"host": "plenary.example", "sec-fetch-site": "same-site"}, False),
    ],
)
def test_only_our_own_forms_are_taken(headers: dict[str, str], ours: bool) -> None:
    nonce = csrf.new_nonce()

    assert csrf.is_ours(headers, nonce, csrf.token_of(nonce, KEY), key=KEY) is ours
    assert not csrf.is_ours(headers, nonce, csrf.token_of(csrf.new_nonce(), KEY), key=KEY)
    assert not csrf.is_ours(headers, None, csrf.token_of(nonce, KEY), key=KEY)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400))
def test_a_draft_comes_back_as_it_was_written(text: str) -> None:
    out = Cookies(secure=False)

    drafts.keep(text, "one-form", out)
    sent = dict(header.split(";")[0].split("=", 1) for header in out.headers())

    assert drafts.kept(sent) == text


@given(st.text(max_size=200))
def test_what_is_no_draft_is_none(cookie: str) -> None:
    assert isinstance(drafts.kept({"plenary_draft_0": cookie}), str)


def test_a_bomb_in_a_cookie_stays_small() -> None:
    out = Cookies(secure=False)
    drafts.keep("a" * 5000, "one-form", out)

    assert len(drafts.kept(dict(header.split(";")[0].split("=", 1) for header in out.headers()))) == drafts.LONGEST


@pytest.mark.parametrize(
    ("cookie", "accept", "language"),
    [
        (None, None, "en"),
        (None, "fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        (None, "de, ar;q=0.5, en;q=0.1", "ar"),
        ("es", "fr", "es"),
        ("xx", "fr", "fr"),
        (None, "*;q=x, ;;;", "en"),
        (None, "fr;q=0", "en"),
    ],
)
def test_the_language_is_the_chosen_one_or_the_browsers(cookie: str | None, accept: str | None, language: str) -> None:
    assert i18n.chosen(cookie, accept) == language


def _said(message: Message | None) -> bool:
    return message is not None and bool(message.string) and all(message.string)


@pytest.mark.parametrize("language", ["fr", "es", "ar"])
def test_every_message_is_translated(language: str) -> None:
    with (i18n.FOLDER / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)

    missing = [each.id for each in messages() if each.id and not _said(catalogue.get(each.id))]

    assert missing == []


def test_an_hour_is_told_as_the_language_tells_it() -> None:
    english, french = i18n.locale_of("en"), i18n.locale_of("fr")

    assert times.hour(MOMENT, english, "Asia/Singapore") == "1.30pm"
    assert times.hour(MOMENT, french, "Asia/Singapore") == "13:30"
    assert times.place("Asia/Singapore", english) == "Singapore"
    assert times.weekday(MOMENT, english, "Pacific/Honolulu") == "Sunday"
    assert times.long_date(MOMENT, i18n.locale_of("es"), "Asia/Singapore") == "31 de julio de 2017"


def test_embeds_are_taken_out_of_a_body_and_the_rest_stays() -> None:
    survey_here = '<figure class="embed" data-embed="survey" data-id="openness"><a href="/v1/x">Survey</a></figure>'
    body = f"<p>Before</p>\n{survey_here}\n<p>After</p>"

    before, survey, after = pieces(body)

    assert (before.html.strip(), after.html.strip()) == ("<p>Before</p>", "<p>After</p>")
    assert (survey.kind, survey.id) == ("survey", "openness")
