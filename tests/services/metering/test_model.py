"""The meter against its reference: whatever readers, members, policies, clocks and the log do, both say the same.

A few dozen lives of a small site in the suite; ``./plenary test tests/services/metering --hypothesis-profile=deep``
plays a thousand, and longer ones.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import orjson
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.metering.app import service
from services.metering.deps import Deps
from services.metering.handlers.meter import Request, Signed, check
from services.metering.handlers.policies import decide_policy
from services.metering.model.rebuilding import meters_from
from services.metering.settings import MeteringSettings
from shared.clock import Clock
from shared.envelope import Envelope
from shared.events import Event
from shared.events.accounts import MemberUpdated, ReaderLinked
from shared.events.content import ArticleViewed
from shared.events.metering import MeterAdvanced
from shared.ids import new_id
from shared.inbox import Inbox
from shared.mongo import Client, connect
from shared.processes import prepare
from shared.resources import Resources
from shared.sealed import Seal
from shared.tokens import TokenSigner
from tests.doors import GATEWAY_KEY, Issuer, resources_of, settings_of
from tests.services.metering.conftest import article, cookie_in
from tests.services.metering.reference import Reference, Rule

EVE = datetime(2031, 1, 29, 9, tzinfo=UTC)
"""Two days before a month ends, and far enough ahead that no expiry is due meanwhile."""
ARTICLES = tuple(f"article-{number}" for number in range(4))
ANONYMOUS, MEMBERS = ("tane", "mere"), ("member:amina", "member:wiremu")
READERS = ANONYMOUS + MEMBERS

anonymous, members, readers, articles = map(st.sampled_from, (ANONYMOUS, MEMBERS, READERS, ARTICLES))
ago = st.sampled_from([timedelta(0), timedelta(hours=1), timedelta(days=2)])


@dataclass(frozen=True, slots=True)
class HandClock(Clock):
    """Stands still until it is moved."""

    hand: list[datetime] = field(default_factory=list)

    def now(self) -> datetime:
        return self.hand[0]


class Metering:
    """Two processes of metering with one database, and one worker's inbox."""

    def __init__(self, client: Client, mongodb_uri: str) -> None:
        self.client, self.hand = client, [EVE]
        self.database = client[f"test_{uuid.uuid4().hex[:16]}"]
        self._signer, clock = TokenSigner.generate(), HandClock(hand=self.hand)
        key = orjson.dumps(self._signer.private_jwk()).decode()
        chosen = settings_of(MeteringSettings, mongodb_uri, self.database, signing_keys=key)
        self.resources: Resources = replace(resources_of(chosen, client, self.database, Issuer()), clock=clock)
        self.grants = Seal(GATEWAY_KEY.encode(), purpose="read-grant", clock=clock)

    async def open(self) -> None:
        self.processes: list[Deps] = [await prepare(service, self.resources) for _ in range(2)]
        self.inbox = Inbox(self.client, self.database, service.table, service.tombstones, self.processes[0])

    async def begin(self) -> None:
        """Forget everything but the first policy and the articles."""
        self.hand[0] = EVE
        for name in ("meters", "members", "links", "inbox", "articles"):
            await self.database[name].delete_many({})
        await self.database["policies"].delete_many({"_id": {"$gt": 1}})
        await self.announce()
        await self.hear([envelope(article(name)) for name in ARTICLES])

    async def announce(self) -> None:
        for deps in self.processes:
            await deps.policies.all(fresh=True)

    async def hear(self, envelopes: list[Envelope]) -> None:
        assert await self.inbox.apply([(e.event.topic, e) for e in envelopes if e.event]) == len(envelopes)

    async def ask(self, reader: str, slug: str, process: int = 0) -> dict[str, Any]:
        deps = self.processes[process % 2]
        if reader in MEMBERS:
            request = Request(slug, Signed(reader.removeprefix("member:"), "pending", EVE), None, None, peek=False)
        else:
            cookie = cookie_in(deps.grants.cookie(reader, self.hand[0]))
            request = Request(slug, None, cookie, None, peek=False)
        return self.grants.open((await check(deps, request)).grant)


def envelope(event: Event) -> Envelope:
    return Envelope(id=new_id(), type=event.type, key=event.key, time=EVE, event=event)


