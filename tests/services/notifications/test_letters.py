"""The letters: every one checked before it is used, none with a gap, each in the reader's language."""

from __future__ import annotations

from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args

import pytest

from services.notifications.letters import Letter, LetterBroken, Letters, shipped_letters
from services.notifications.letters.contents import contents, letter_name
from services.notifications.letters.engine import TEMPLATES
from services.notifications.letters.links import Links
from services.notifications.letters.samples import AROHA, NOW, WEBINAR, Sample, sample_variables, samples
from services.notifications.model.examination import Known
from services.notifications.model.message import WebinarMatter, called_for
from services.notifications.model.people import Recipient
from services.notifications.model.purposes import RULES
from shared.events.notifications import Purpose

LINKS = Links("https://plenary.test")


def rendered(letter: str, **about: Any) -> Letter:
    variables = sample_variables(LINKS)[letter][0]
    return shipped_letters().render("en", letter, {**variables, **about})


def a_folder(tmp_path: Path, **files: str) -> Path:
    """The templates of a small installation: one letter, with its parts."""
    usual = {
        "en/note.mjml": "<mjml><mj-body><mj-text>{{ name }}</mj-text></mj-body></mjml>",
        "en/note.txt": "subject: A note\npreview: For you\nwhy: Because.\n\nHello {{ name }}.",
        "en/parts/foot.txt": "{{ why }}",
    }
    for path, text in {**usual, **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_every_purpose_has_a_rule_and_a_sample() -> None:
    # Nothing calls for a re-verification yet.
    purposes = set(get_args(Purpose)) - {"reverification"}

    assert set(RULES) == purposes
    assert {sample.message.purpose for sample in samples()} == purposes


def test_all_letters_of_the_release_pass_the_check_made_at_start() -> None:
    shipped_letters().check(sample_variables(LINKS))


@pytest.mark.parametrize("sample", list(samples()), ids=lambda s: letter_name(s.message, s.known))
def test_every_letter_says_the_same_in_html_and_in_text(sample: Sample) -> None:
    variables = contents(sample.message, sample.known, sample.recipient, LINKS, NOW)

    letter = shipped_letters().render("en", letter_name(sample.message, sample.known), variables)

    links = {link for link in _links(letter.html) if link.startswith("https://plenary.test/")}
    assert all(link in letter.text for link in links)
    assert letter.subject
    assert letter.preview
    for text in (letter.subject, letter.text, letter.html):
        assert "None" not in text
        assert "{{" not in text
        assert "{%" not in text


@pytest.mark.parametrize("name", sorted(shipped_letters().names("en")))
def test_every_letter_is_accessible(name: str) -> None:
    html = rendered(name).html

    assert '<html lang="en" dir="ltr"' in html
    assert html.count("<h1>") == 1
    assert "<title>" in html
    assert "color-scheme" in html
    assert "<img" not in html
    assert 'role="presentation"' in html


def test_a_missing_variable_breaks_the_letter_and_nothing_is_sent() -> None:
    variables = sample_variables(LINKS)["comment-reply"][0]
    del variables["comment_url"]

    with pytest.raises(LetterBroken, match="'comment_url' is undefined"):
        shipped_letters().render("en", "comment-reply", variables)


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"en/note.txt": "subject: A note\n\nHello."}, "must begin with the lines subject, preview, why"),
        ({"en/note.txt": "subject: {{ nickname }}\npreview: x\nwhy: y\n\nHello."}, "asks for nickname"),
        ({"en/note.txt": "subject: A\npreview: x\nwhy: y\n\n{% if name == 'x' %}{{ age }}{% endif %}"}, "asks for age"),
        ({"en/note.txt": "subject: A\npreview: x\nwhy: y\n\n{% if %}"}, "en/note"),
        ({"en/note.mjml": "<mjml><mj-body><mj-text>"}, "en/note"),
        ({"en/note.mjml": '<mjml><mj-body><mj-include path="none" /></mj-body></mjml>'}, "en/note"),
        ({"fr/other.mjml": "<mjml></mjml>", "fr/other.txt": "", "fr/parts/foot.txt": ""}, "fr/other"),
        ({"en/forgotten.mjml": "<mjml></mjml>", "en/forgotten.txt": "subject: A\npreview: x\nwhy: y\n\n"}, "no sample"),
    ],
)
def test_a_broken_letter_is_found_at_start(tmp_path: Path, files: dict[str, str], complaint: str) -> None:
    folder = a_folder(tmp_path, **files)

    with pytest.raises(LetterBroken, match=complaint):
        Letters.load(folder).check({"note": [{"name": "Aroha"}]})


