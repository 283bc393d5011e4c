"""What items stand on and by whom they are chosen: topics, series, and the editorial board."""

from __future__ import annotations

from shared.model import Aggregate


class Topic(Aggregate):
    """A subject. Its id is its slug."""

    name: str
    description: str = ""


class Series(Aggregate):
    """Items or webinars that belong together under one question. Its id is its slug."""

    title: str
    question: str = ""
    description: str = ""


class BoardMember(Aggregate):
    """Somebody on the editorial board, as readers see them. Its id is a slug of the name."""

    name: str
    title: str
    organisation: str
    position: int = 100
    """Lower comes first."""
