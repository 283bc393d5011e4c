"""Which passwords are too easy to guess. Length counts; what kinds of characters there are does not (NIST SP
800-63B).
"""

from __future__ import annotations

import unicodedata

from services.accounts.errors import PasswordWeak

SHORTEST = 12
LONGEST = 256
LEAST_OWN = 6
"""Characters that must be left when what guessers know is taken out: a year after a common word is not enough."""

COMMON_STEMS = (
    "password",
    "passwort",
    "letmein",
    "welcome",
    "qwerty",
    "qwertz",
    "azerty",
    "iloveyou",
    "admin",
    "changeme",
)
SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb")


def normal_password(text: str) -> str:
    """The password in the form that is hashed: NFKC, so that every keyboard gives the same."""
    return unicodedata.normalize("NFKC", text)


def check_password(password: str, *, about: tuple[str, ...] = ()) -> None:
    """Raise ``PasswordWeak`` for what guessers try first.

    ``about`` holds what is known of the owner: address, name, organisation.
    """
    if len(password) < SHORTEST:
        raise PasswordWeak(f"It needs {SHORTEST} characters or more; a sentence is easy to remember.")
    if len(password) > LONGEST:
        raise PasswordWeak(f"It may have {LONGEST} characters at most.")
    folded = password.casefold()
    if len(set(folded)) < 5:
        raise PasswordWeak("It repeats itself.")
    if len(_without_common(folded, about)) < LEAST_OWN:
        raise PasswordWeak("It is made of words and rows that are tried first.")


def _without_common(folded: str, about: tuple[str, ...]) -> str:
    """What is left when common words, rows of keys and the owner's own names are taken out."""
    words = {word for text in about for word in _words(text.casefold()) if len(word) >= 4}
    for known in (*sorted(words, key=len, reverse=True), *COMMON_STEMS, "plenary"):
        folded = folded.replace(known, "")
    for row in SEQUENCES:
        for text in (row, row[::-1]):
            folded = _without_runs(folded, text)
    return folded


def _words(text: str) -> list[str]:
    return "".join(letter if letter.isalnum() else " " for letter in text).split()


def _without_runs(text: str, row: str) -> str:
    """Without what follows the row for four characters or more."""
    kept, start = [], 0
    while start < len(text):
        end = start + 1
        while end < len(text) and text[start : end + 1] in row:
            end += 1
        if end - start < 4:
            kept.append(text[start])
            end = start + 1
        start = end
    return "".join(kept)
