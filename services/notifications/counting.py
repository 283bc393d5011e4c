"""What this service counts, for Prometheus, beside what every process counts."""

from __future__ import annotations

from prometheus_client import Counter, Gauge

from services.notifications.model.message import State
from services.notifications.model.verdicts import Accepted, Broken, Lost, Outcome, Refused
from shared.events.notifications import Purpose

_handed_over = Counter(
    "mails_handed_over_total", "Mails handed to the mail server, by its verdict.", ["purpose", "verdict"]
)
_lapsed = Counter("mail_leases_lapsed_total", "Mails whose worker died, by what became of them.", ["state"])
_messages = Gauge("mails_by_state", "Mails that wait, are on their way or were given up.", ["state"])
_reachable = Gauge("mail_server_reachable", "1 while the mail server answers, 0 while it does not.")


def outcome(purpose: Purpose, verdict: Outcome) -> None:
    """The mail server gave its verdict, or the line broke."""
    _handed_over.labels(purpose, _word(verdict)).inc()


def lapsed(state: State) -> None:
    """A worker had died with a mail in its hands."""
    _lapsed.labels(state).inc()


def waiting(state: State, count: int) -> None:
    """So many mails are in this state."""
    _messages.labels(state).set(count)


def server_reachable(*, yes: bool) -> None:
    """Whether the mail server answers."""
    _reachable.set(int(yes))


def _word(verdict: Outcome) -> str:
    match verdict:
        case Accepted():
            return "accepted"
        case Refused():
            return "refused_for_good" if verdict.for_good else "refused_for_now"
        case Broken():
            return "broken"
        case Lost():
            return "unknown"
