"""Suggestions: what members would like to read or talk about, and how far it has got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from services.community.errors import IllegalMove, OutOfOrder, ReasonMissing, WebinarUnknown
from shared.events import Event
from shared.events.community import SuggestionMoved, TopicSuggested
from shared.model import Aggregate

State = Literal["new", "triaged", "planned", "scheduled", "declined"]

MOVES: dict[State, tuple[State, ...]] = {
    "new": ("triaged", "declined"),
    "triaged": ("planned", "declined"),
    "planned": ("scheduled", "declined"),
    "scheduled": (),
    "declined": ("triaged",),
}
"""Where a suggestion may go from where it is. What was declined may be taken up again."""


class Move(BaseModel):
    """One step of a suggestion's way."""

    model_config = ConfigDict(frozen=True)

    state: State
    by: str
    at: datetime
    reason: str | None = None


class Taken(NamedTuple):
    """One step that was taken elsewhere, and the webinar that it led to, if any."""

    step: Move
    webinar_id: str | None


class Suggestion(Aggregate):
    """Something that a member would like to see, with everyone who would like it too."""

    title: str
    description: str = ""
    topics: tuple[str, ...] = ()
    submitter_id: str
    manager_id: str | None = None
    """The community manager who looks after it."""
    state: State = "new"
    supporters: tuple[str, ...] = ()
    support: int = 0
    moves: tuple[Move, ...] = ()
    webinar_id: str | None = None
    suggested_at: datetime


def suggest(
    *,
    id: str,
    title: str,
    description: str,
    topics: tuple[str, ...],
    by: str,
    manager_id: str | None,
    at: datetime,
) -> tuple[Suggestion, list[Event]]:
    """A new suggestion; its submitter is its first supporter."""
    suggestion = Suggestion(
        id=id,
        title=title,
        description=description,
        topics=topics,
        submitter_id=by,
        manager_id=manager_id,
        supporters=(by,),
        support=1,
        suggested_at=at,
    )
    return suggestion, [TopicSuggested(suggestion_id=id, topics=topics, title=title, suggested_at=at)]


def take_in(suggestion: Suggestion, supporters: Sequence[str], moves: Sequence[Taken]) -> Suggestion:
    """A new suggestion as it stood elsewhere: with who wanted it, and how far it had got. Nothing is said of the steps,
    because its submitter has heard of them there.

    Raises what :func:`move` raises, and :class:`OutOfOrder` for steps that are not in the order of their times.
    """
    for supporter in supporters:
        suggestion = support(suggestion, by=supporter, wanted=True)
    before = suggestion.suggested_at
    for step, webinar_id in moves:
        if step.at < before:
            raise OutOfOrder("Give the steps in the order in which they were taken, none before it was suggested.")
        suggestion, _ = move(
            suggestion, to=step.state, by=step.by, reason=step.reason, webinar_id=webinar_id, at=step.at
        )
        before = step.at
    return suggestion


def support(suggestion: Suggestion, *, by: str, wanted: bool) -> Suggestion:
    """A member would like it too, or no longer. Doing so twice is doing so once."""
    if (by in suggestion.supporters) == wanted:
        return suggestion
    supporters = (*suggestion.supporters, by) if wanted else tuple(m for m in suggestion.supporters if m != by)
    return suggestion.model_copy(update={"supporters": supporters, "support": len(supporters)})


def move(
    suggestion: Suggestion,
    *,
    to: State,
    by: str,
    reason: str | None,
    webinar_id: str | None,
    at: datetime,
) -> tuple[Suggestion, list[Event]]:
    """The community manager's decision. Declining gives a reason; scheduling names the webinar."""
    if to not in MOVES[suggestion.state]:
        allowed = " or ".join(MOVES[suggestion.state]) or "nowhere"
        raise IllegalMove(f"It is {suggestion.state}; from there it can go {allowed}.", allowed=MOVES[suggestion.state])
    if to == "declined" and not reason:
        raise ReasonMissing("Whoever suggested it will want to know why it was declined.")
    if (to == "scheduled") != (webinar_id is not None):
        raise WebinarUnknown("Give webinar_id with the state scheduled, and only then.")
    step = Move(state=to, by=by, at=at, reason=reason)
    changed = suggestion.model_copy(
        update={"state": to, "moves": (*suggestion.moves, step), "webinar_id": webinar_id, "manager_id": by}
    )
    event = SuggestionMoved(
        suggestion_id=suggestion.id,
        submitter_id=suggestion.submitter_id,
        title=suggestion.title,
        state=_told(to),
        reason=reason,
        webinar_id=webinar_id,
        moved_at=at,
    )
    return changed, [event]


def _told(state: State) -> Literal["triaged", "planned", "scheduled", "declined"]:
    if state == "new":
        raise IllegalMove("Nothing becomes new again.")
    return state
