"""How many comments can be seen under an item, from what community said of each (C9).

What is kept per comment is a register: the highest revision seen, and whether that one shows it. Merging takes the
higher revision, so copies, disorder and replays come to the same; an item's count is the number of registers that show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

from shared.events.community import CommentErased, CommentHidden, CommentPosted

CommentFact: TypeAlias = CommentPosted | CommentHidden | CommentErased


class Register(NamedTuple):
    """What is known of one comment."""

    article_id: str
    revision: int
    visible: bool


def register_of(fact: CommentFact) -> Register:
    """What one event says of its comment."""
    return Register(fact.article_id, fact.revision, isinstance(fact, CommentPosted))


def merge(known: Mapping[str, Register], facts: Iterable[CommentFact]) -> dict[str, Register]:
    """The registers that ``facts`` change, by comment id."""
    changed: dict[str, Register] = {}
    for fact in facts:
        said = register_of(fact)
        before = changed.get(fact.comment_id) or known.get(fact.comment_id)
        if before is None or said.revision > before.revision:
            changed[fact.comment_id] = said
    return changed


def differences(known: Mapping[str, Register], changed: Mapping[str, Register]) -> dict[str, int]:
    """By how much each item's count changes when ``changed`` takes the place of what was ``known``."""
    difference: dict[str, int] = {}
    for comment_id, register in changed.items():
        before = known.get(comment_id)
        step = register.visible - (before.visible if before else False)
        if step:
            difference[register.article_id] = difference.get(register.article_id, 0) + step
    return difference
