from __future__ import annotations

import asyncio
import time
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from ops.bench import load, report, run
from ops.bench.cost import Cost, with_ourselves
from ops.bench.latency import percentile
from ops.bench.load import Target, request
from ops.bench.plot import svg
from ops.bench.rig import Rig
from ops.bench.sheet import Plot, Section, Sheet, at_least, bars

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
BUSY = b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n"


@asynccontextmanager
async def server(answer: bytes = ANSWER, *, stalls_after: float | None = None) -> AsyncIterator[Target]:
    """Answers at once; with ``stalls_after`` everything waits for half a second, once."""
    began = time.monotonic()
    stalled = False

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal stalled
        while await reader.readline():
            while await reader.readline() != b"\r\n":
                pass
            if stalls_after is not None and not stalled and time.monotonic() - began > stalls_after:
                stalled = True
                time.sleep(0.5)  # noqa: ASYNC251 - the whole server stands still
            writer.write(answer)
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with listening:
        yield Target(listening.sockets[0].getsockname()[1])


async def test_a_closed_loop_asks_as_often_as_it_is_answered() -> None:
    async with server() as target:
        outcome = await load.closed(target, [request("GET", "/")], connections=4, seconds=0.5)

    assert outcome.statuses == {200: len(outcome.taken)}
    assert outcome.rate > 100
    assert outcome.sample == b"ok"


async def test_once_asks_each_request_once() -> None:
    async with server() as target:
        requests = [request("GET", f"/{number}") for number in range(50)]

        outcome = await load.closed(target, requests, connections=4, seconds=30, once=True)

    assert len(outcome.taken) == 50


async def test_an_open_loop_charges_a_stall_to_everybody_who_would_have_come() -> None:
    async with server(stalls_after=1.5) as target:
        outcome = await load.opened(target, [request("GET", "/")], rate=200, seconds=4)

    waited = [taken for taken in outcome.taken if taken > 0.05]
    assert len(outcome.taken) == pytest.approx(800, abs=5)
    assert len(waited) > 50, "one request alone met the stall; the others were due meanwhile"
    assert max(waited) > 0.4, "the first of them met the whole stall"


async def test_refusals_are_no_figures() -> None:
    async with server(BUSY) as target:
        outcome = await load.closed(target, [request("GET", "/")], connections=1, seconds=0.1)

    with pytest.raises(AssertionError, match="503"):
        outcome.insist(200)


def test_a_percentile_is_one_of_the_values() -> None:
    hundred = [float(value) for value in range(1, 101)]

    assert [percentile(hundred, share) for share in (0.5, 0.99, 1.0)] == [50.0, 99.0, 100.0]
    assert percentile([3.0], 0.99) == 3.0


def test_ratios_are_taken_round_by_round() -> None:
    sheet = Sheet("Speed")
    for machine in (1.0, 0.5, 2.0):  # The machine is slower and faster; both sides meet it alike.
        sheet.add("ours", per_second=300 * machine)
        sheet.add("theirs", per_second=100 * machine)

    ratio = sheet.ratio(("ours", "per second"), ("theirs", "per second"))

    assert (ratio.median, ratio.least, ratio.most) == (3.0, 3.0, 3.0)
    assert str(sheet.spread("ours", "per second")) == "300 (150–600)"


def test_work_costs_processor_time_and_waiting_does_not() -> None:
    with Cost(with_ourselves({})) as idle:
        time.sleep(0.3)
    with Cost(with_ourselves({})) as busy:
        until = time.process_time() + 0.3
        while time.process_time() < until:
            pass

    assert busy.total >= 0.29
    assert idle.total < busy.total / 2


def test_the_report_is_made_from_what_was_kept(tmp_path: Path) -> None:
    sheet = Sheet("Events", "by")
    for rate in (90.0, 110.0, 100.0):
        sheet.add("relay", per_second=rate)
    missed = at_least(1_000, sheet.spread("relay", "per second"), "events a second", why="The disk is slow.")
    section = Section("relay", "From the outbox", "So it was done.", [sheet], [missed])
    section.plots = [
        bars(sheet, "per second", ["relay"], title="Events", unit="a second"),
        Plot("Age", "ms", lines={"p99": [(10, 3.0), (300, 9.0)]}, axis="events a second"),
    ]

    page = report.keep(section, {"machine": "a small one"}, tmp_path).read_text()

    assert "| relay | 100 (90.0–110) |" in page
    assert "✗ | [relay](#relay) | events a second: at least 1,000 | 100 (90.0–110) |" in page
    assert "The disk is slow." in page
    assert "a small one" in page
    for number in (1, 2):
        assert f"bench/relay-{number}.svg" in page
        assert ET.parse(tmp_path / "bench" / f"relay-{number}.svg").getroot().tag.endswith("svg")  # noqa: S314


def test_words_in_a_plot_are_escaped() -> None:
    assert "a &lt; b" in svg(Plot("a < b", "µs", bars={"x": (1.0, 0.5, 2.0)}))


async def test_a_bench_that_fails_does_not_cost_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bench(name: str, *, fails: bool) -> SimpleNamespace:
        async def measure(_rig: Rig, rounds: int) -> Section:
            if fails:
                raise RuntimeError("the peer did not start")
            sheet = Sheet("Events", "by")
            sheet.add("relay", per_second=100.0 * rounds)
            return Section(name, "From the outbox", "So it was done.", [sheet])

        return SimpleNamespace(NAME=name, NEEDS="nothing", measure=measure)

    monkeypatch.setenv("PLENARY_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr(report, "EVIDENCE", tmp_path)
    monkeypatch.setattr(report.keep, "__defaults__", (tmp_path,))

    failed = await run._run([bench("read", fails=True), bench("relay", fails=False)], 2)

    assert failed == ["read"]
    assert [path.name for path in (tmp_path / "bench").iterdir()] == ["relay.json"]