def test_a_locale_that_lacks_a_letter_is_found_at_start(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **{"fr/parts/foot.txt": ""})
    for kind in ("mjml", "txt"):
        (folder / f"fr/note.{kind}").write_text((folder / f"en/note.{kind}").read_text())
        (folder / f"en/rest.{kind}").write_text((folder / f"en/note.{kind}").read_text())

    with pytest.raises(LetterBroken, match="fr lacks the letters rest"):
        Letters.load(folder).check({"note": [{"name": "Aroha"}], "rest": [{"name": "Aroha"}]})


def test_the_best_locale_is_chosen_and_english_where_there_is_none(tmp_path: Path) -> None:
    french = {
        name.replace("en/", "fr/"): (TEMPLATES / name).read_text() for name in ("en/welcome.txt", "en/welcome.mjml")
    }
    folder = a_folder(tmp_path, **french, **{"fr/parts/foot.txt": "", "fr/parts/foot.mjml": ""})
    (folder / "fr/welcome.mjml").write_text("<mjml><mj-body></mj-body></mjml>")

    letters = Letters.load(folder)

    assert [letters.locale_for(tag) for tag in ("fr-CA", "fr", "en-NZ", "mi", "zh-Hans-SG")] == [
        "fr", "fr", "en", "en", "en",
    ]  # fmt: skip


def test_values_are_escaped_in_html_and_plain_in_text() -> None:
    letter = rendered("comment-reply", article_title="<script>alert('x')</script> & more", name='"><img src=x>')

    assert "<script>" not in letter.html
    assert "<img" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "<script>alert('x')</script> & more" in letter.text


def test_a_value_that_looks_like_a_template_is_not_one() -> None:
    letter = rendered("comment-reply", article_title="{{ 7 * 7 }} {% if name %}")

    assert "{{ 7 * 7 }} {% if name %}" in letter.text
    assert "49" not in letter.subject


@pytest.mark.parametrize(
    ("life", "said"),
    [(timedelta(hours=24), "24 hours"), (timedelta(minutes=15), "15 minutes"), (timedelta(seconds=20), "1 minute")],
)
def test_a_proof_says_for_how_long_it_is_good(life: timedelta, said: str) -> None:
    sample = next(sample for sample in samples() if sample.known.proof)
    assert sample.known.proof
    proof = sample.known.proof.model_copy(update={"expires_at": NOW + life})

    variables = contents(sample.message, Known(proof=proof), sample.recipient, LINKS, NOW)

    assert variables["valid_for"] == said


@pytest.mark.parametrize(
    ("locale", "day", "hours"),
    [
        ("en", "Monday, 31 July 2017", "5:30 \u2013 6:30 pm"),
        ("en-US", "Monday, July 31, 2017", "5:30 \u2013 6:30 PM"),
        ("sv", "måndag 31 juli 2017", "17:30\u201318:30"),
        ("not-a-locale", "Monday, 31 July 2017", "5:30 \u2013 6:30 pm"),
    ],
)
def test_times_are_said_as_the_recipient_says_them(locale: str, day: str, hours: str) -> None:
    about = WebinarMatter(webinar_id="w", registration_id="r")
    message = called_for("webinar-reminder", about, cause="c", cause_id="c", member_id="aroha", at=NOW)
    recipient = Recipient(AROHA.email, AROHA.name, locale, AROHA.zone)

    when = contents(message, Known(webinar=WEBINAR), recipient, LINKS, NOW)["when"]

    assert (when["day"], when["hours"]) == (day, hours)


def test_links_hold_no_more_than_they_are_given() -> None:
    assert LINKS.webinar("../../evil?x=1#y") == "https://plenary.test/webinars/..%2F..%2Fevil%3Fx%3D1%23y"
    assert LINKS.proof("1", "a/b#c") == "https://plenary.test/proof/1#token=a%2Fb%23c"


class _LinkReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]


def _links(html: str) -> list[str]:
    reader = _LinkReader()
    reader.feed(html)
    return reader.links
