"""The Faust application behind a view: which of its settings we rely on, and the one thing we do differently.

Faust 0.15.3 hands records to an agent one by one, at some 0.2 ms each: five tasks per record to wait for either the
agent or a rebalance, a queue, an iteration with its sensors, an acknowledgement. Here a fetched batch of a partition
travels that way as *one* message, so that the machinery (assignment, flow control, recovery, commit) is Faust's own
and its cost is paid per batch. Only :class:`_BatchConsumer` knows; it overrides what Faust's own drivers override.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import faust
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, TableT
from mode.utils.objects import cached_property
from mode.utils.queues import FlowControlEvent

from shared.kafka import KafkaConfig
from shared.views.tallies import Shelf, View

FETCHED_RECORDS = 500
"""Records of one batch. Counting them keeps the event loop for some 15 ms."""

WAITING_BATCHES = 16
"""Batches that may wait for the agent: bounds memory, while a fetch is always under way."""

PARTITIONS = 6
"""As every topic of the catalogue has: a table's partitions are those of what it is counted from."""

BROKER_DEFAULT = -1
"""As many replicas as the broker makes by default (KIP-464)."""


def application(service: str, view: View, kafka: KafkaConfig) -> faust.App:
    """The application for ``view``. Its id, and with it its group and its changelog, begin with
    ``<service>.views-``, where the service's principal may create topics.

    Call it within the running event loop.
    """
    name = kafka.topic(f"{service}.views-{view.name}")
    security = kafka.client_arguments()
    credentials = None
    if kafka.security != "PLAINTEXT":
        credentials = faust.SASLCredentials(
            username=kafka.username,
            password=kafka.password,
            mechanism=security["sasl_mechanism"],
            ssl_context=security.get("ssl_context"),
        )
    return _App(
        name,
        version=view.version,
        broker=[f"kafka://{broker.strip()}" for broker in kafka.brokers.split(",")],
        broker_credentials=credentials,
        autodiscover=False,
        env_prefix="PLENARY_HAS_NO_FAUST_",  # Settings come from our own Settings class and from nowhere else.
        web_enabled=False,
        reply_create_topic=False,
        processing_guarantee="at_least_once",
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        table_standby_replicas=0,
        topic_partitions=PARTITIONS,
        topic_disable_leader=True,
        stream_recovery_delay=0.0,
        stream_wait_empty=False,
        stream_buffer_maxsize=WAITING_BATCHES,
        broker_max_poll_records=FETCHED_RECORDS,
        # A worker that was killed holds its partitions for the session's length; the others wait for it that long.
        broker_session_timeout=15.0,
        broker_heartbeat_interval=3.0,
        broker_rebalance_timeout=20.0,
        consumer_auto_offset_reset="earliest",
        Topic=_Topic,
        Table=_Table,
    )


def table_of(app: faust.App, view: View) -> TableT[Any, Any]:
    """The view's table: encoded shelves to what stands on them."""
    return app.Table(
        "counts",
        key_type=bytes,
        value_type=bytes,
        partitions=PARTITIONS,
        # Many small overwrites: short segments, cleaned early, keep the changelog short to read at a start.
        extra_topic_configs={"segment.bytes": str(16 * 2**20), "min.cleanable.dirty.ratio": "0.2"},
        help=f"counts of the view {view.name}",
    )


