"""What a server's answer means, and how long a mail waits after a passing one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.notifications.model.backoff import wait
from services.notifications.model.verdicts import Refused, Stage, enhanced_status

BASE, CAP = timedelta(seconds=30), timedelta(hours=1)


@pytest.mark.parametrize(
    ("stage", "code", "status", "for_good", "blames_address"),
    [
        ("rcpt", 550, None, True, True),
        ("rcpt", 550, "5.1.1", True, True),
        ("rcpt", 550, "5.2.1", True, True),
        ("rcpt", 552, "5.2.2", True, False),  # The mailbox is full.
        ("rcpt", 550, "5.7.1", True, False),  # A policy.
        ("rcpt", 553, "5.6.7", True, False),  # The server does not speak the address's script.
        ("rcpt", 450, "4.2.1", False, False),
        ("data", 554, None, True, False),  # The content.
        ("data", 554, "5.7.1", True, False),
        ("data", 550, "5.1.1", True, True),  # Servers that look the mailbox up only then.
        ("data", 451, None, False, False),
        ("mail", 530, "5.7.0", False, False),  # Our own fault: it may be put right.
        ("mail", 421, None, False, False),
    ],
)
def test_an_answer_means_what_the_rfcs_say(
    stage: Stage, code: int, status: str | None, for_good: bool, blames_address: bool
) -> None:
    refused = Refused(stage, code, status)

    assert (refused.for_good, refused.blames_address) == (for_good, blames_address)


def test_an_answer_is_told_in_codes_and_our_own_words() -> None:
    assert Refused("rcpt", 550, "5.1.1").words == "550 5.1.1 at RCPT: no such mailbox"
    assert Refused("data", 451, None).words == "451 at DATA"


@pytest.mark.parametrize(
    ("text", "status"),
    [("5.1.1 Unknown", "5.1.1"), ("4.2.2", "4.2.2"), ("Unknown 5.1.1", None), ("", None), ("2.0.0 Fine", "2.0.0")],
)
def test_the_enhanced_status_is_read_from_the_beginning(text: str, status: str | None) -> None:
    assert enhanced_status(text) == status


def test_the_wait_doubles_up_to_its_cap() -> None:
    waits = [wait(tries, base=BASE, cap=CAP, jitter=0) for tries in range(1, 10)]

    assert [found.total_seconds() for found in waits] == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_jitter_takes_away_up_to_half() -> None:
    waits = [wait(3, base=BASE, cap=CAP, jitter=jitter / 100) for jitter in range(100)]

    assert max(waits) == timedelta(minutes=2)
    assert min(waits) > timedelta(minutes=1)
    assert len(set(waits)) == 100


def test_a_thousand_tries_are_no_trouble() -> None:
    assert wait(1000, base=BASE, cap=CAP, jitter=0) == CAP
