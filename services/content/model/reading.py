"""How long a text takes to read (C2). The formula has a number, which travels with every result.

Formula 1: words of scripts that part them by spaces at 238 a minute, characters of Chinese and Japanese script at 500 a
minute, the two added and rounded up to whole minutes; nothing takes none.

238 words a minute is the mean for silent reading of English non-fiction over 190 studies (Brysbaert 2019, "How many
words do we read per minute?", Journal of Memory and Language 109). 500 characters a minute is the round figure
publishers use for Chinese and Japanese; a character there carries about half a word. Korean parts its words by spaces
and counts as words. Thai, Lao, Khmer and Burmese do not, and come out too short: a formula 2 would change that.
"""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict

FORMULA = 1
WORDS_A_MINUTE = 238
CHARACTERS_A_MINUTE = 500

# Han with its extensions and compatibility forms, hiragana, katakana (half width too) and bopomofo.
_CHARACTER = re.compile(
    "[\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
# What stands between spaces and long dashes is a word if it holds a letter or digit: "don't", "1.30pm", "Asia-Pacific"
# and "plenary.example" are one word each, a lone dash is none. (\w would break Devanagari at its vowel signs.)
_BETWEEN_WORDS = re.compile("[\\s\u2014\u2026/]+")
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")


class Reading(BaseModel):
    """How long, what was counted, and by which formula."""

    model_config = ConfigDict(frozen=True)

    minutes: int
    words: int
    characters: int
    formula: int = FORMULA


def reading_of(text: str) -> Reading:
    """The reading time of a plain text."""
    characters = len(_CHARACTER.findall(text))
    parts = _BETWEEN_WORDS.split(_CHARACTER.sub(" ", text))
    words = sum(1 for part in parts if _LETTER_OR_DIGIT.search(part))
    return Reading(minutes=minutes(words, characters), words=words, characters=characters)


def minutes(words: int, characters: int) -> int:
    """Whole minutes, rounded up in whole numbers so that no platform's floats decide."""
    share = words * CHARACTERS_A_MINUTE + characters * WORDS_A_MINUTE
    return -(-share // (WORDS_A_MINUTE * CHARACTERS_A_MINUTE))
