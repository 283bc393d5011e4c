"""The same cloud to read and to reckon with: a list for a page, and comma-separated values for a spreadsheet."""

from __future__ import annotations

import csv
from html import escape
from io import StringIO

from services.content.model.wordcloud.counting import Cloud

COLUMNS = ("term", "respondents", "answered", "weight")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def as_list(cloud: Cloud, question: str) -> str:
    """The cloud as a piece of HTML, for whoever cannot or would not look at a picture."""
    items = [
        f'<li value="{rank}">{escape(word.term)} <span>{word.respondents}</span></li>'
        for rank, word in enumerate(cloud.words, start=1)
    ]
    notes = [f"{cloud.statement}."]
    if cloud.withheld:
        notes.append(f"Words given by fewer than {cloud.least} are not shown.")
    lines = [
        f'<figure class="word-list"><figcaption>{escape(question)}</figcaption>',
        f"<p>{' '.join(notes)}</p>",
        *(["<ol>", *items, "</ol>"] if items else []),
        "</figure>",
    ]
    return "\n".join(lines) + "\n"


def as_csv(cloud: Cloud) -> str:
    """The cloud as CSV (RFC 4180), UTF-8. ``answered`` is how many people answered, the same in every row."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for word in cloud.words:
        writer.writerow((_as_text(word.term), word.respondents, cloud.respondents, f"{word.weight:.4f}"))
    return out.getvalue()


def _as_text(term: str) -> str:
    """What a spreadsheet would take for a formula, marked as text: an answer is never run."""
    return f"'{term}" if term.startswith(_FORMULA_STARTS) else term
