"""One supervised child: kept running, told apart, stopped, and never outliving its supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from ops.embedded.logs import rotate, tail
from ops.embedded.processes import Process, Spec, end_leftovers
from ops.embedded.state import State
from ops.settings import ROOT
from ops.troubles import Trouble
from tests.support import eventually

STAYS = "import time; print('at work', flush=True); time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('at work', flush=True); time.sleep(60)"
)
FALLS_OVER = "import sys; sys.exit('there is no coffee')"


@asynccontextmanager
async def kept(
    state: State,
    program: str,
    environment: Mapping[str, str] | None = None,
    said: list[str] | None = None,
    *,
    ready: bool = True,
) -> AsyncIterator[Process]:
    """A child that runs a line of Python, ready when it has said something, or never."""
    log = state.logs / "worker.log"

    async def has_spoken() -> bool:
        return ready and log.exists() and log.stat().st_size > 0

    spec = Spec("worker", (sys.executable, "-c", program), has_spoken, environment or {}, stop_within=1.0)
    process = Process(spec, state, (said if said is not None else []).append)
    await process.start()
    try:
        yield process
    finally:
        await process.stop()


def orphaned(program: str) -> int:
    """The pid of a process whose parent has gone, as a killed supervisor leaves them."""
    parent = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', sys.argv[1]], stdout=2).pid)"
    command = [sys.executable, "-c", parent, program]
    told = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    return int(told.stdout)


def alive(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def test_a_killed_process_is_started_again_and_the_person_is_told(state: State) -> None:
    said: list[str] = []
    async with kept(state, STAYS, said=said) as worker:
        await worker.ready(10)
        first = worker.pid

        await worker.kill()

        await eventually(lambda: worker.pid is not None and worker.pid != first)
        await worker.ready(10)
        assert worker.crashes == 1
        assert said == ["worker ended unasked (SIGKILL); starting it again in 0.2 s"]


async def test_what_cannot_start_is_told_with_its_last_words(state: State) -> None:
    async with kept(state, FALLS_OVER, ready=False) as worker:
        await eventually(lambda: "there is no coffee" in "".join(tail(worker.log, 5)), within=20)

        with pytest.raises(Trouble) as trouble:
            await worker.ready(0.5)

        assert "there is no coffee" in trouble.value.cause
        assert str(worker.log) in trouble.value.fix


async def test_a_process_that_will_not_end_is_killed(state: State) -> None:
    said: list[str] = []
    async with kept(state, STUBBORN, said=said) as worker:
        await worker.ready(10)
        pid = worker.pid

        await worker.stop()

        assert pid is not None
        assert not alive(pid)
        assert said == ["worker did not end in time and was killed"]


async def test_a_frozen_process_can_still_be_stopped(state: State) -> None:
    async with kept(state, STAYS) as worker:
        await worker.ready(10)
        pid = worker.pid or 0

        worker.pause()
        await eventually(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED)
        await worker.stop()

        assert not alive(pid)


async def test_a_restart_can_move_the_clock(state: State) -> None:
    program = "import os, time; print(os.environ.get('OFFSET'), flush=True); time.sleep(60)"
    async with kept(state, program) as worker:
        await worker.ready(10)

        await worker.restart({"OFFSET": "86400"})

        await eventually(lambda: tail(worker.log, 5) == ["None", "86400"])


async def test_a_child_sees_nothing_of_our_environment_but_what_it_is_given(
    state: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SHELL", "hidden")

    async with kept(state, "import os, time; print(sorted(os.environ), flush=True); time.sleep(60)") as worker:
        await worker.ready(10)

        assert "SECRET_OF_THE_SHELL" not in tail(worker.log, 1)[0]


async def test_children_end_when_their_supervisor_is_killed(state: State) -> None:
    supervisor = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", SUPERVISOR, str(state.root)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert supervisor.stdout is not None
    child = int(await supervisor.stdout.readline())
    assert alive(child)

    supervisor.send_signal(signal.SIGKILL)
    await supervisor.wait()

    await eventually(lambda: not alive(child))


SUPERVISOR = textwrap.dedent("""
    import asyncio, sys
    from pathlib import Path
    from ops.embedded.processes import Process, Spec
    from ops.embedded.state import State

    async def main():
        async def never(): return False
        state = State(Path(sys.argv[1]))
        process = Process(Spec("worker", (sys.executable, "-c", "import time; time.sleep(60)"), never), state, print)
        await process.start()
        print(process.pid, flush=True)
        await asyncio.sleep(60)

    asyncio.run(main())
""")


async def test_what_a_killed_supervisor_left_is_ended_before_anything_starts(state: State) -> None:
    said: list[str] = []
    orphan = orphaned(STAYS)
    record = f'{{"name": "mongod", "pid": {orphan}, "born": {psutil.Process(orphan).create_time()}}}'
    (state.run / "mongod.json").write_text(record)

    await end_leftovers(state, said.append)

    assert not alive(orphan)
    assert said == ["mongod was still running from before; ending it"]
    assert list(state.run.glob("*.json")) == []


async def test_another_program_that_got_the_same_pid_is_left_alone(state: State) -> None:
    me = os.getpid()
    (state.run / "mongod.json").write_text(f'{{"name": "mongod", "pid": {me}, "born": 12345.0}}')

    await end_leftovers(state, print)

    assert alive(me)


def test_a_log_that_grows_too_long_is_cut_while_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old line\n" * 20)

        cut = rotate(log, limit=100)
        writer.write(b"new line\n")

    assert cut
    assert tail(log, 10) == ["new line"]
    assert len(tail(tmp_path / "kafka.log.1", 100)) == 20


@pytest.mark.parametrize("content", [b"", b"one\ntwo\nthree\n"])
def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path, content: bytes) -> None:
    log = tmp_path / "kafka.log"
    log.write_bytes(content)

    assert tail(log, 2) == content.decode().splitlines()[-2:]
