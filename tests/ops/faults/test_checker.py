"""The checker against worlds that are wrong in one way each: it names what is wrong, and nothing else."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ops.faults import ledger
from ops.faults.checks import Checker
from ops.faults.findings import Finding, Historian
from ops.faults.houses import HOUSES, hears
from ops.faults.injector import Fault
from ops.faults.ledger import Ledger, Op
from ops.faults.world import Heard, World

POSTED = "0198-posted"
VIEWED = "0198-viewed"


@pytest.fixture
def ops() -> dict[str, Op]:
    """Amina wrote a comment and was told that it stands; Wiremu read an article in full."""
    wrote = {"member": "amina", "article": "buses"}
    read = {"reader": "wiremu", "article": "buses"}
    return {
        "op-1": deed("op-1", "comment", wrote, outcome="done", status=201, comment="c-1"),
        "op-2": deed("op-2", "view", read, outcome="done", status=200, state="metered", full=True, used=1),
    }


def deed(id: str, kind: str, what: dict[str, Any], **told: Any) -> Op:
    """What the ledger tells of a deed that was attempted once."""
    asked = {"at": 1.0, "op": id, "step": "intends"}
    answer = {"at": 1.2, "op": id, "step": "told", **told}
    return Op(id, kind, "S1", what, 1.0, answers=[answer], lines=[asked, answer])


@pytest.fixture
def world() -> World:
    """What follows from that, everywhere."""
    posted = {
        "comment_id": "c-1",
        "article_id": "buses",
        "author_id": "mere",
        "parent_author_id": "amina",
        "posted_at": "2026-03-01T12:00:00Z",
        "revision": 1,
    }
    viewed = {
        "view_id": "v-1",
        "reader_id": "wiremu",
        "article_id": "buses",
        "access": "unmetered",
        "viewed_at": "2026-03-01T12:00:00Z",
    }
    advanced = {"reader_id": "wiremu", "article_id": "buses"}
    records = [
        Heard("community.comments", 0, 0, "buses", POSTED, "CommentPosted", posted),
        Heard("content.views", 3, 0, "wiremu", VIEWED, "ArticleViewed", viewed),
        Heard("metering.meters", 3, 0, "wiremu", "0198-advanced", "MeterAdvanced", advanced),
    ]
    now = time.time_ns()
    return World(
        records=records,
        inbox={house: {r.id for r in records if hears(house, r.type, r.data)} for house in HOUSES},
        parked={house: [] for house in HOUSES},
        waiting={house: Counter() for house in HOUSES},
        effects={r.id: {"_id": r.id, "times": 1, "at": [now + number]} for number, r in enumerate(records)},
        comments=[{"_id": "c-1", "article_id": "buses", "body": "Seen here too. op-1"}],
        registers={"c-1": {"article_id": "buses", "visible": True}},
        counts={"buses": 1},
        meters={"wiremu": {"buses"}},
        messages=[{"_id": "m-1", "state": "sent"}],
        registrations=[],
        mails=Counter({"m-1": 1}),
    )


def found(world: World, ops: dict[str, Op], *, dead: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    """Kind and item of each finding."""
    return [(finding.kind, finding.item) for finding in findings(world, ops, dead=dead)]


def findings(world: World, ops: dict[str, Op], *, dead: frozenset[str] = frozenset()) -> list[Finding]:
    return Checker(world, ops, Historian(world, ops, []), dead).findings()


def test_a_world_that_is_as_it_was_told_has_no_findings(world: World, ops: dict[str, Op]) -> None:
    assert found(world, ops) == []


def lose_comment(world: World) -> None:
    world.comments.clear()


def double_comment(world: World) -> None:
    world.comments.append({"_id": "c-2", "article_id": "buses", "body": "Seen here too. op-1"})


def lose_event(world: World) -> None:
    del world.by_id[POSTED]


def lose_effect(world: World) -> None:
    world.inbox["content"].discard(POSTED)


def double_effect(world: World) -> None:
    world.effects[POSTED]["times"] = 2


def pass_reading_by(world: World) -> None:
    world.inbox["metering"].discard(VIEWED)


def miscount(world: World) -> None:
    world.counts["buses"] = 2


def lose_reading(world: World) -> None:
    del world.by_id[VIEWED]


def double_reading(world: World) -> None:
    again = Heard("content.views", 3, 1, "wiremu", "0198-again", "ArticleViewed", world.by_id[VIEWED][0].data)
    world.by_id["0198-again"].append(again)


def forget_reading(world: World) -> None:
    world.meters["wiremu"].clear()


def keep_event_back(world: World) -> None:
    world.waiting["community"]["comments"] = 1


def double_mail(world: World) -> None:
    world.mails["m-1"] = 2


def lose_mail(world: World) -> None:
    world.mails.clear()


def deny_mail(world: World) -> None:
    world.messages[0]["state"] = "soft"


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        (lose_comment, ("lost", "comment op-1")),
        (double_comment, ("doubled", "comment op-1")),
        (lose_event, ("lost", "c-1")),
        (lose_effect, ("lost", f"CommentPosted {POSTED}")),
        (double_effect, ("doubled", f"CommentPosted {POSTED}")),
        (pass_reading_by, ("lost", f"ArticleViewed {VIEWED}")),
        (miscount, ("doubled", "buses")),
        (lose_reading, ("lost", "view op-2")),
        (double_reading, ("doubled", "view op-2")),
        (forget_reading, ("lost", "view op-2")),
        (keep_event_back, ("stuck", "community.comments")),
        (double_mail, ("doubled", "m-1")),
        (lose_mail, ("lost", "m-1")),
        (deny_mail, ("wrong", "m-1")),
    ],
)
def test_what_is_wrong_is_named(
    world: World, ops: dict[str, Op], harm: Callable[[World], None], expected: tuple[str, str]
) -> None:
    harm(world)

    assert expected in found(world, ops)


def test_a_house_need_not_take_what_does_not_concern_it(world: World, ops: dict[str, Op]) -> None:
    (viewed,) = world.by_id[VIEWED]
    world.by_id[VIEWED] = [replace(viewed, data={**viewed.data, "access": "metered"})]
    pass_reading_by(world)

    assert found(world, ops) == []


def test_an_answer_that_never_came_may_have_had_one_effect_or_none_and_never_two(
    world: World, ops: dict[str, Op]
) -> None:
    ops["op-1"] = deed("op-1", "comment", ops["op-1"].what, outcome="silent", status=None)
    one = found(world, ops)
    double_comment(world)
    two = found(world, ops)

    assert one == []
    assert ("doubled", "comment op-1") in two


def test_a_refusal_that_had_an_effect_all_the_same_is_wrong(world: World, ops: dict[str, Op]) -> None:
    ops["op-1"] = deed("op-1", "comment", ops["op-1"].what, outcome="refused", status=422)

    assert ("wrong", "comment op-1") in found(world, ops)


def test_an_answer_that_is_no_problem_document_is_wrong(world: World, ops: dict[str, Op]) -> None:
    ops["op-3"] = deed("op-3", "comment", {}, outcome="odd", status=500)

    assert found(world, ops) == [("wrong", "comment op-3")]


def test_events_of_a_key_that_took_effect_in_another_order_are_wrong(world: World, ops: dict[str, Op]) -> None:
    later = Heard("community.comments", 0, 1, "buses", "0198-hidden", "CommentHidden", {})
    world.records.append(later)
    world.effects["0198-hidden"] = {"_id": "0198-hidden", "times": 1, "at": [world.effects[POSTED]["at"][0] - 1]}

    assert ("wrong", "CommentHidden 0198-hidden") in found(world, ops)


def test_dead_letters_are_expected_or_they_are_stuck(world: World, ops: dict[str, Op]) -> None:
    world.parked["content"].append({"_id": "0198-bad", "key": "community.comments|buses", "state": "dead", "tries": 5})

    assert found(world, ops) == [("stuck", "0198-bad")]
    assert found(world, ops, dead=frozenset({"0198-bad"})) == []


def test_a_finding_comes_with_its_history(world: World, ops: dict[str, Op]) -> None:
    double_effect(world)
    killed = Fault(world.effects[POSTED]["at"][0] / 1e9, "content-worker", "killed at consumer.after-transaction")

    (finding,) = Checker(world, ops, Historian(world, ops, [killed])).findings()

    history = "\n".join(finding.history)
    assert "in community.comments/0/0, key buses" in history
    assert "took effect 2 times" in history
    assert "content-worker killed at consumer.after-transaction" in history


async def test_the_ledger_gives_back_what_was_written(tmp_path: Path) -> None:
    book = Ledger(tmp_path / "ledger.jsonl")
    await book.write("intends", "op-1", kind="comment", scenario="S1", member="amina")
    await book.write("told", "op-1", outcome="silent", status=None)
    await book.write("intends", "op-1", kind="comment", scenario="S1", member="amina")
    await book.write("told", "op-1", outcome="done", status=201, comment="c-1")
    book.close()
    with book.path.open("ab") as torn:
        torn.write(b'{"op":"op-2","st')

    ops = ledger.read(book.path)

    assert list(ops) == ["op-1"]
    assert (ops["op-1"].kind, ops["op-1"].what) == ("comment", {"member": "amina"})
    assert ops["op-1"].done
    assert ops["op-1"].done["comment"] == "c-1"
    assert ops["op-1"].unsure == 1