class MeterMachine(RuleBasedStateMachine):
    """Lives of a site; the rules are what can happen."""

    metering: ClassVar[Metering]
    runner: ClassVar[asyncio.Runner]

    @initialize(limit=st.integers(1, 3), days=st.sampled_from([None, None, 3]))
    def begin(self, limit: int, days: int | None) -> None:
        self.runner.run(self.metering.begin())
        self.reference = Reference([Rule(datetime(2000, 1, 1, tzinfo=UTC), 1, 3)])
        self.unlimited: set[str] = set()
        self.told: list[Envelope] = []
        self.cookies = dict.fromkeys(ANONYMOUS, 0)
        self.revision = 0
        self.policy(limit, "Etc/UTC", days, timedelta(0))

    @property
    def now(self) -> datetime:
        return self.metering.hand[0]

    def known_as(self, person: str) -> str:
        """A member is always the same reader; somebody without an account is whom their present cookie says."""
        return f"{person}-{self.cookies[person]}" if person in self.cookies else person

    def tell(self, *events: Event) -> None:
        """Let events arrive, and remember them for a replay."""
        envelopes = [envelope(event) for event in events]
        self.told += envelopes
        self.runner.run(self.metering.hear(envelopes))

    @rule(step=st.sampled_from([timedelta(seconds=1), timedelta(hours=7), timedelta(days=1), timedelta(days=3)]))
    def time_passes(self, step: timedelta) -> None:
        self.metering.hand[0] += step

    @rule(person=readers, name=articles)
    def read(self, person: str, name: str) -> None:
        reader = self.known_as(person)
        self.metering.hand[0] += timedelta(seconds=1)
        word = self.runner.run(self.metering.ask(reader, name))

        if reader in self.unlimited:
            assert word["state"] == "unlimited"
            return
        before = self.reference.charges
        granted = self.reference.read(reader, name, self.now)
        used, limit = len(self.reference.live(reader, self.now)), self.reference.rule(self.now).limit
        assert word["state"] == ("metered" if granted else "walled")
        assert (word["used"], word["limit"], word["remaining"]) == (used, limit, max(0, limit - used))
        assert word["new"] is (self.reference.charges > before)

    @rule(asked=st.lists(st.tuples(st.sampled_from((*ANONYMOUS, "member:wiremu")), articles), min_size=2, max_size=16))
    def burst(self, asked: list[tuple[str, str]]) -> None:
        """Everybody at once, over both processes, while the log is replayed."""
        self.metering.hand[0] += timedelta(seconds=1)

        asked = [(self.known_as(person), name) for person, name in asked]

        async def at_once() -> list[dict[str, Any]]:
            replay = asyncio.create_task(self.metering.hear(self.told[-3:])) if self.told else None
            words = await asyncio.gather(*(self.metering.ask(*one, n) for n, one in enumerate(asked)))
            if replay:
                await replay
            return words

        words = self.runner.run(at_once())
        for reader in {reader for reader, _ in asked} - self.unlimited:
            states = {(name, w["state"]) for (who, name), w in zip(asked, words, strict=True) if who == reader}
            let_in = {name for name, state in states if state == "metered"}
            assert len(states) == len(dict(states)), "the same article was let in and walled"
            room = self.reference.rule(self.now).limit - len(live := self.reference.live(reader, self.now))
            new = {name for name, _ in states} - set(live)
            assert len(let_in - set(live)) == min(len(new), max(0, room))
            assert all(self.reference.read(reader, name, self.now) for name in sorted(let_in))

    @rule(person=readers, name=articles, before=ago)
    def view_given_while_metering_was_away(self, person: str, name: str, before: timedelta) -> None:
        reader = self.known_as(person)
        at = self.now - before
        view = ArticleViewed(view_id=new_id(), reader_id=reader, article_id=name, access="unmetered", viewed_at=at)
        self.tell(view, view)
        if reader not in self.unlimited:
            self.reference.read(reader, name, at, given=True)
            self.relink(reader)

    @rule(person=anonymous, member=members, forget=st.booleans())
    def log_in(self, person: str, member: str, forget: bool) -> None:
        """Whom the cookie stands for is linked, once; the cookie is kept, or cleared afterwards."""
        reader = self.known_as(person)
        linked = {e.event.reader_id for e in self.told if isinstance(e.event, ReaderLinked)}
        if reader not in linked:
            self.tell(ReaderLinked(member_id=member.removeprefix("member:"), reader_id=reader, linked_at=self.now))
            self.relink(reader)
        self.cookies[person] += forget

    def relink(self, reader: str) -> None:
        """What was read before the log-in belongs to the member, whenever it is heard of."""
        for told in self.told:
            if isinstance(link := told.event, ReaderLinked) and link.reader_id == reader:
                self.reference.link(reader, f"member:{link.member_id}", link.linked_at)

    @rule(member=members, standing=st.sampled_from(["pending", "member", "official"]))
    def standing_changes(self, member: str, standing: Any) -> None:
        self.metering.hand[0] += timedelta(seconds=1)
        self.revision += 1
        name = member.removeprefix("member:")
        self.tell(MemberUpdated(member_id=name, standing=standing, updated_at=self.now, revision=self.revision))
        (self.unlimited.discard if standing == "pending" else self.unlimited.add)(member)

    @rule(
        limit=st.integers(0, 4),
        zone=st.sampled_from(["Etc/UTC", "Pacific/Auckland"]),
        days=st.sampled_from([None, None, 3, 7]),
        ahead=st.sampled_from([timedelta(0), timedelta(hours=5), timedelta(days=2)]),
    )
    def policy(self, limit: int, zone: str, days: int | None, ahead: timedelta) -> None:
        kind: Any = "rolling-days" if days else "calendar-month"
        starts, deps = self.now + ahead, self.metering.processes[0]
        made = self.runner.run(
            decide_policy(deps, new_id(), limit=limit, kind=kind, zone=zone, days=days, starts_at=starts, by="root")
        )
        self.runner.run(self.metering.announce())
        self.reference.rules.append(Rule(starts, made.version, limit, zone, days))

    @precondition(lambda self: self.told)
    @rule(choice=st.randoms(use_true_random=False))
    def replay(self, choice: Any) -> None:
        again = [envelope for envelope in self.told for _ in range(2)]
        choice.shuffle(again)
        self.runner.run(self.metering.hear(again[:20]))

    @invariant()
    def the_store_and_what_it_said_agree(self) -> None:
        """Each charge was said once, and the log alone makes the same meters."""
        stored = self.runner.run(self.metering.database["meters"].find({}).to_list())
        said = [row for document in stored for row in document.get("outbox", ())]
        advanced = [row for row in said if row["type"] == MeterAdvanced.type]
        assert len(advanced) == self.reference.charges

        log: list[tuple[str, Any]] = [(row["id"], MeterAdvanced.model_validate(row["data"])) for row in advanced]
        log += [(told.id, told.event) for told in self.told if isinstance(told.event, ReaderLinked)]
        rebuilt = meters_from([*log, *log])
        live = {(d["reader_id"], d["window"]): {(c["id"], c["at"]) for c in d["articles"]} for d in stored}
        for place in self.reference.charged:
            counts = still(place[1], self.now)
            expected = {one for one in self.reference.charged[place].items() if counts(one)}
            assert set(filter(counts, live.get(place, ()))) == expected
            assert set(filter(counts, ((c.id, c.at) for c in rebuilt.get(place, ())))) == expected


def still(window: str, at: datetime) -> Any:
    """Whether something counted under ``window`` counts still."""
    days = int(window.removeprefix("rolling-").removesuffix("d")) if window.startswith("rolling") else None
    return lambda counted: days is None or counted[1] >= at - timedelta(days=days)


@pytest.fixture
def metering(mongodb_uri: str) -> Iterator[None]:
    """One for all lives, with a loop of its own: Hypothesis calls the rules from outside any loop."""
    with asyncio.Runner() as runner:

        async def start() -> Metering:
            found = Metering(connect(mongodb_uri, app_name="the meter's model"), mongodb_uri)
            await found.open()
            return found

        async def stop(found: Metering) -> None:
            await found.client.drop_database(found.database.name)
            await found.client.close()

        MeterMachine.runner, MeterMachine.metering = runner, runner.run(start())
        yield
        runner.run(stop(MeterMachine.metering))


def test_the_meter_says_what_its_reference_says(metering: None) -> None:
    deep = settings.get_current_profile_name() == "deep"
    lives = settings(
        max_examples=1_000 if deep else 20,
        stateful_step_count=100 if deep else 40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(MeterMachine, settings=lives)
