"""The comparisons: ledger against databases, databases against topics, topics against effects, effects against mail."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ops.faults.findings import Finding, Historian, Kind
from ops.faults.houses import HOUSES, hears
from ops.faults.ledger import Op, by_kind
from ops.faults.world import Heard, World

FULL_STATES = {"metered", "unlimited", "exempt", "unmetered", "unknown-article"}


@dataclass
class Checker:
    """Compares one look at the world with the ledger. ``dead`` are events that must lie among the dead letters."""

    world: World
    ops: dict[str, Op]
    historian: Historian
    dead: frozenset[str] = frozenset()

    def findings(self) -> list[Finding]:
        """Everything that is not as it should be."""
        checks = (
            self.answers, self.comments, self.comment_events, self.comment_counts, self.views, self.meters,
            self.meter_events, self.outboxes, self.inboxes, self.witnessed, self.order, self.parked, self.mail,
        )  # fmt: skip
        return [finding for check in checks for finding in check()]

    # What clients were told

    def answers(self) -> Iterator[Finding]:
        """Every answer is a success or a problem document."""
        for op in self.ops.values():
            odd = [answer for answer in op.answers if answer["outcome"] == "odd"]
            if odd:
                yield self._of_op("wrong", op, f"was answered {odd[0]['status']} without a problem document")

    def comments(self) -> Iterator[Finding]:
        """A comment that was acknowledged is there, once and under the id that was told; none is there twice."""
        there: defaultdict[str, list[str]] = defaultdict(list)
        for comment in self.world.comments:
            there[comment["body"].rpartition(" ")[2]].append(comment["_id"])
        for op in by_kind(self.ops).get("comment", ()):
            found = there.get(op.id, [])
            if op.done and op.done["comment"] not in found:
                yield self._of_op("lost", op, "was acknowledged and is not there")
            if len(found) > 1:
                yield self._of_op("doubled", op, f"is there {len(found)} times: {', '.join(found)}")
            if found and not (op.done or op.unsure):
                yield self._of_op("wrong", op, "was refused and is there all the same")

    def comment_events(self) -> Iterator[Finding]:
        """State and event are one write: every comment was told of, by one event."""
        told: defaultdict[str, list[str]] = defaultdict(list)
        for id_, record in self.world.events("CommentPosted").items():
            if record.data["revision"] == 1:
                told[record.data["comment_id"]].append(id_)
        for comment in self.world.comments:
            yield from self._told_once("comment", comment["_id"], told.pop(comment["_id"], []))
        for comment_id, ids in told.items():
            if not self._synthetic(ids[0]):
                yield Finding("wrong", comment_id, "was told of and is not there", "", self.historian.of_event(ids[0]))

    def comment_counts(self) -> Iterator[Finding]:
        """Content has a register for each comment, and each article shows as many as are visible."""
        visible: Counter[str] = Counter()
        for register in self.world.registers.values():
            visible[register["article_id"]] += register["visible"]
        for comment in self.world.comments:
            if comment["_id"] not in self.world.registers:
                yield Finding("lost", comment["_id"], "content has not counted this comment")
        for article, count in self.world.counts.items():
            if count != visible[article]:
                kind: Kind = "lost" if count < visible[article] else "doubled"
                yield Finding(kind, article, f"shows {count} comments, and {visible[article]} are visible")

    def views(self) -> Iterator[Finding]:
        """Every reading that was acknowledged in full was told of; no attempt was told of twice."""
        told = Counter(
            (record.data["reader_id"], record.data["article_id"])
            for record in self.world.events("ArticleViewed").values()
        )
        asked: defaultdict[tuple[str, str], list[Op]] = defaultdict(list)
        for op in by_kind(self.ops).get("view", ()):
            asked[op.what["reader"], op.what["article"]].append(op)
        for place, ops in asked.items():
            full = sum(bool(op.done and op.done["full"]) for op in ops)
            most = full + sum(op.unsure for op in ops)
            if told[place] < full:
                yield self._of_op("lost", ops[0], f"{full} readings were given and {told[place]} told of")
            if told[place] > most:
                yield self._of_op("doubled", ops[0], f"{told[place]} readings were told of and {most} asked for")

    # The meter

    def meters(self) -> Iterator[Finding]:
        """What was given counts; and whoever was never given more than the allowance has it not exceeded."""
        given: defaultdict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        op_of: dict[str, Op] = {}
        for op in by_kind(self.ops).get("view", ()):
            if op.done and op.done["full"]:
                given[op.what["reader"]][op.done["state"]].add(op.what["article"])
                op_of[op.what["reader"]] = op
        for reader, states in given.items():
            counted = self.world.meters.get(reader, set())
            missing = (states["metered"] | states["unmetered"] | states["unknown-article"]) - counted
            if missing:
                yield self._of_op(
                    "lost", op_of[reader], f"was given {', '.join(sorted(missing))} and that does not count"
                )
            if len(states["metered"]) > 3:
                yield self._of_op("doubled", op_of[reader], f"the meter granted {len(states['metered'])} articles")

    def meter_events(self) -> Iterator[Finding]:
        """Each counted article was told of once."""
        told = Counter(
            (record.data["reader_id"], record.data["article_id"])
            for record in self.world.events("MeterAdvanced").values()
        )
        for reader, articles in self.world.meters.items():
            for article in articles:
                if reader.startswith("member:") or told[reader, article] == 1:
                    continue
                kind: Kind = "lost" if not told[reader, article] else "doubled"
                yield Finding(kind, f"{reader} {article}", f"counts, and was told of {told[reader, article]} times")

    # The plumbing

    def outboxes(self) -> Iterator[Finding]:
        """Nothing waits any more."""
        for house, waiting in self.world.waiting.items():
            for collection, count in waiting.items():
                yield Finding("stuck", f"{house}.{collection}", f"{count} documents have events that have not left")

    def inboxes(self) -> Iterator[Finding]:
        """Every event had its effect in every house that hears it."""
        parked = {house: {row["_id"] for row in rows} for house, rows in self.world.parked.items()}
        for house in HOUSES:
            for id_, records in self.world.by_id.items():
                if id_ in self.world.inbox[house] or id_ in self.dead or id_ in parked[house]:
                    continue  # What is dead or parked is told of by `parked`.
                if hears(house, records[0].type, records[0].data):
                    yield self._of_event("lost", records[0], f"{house} has never taken it")

    def witnessed(self) -> Iterator[Finding]:
        """The witness, who adds one for each event, has a one for each."""
        for id_, effect in self.world.effects.items():
            if effect["times"] != 1:
                record = self.world.by_id[id_][0]
                yield self._of_event("doubled", record, f"took effect {effect['times']} times at the witness")
        parked = {row["_id"] for row in self.world.parked["witness"]}
        for id_, records in self.world.by_id.items():
            if id_ in self.world.effects or id_ in parked:
                continue
            if hears("witness", records[0].type, records[0].data):
                yield self._of_event("lost", records[0], "took no effect at the witness")

    def order(self) -> Iterator[Finding]:
        """A key's events took effect in the order in which they came."""
        last: dict[tuple[str, str], tuple[int, Heard]] = {}
        seen: set[str] = set()
        for record in self.world.records:
            effect = self.world.effects.get(record.id)
            if effect is None or record.id in seen or record.id in self.dead:
                continue
            seen.add(record.id)
            before = last.get((record.topic, record.key))
            if before and effect["at"][0] < before[0]:
                yield self._of_event("wrong", record, f"took effect before {before[1].id}, which came earlier")
            last[record.topic, record.key] = effect["at"][0], record

    def parked(self) -> Iterator[Finding]:
        """Exactly those are among the dead letters that must be, and nothing else is parked."""
        for house, rows in self.world.parked.items():
            dead = {row["key"] for row in rows if row["state"] == "dead"}
            for row in rows:
                if row["state"] != "dead" and row["key"] in dead:
                    continue
                if row["state"] != "dead":
                    yield Finding("stuck", row["_id"], f"{house} has parked it as {row['state']}: {row.get('reason')}")
                elif row["_id"] not in self.dead:
                    yield Finding("stuck", row["_id"], f"{house} has it among the dead letters: {row.get('reason')}")

    # Mail

    def mail(self) -> Iterator[Finding]:
        """One mail for each message that was sent, none twice; what nobody knows is counted as unknown."""
        for message in self.world.messages:
            copies = self.world.mails[message["_id"]]
            state = message["state"]
            if copies > 1:
                yield Finding("doubled", message["_id"], f"{copies} mails are in the mailbox; it is {state}")
            if state == "sent" and not copies:
                yield Finding("lost", message["_id"], "was sent and is not in the mailbox")
            if copies and state not in {"sent", "unknown"}:
                yield Finding("wrong", message["_id"], f"is in the mailbox, and its state is {state}")

    # Helpers

    def _told_once(self, what: str, id_: str, events: list[str]) -> Iterator[Finding]:
        if not events:
            yield Finding("lost", id_, f"the {what} is there and no event tells of it")
        if len(events) > 1:
            yield Finding(
                "doubled", id_, f"{len(events)} events tell of the {what}", "", self.historian.of_event(events[1])
            )

    def _synthetic(self, event_id: str) -> bool:
        """Whether the rig itself has put the event on its topic."""
        return event_id in self.ops

    def _of_op(self, kind: Kind, op: Op, detail: str) -> Finding:
        return Finding(kind, f"{op.kind} {op.id}", detail, op.scenario, self.historian.of_op(op))

    def _of_event(self, kind: Kind, record: Heard, detail: str) -> Finding:
        item = f"{record.type or 'record'} {record.id}"
        return Finding(kind, item, detail, "", self.historian.of_event(record.id))


def attributed(findings: list[Finding], scenario: str) -> list[Finding]:
    """Findings that belong to no deed belong to the scenario that has just ended."""
    return [finding if finding.scenario else replace(finding, scenario=scenario) for finding in findings]