def hear(app: faust.App, view: View, kafka: KafkaConfig, take: Callable[[Any], Awaitable[None]]) -> None:
    """Have ``take`` called with every batch: an event whose ``message.value`` is a list of records.

    Nothing is acknowledged until ``event.ack()``.
    """
    topics = sorted({kafka.topic(event.topic) for event in view.events})
    source = app.topic(*topics, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")

    async def count(stream: Any) -> None:
        async for batch in stream.noack().events():
            await take(batch)

    app.agent(source, name=f"{app.conf.id}.count")(count)


class _BatchConsumer(driver.Consumer):
    """Hands on what was fetched of a partition as one message, whose offset is that of its last record."""

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[Any]]:  # noqa: ASYNC109
        """What comes within ``timeout`` seconds on the partitions that are active now.

        Faust hands on the very set that it changes when partitions are paused, and aiokafka takes an empty one for all
        there are: what it then fetched of a changelog was dropped, and a recovery waited for it for good. And a fetch
        goes on in its thread when a rebalance has long given it up.
        """
        generation = self.app.consumer_generation_id
        fetch = asyncio.ensure_future(super()._getmany(set(active_partitions or ()), timeout))
        try:
            fetched = await asyncio.shield(fetch)
        except asyncio.CancelledError:
            fetch.add_done_callback(self._give_back)
            raise
        if self.app.consumer_generation_id != generation:
            self._give_back(fetch)
            return {}
        return {
            partition: records if self._is_changelog_tp(partition) else [_as_one(records)]
            for partition, records in fetched.items()
        }

    def _give_back(self, fetch: asyncio.Future[Mapping[TP, list[Any]]]) -> None:
        """Fetch again, later, what was fetched and will be handed to nobody."""
        if fetch.cancelled() or fetch.exception():
            return
        consumer: Any = self._thread._consumer  # noqa: SLF001 - Faust's own way to it waits for the thread
        assignment = consumer and consumer._subscription.subscription.assignment  # noqa: SLF001
        for partition, records in fetch.result().items():
            state = assignment and assignment.state_value(partition)
            # Whoever has sought a position since then knows better.
            if state and state.has_valid_position and state.position == records[-1].offset + 1:
                self._thread.seek(partition, records[0].offset)

    async def seek_to_committed(self) -> dict[TP, int]:
        """Go back to what is committed, after a rebalance or where records were fetched and dropped.

        Where nothing is committed yet, Faust would leave the position behind what it dropped.
        """
        committed = await super().seek_to_committed()
        unread = [tp for tp, offset in committed.items() if not offset and not self._is_changelog_tp(tp)]
        if unread:
            for tp, offset in (await self.earliest_offsets(*unread)).items():
                await self._seek(tp, offset)
        return dict(committed)

    async def _add_gap(self, _partition: TP, _first: int, _last: int) -> None:
        """The offsets between the ends of two batches are not missing: they are the later batch."""

    def _new_offset(self, partition: TP) -> int | None:
        """One agent takes the batches of a partition in order and acknowledges them in order: the newest counts.

        It is remembered until it is committed: Faust's own forgets it, and if the commit fails because the group is
        just changing, nothing would commit it before the partition's next event has come.
        """
        acknowledged = self._acked[partition]
        if not acknowledged:
            return None
        newest: int = max(acknowledged)
        return newest + 1

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:
        did = await super()._commit_offsets(offsets, start_new_transaction)
        for partition, offset in offsets.items():
            if did:
                self._acked[partition] = [each for each in self._acked[partition] if each >= offset]
                self._acked_index[partition] = set(self._acked[partition])
            else:
                # Faust has noted it as committed all the same, and would take no acknowledgement below it any more.
                self._committed_offset[partition] = None
        return bool(did)


def _as_one(records: list[Any]) -> Any:
    return dataclasses.replace(records[-1], key=None, value=records, headers=())


class _Transport(driver.Transport):
    Consumer = _BatchConsumer


class _FlowControl(FlowControlEvent):
    """Drops what waits for the agent when the flow begins again, and only then.

    Faust resumes twice in each recovery: when it begins to read the changelog, and when it is done. The second time
    the flow is on already, and batches that came since the partitions were sought would be dropped and passed over.
    """

    def resume(self) -> None:
        if not self.is_active():
            super().resume()


class _App(faust.App):
    @cached_property
    def flow_control(self) -> _FlowControl:
        return _FlowControl()

    def _new_transport(self) -> _Transport:
        return _Transport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Nothing of ours is on disk."""


class _Topic(faust.Topic):
    async def declare(self) -> None:
        """Create changelogs only: what we hear belongs to its owner."""
        if self.internal:
            self.replicas = BROKER_DEFAULT
            await super().declare()


class _Table(faust.Table[bytes, bytes]):
    def partition_for_key(self, key: bytes) -> int:
        """The partition whose share this is, so that the table can be written outside of an event, by a timer."""
        return Shelf.decode(key).partition
