"""What a search looks for, and what is marked in what it found (C10).

Words are compared by their stems, and all stems are cut by one stemmer, the English one, whatever an item's language:
so a word that is typed as it stands in the text is found in every language, and in English its other forms too. Only
words are looked for, in any order. A phrase is not, because by asking for phrases one could read a walled body word by
word: whether a word stands in it is all that a search tells.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

import snowballstemmer

MOST_WORDS = 16
"""Of a question's words the first are looked for. Each costs the database a walk through its part of the index."""

PASSAGE = 240
"""About how many characters of the body are shown around what was found."""

SearchOrder: TypeAlias = Literal["best", "newest"]

_STOP = frozenset(
    """a about above after again against all am an and any are as at be because been before being below between both
    but by cannot could did do does doing down during each few for from further had has have having he her here hers
    herself him himself his how i if in into is it its itself me more most my myself no nor not of off on once only or
    other ought our ours ourselves out over own same she should so some such than that the their theirs them
    themselves then there these they this those through to too under until up very was we were what when where which
    while who whom why with would you your yours yourself yourselves
    aren't can't couldn't didn't doesn't don't hadn't hasn't haven't he'd he'll he's here's how's i'd i'll i'm i've
    isn't it's let's mustn't shan't she'd she'll she's shouldn't that's there's they'd they'll they're they've wasn't
    we'd we'll we're we've weren't what's when's where's who's why's won't wouldn't you'd you'll you're you've
    """.split()  # noqa: SIM905 - a list is no easier to read
)
"""What MongoDB leaves out of every English index."""


class Mark(NamedTuple):
    """A piece of text, and whether it is what was looked for."""

    text: str
    found: bool


def words_of(question: str) -> tuple[str, ...]:
    """The words that are looked for, each once: no quotes, no signs that a database would take for operators."""
    return tuple(dict.fromkeys(word for word, _ in _pieces(question) if word))[:MOST_WORDS]


def stems_of(words: tuple[str, ...]) -> frozenset[str]:
    """What the words have in common with their other forms."""
    return frozenset(_stem(word) for word in words if _plain(word) not in _STOP)


def marked(text: str, stems: frozenset[str]) -> list[Mark]:
    """The whole of ``text``, parted where a word that was looked for begins and ends."""
    marks: list[Mark] = []
    for word, between in _pieces(text):
        found = bool(word) and _stem(word) in stems
        piece = word or between
        if marks and marks[-1].found == found and not found:
            marks[-1] = Mark(marks[-1].text + piece, found)
        elif piece:
            marks.append(Mark(piece, found))
    return marks


def passage(text: str, stems: frozenset[str]) -> list[Mark]:
    """Some of ``text`` around the first word that was looked for, whole words only; empty where there is none."""
    at = 0
    for word, between in _pieces(text):
        if word and _stem(word) in stems:
            break
        at += len(word or between)
    else:
        return []
    start = text.rfind(" ", 0, max(0, at - PASSAGE // 3)) + 1 if at > PASSAGE // 3 else 0
    end = text.find(" ", start + PASSAGE)
    shown = " ".join(text[start : end if end >= 0 else None].split())
    return marked(f"{'… ' if start else ''}{shown}{' …' if end >= 0 else ''}", stems)


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The text in its order: a word and nothing, or nothing and what stands between words."""
    start = 0
    inside = False
    for at, character in enumerate(text):
        is_word = unicodedata.category(character)[0] in "LMN" or (inside and _closes_up(text, at))
        if is_word != inside:
            if at > start:
                yield (text[start:at], "") if inside else ("", text[start:at])
            start, inside = at, is_word
    if start < len(text):
        yield (text[start:], "") if inside else ("", text[start:])


def _closes_up(text: str, at: int) -> bool:
    """Whether an apostrophe stands within a word."""
    return text[at] in "'\N{RIGHT SINGLE QUOTATION MARK}" and text[at + 1 : at + 2].isalpha()


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    """The stem, without accents: MongoDB compares without them too."""
    stem = _STEMMER.stemWord(_plain(word))
    return "".join(
        character for character in unicodedata.normalize("NFKD", stem) if not unicodedata.combining(character)
    )


def _plain(word: str) -> str:
    return word.casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


_STEMMER = snowballstemmer.stemmer("english")
