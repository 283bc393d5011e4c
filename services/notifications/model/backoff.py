"""How long a mail waits after a server has said "not now".

=========  ============  ==========================================================================
refusal    waits about   why
=========  ============  ==========================================================================
1st        30 s          a busy server, or one that restarts
2nd to 4th 1, 2, 4 min   greylisting lets a sender pass after one to five minutes
5th, 6th   8, 16 min     a receiving limit per quarter of an hour
7th        32 min        a mailbox that somebody is tidying
later      1 h           an outage at the other end; the mail's own expiry ends it
=========  ============  ==========================================================================
"""

from __future__ import annotations

from datetime import timedelta


def wait(tries: int, *, base: timedelta, cap: timedelta, jitter: float) -> timedelta:
    """The wait after the ``tries``-th refusal, counted from 1: doubled each time, up to ``cap``.

    ``jitter`` in [0, 1) takes away up to half of it, so that mails refused together do not come back together.
    """
    doubled = min(cap, base * float(2 ** min(tries - 1, 20)))
    return doubled * (1 - jitter / 2)
