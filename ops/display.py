"""What a person sees: tables and progress at a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from ops.progress import Stage
from ops.troubles import Trouble

PIPED = None if sys.stdout.isatty() else 160
"""Columns where nobody looks at a terminal: wide enough that no name is cut."""

out = Console(highlight=False, width=PIPED)
err = Console(stderr=True, highlight=False)

MARKS = {"done": Text("✓", style="green"), "failed": Text("✗", style="red")}


class LiveProgress:
    """Steps as a table that updates itself; at no terminal, a line when a step ends."""

    def __init__(self, console: Console = err) -> None:
        self._console = console
        self._steps: dict[str, tuple[Stage, str, float]] = {}
        self._spinner = Spinner("dots")
        self._live = Live(get_renderable=self._render, console=console, refresh_per_second=8, transient=False)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._console.is_terminal:
            self._live.stop()

    def step(self, name: str, stage: Stage, detail: str = "") -> None:
        """Show it."""
        _, _, began = self._steps.get(name, ("doing", "", time.monotonic()))
        self._steps[name] = (stage, detail, began)
        if not self._console.is_terminal and stage != "doing":
            self._console.print(f"{'ready ' if stage == 'done' else 'FAILED'} {name} {detail}".rstrip())

    def say(self, line: str) -> None:
        """A line above the table."""
        self._console.print(Text(line, style="yellow"))

    def _render(self) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        for name, (stage, detail, began) in self._steps.items():
            waited = time.monotonic() - began
            shown = f"{detail} {waited:.0f} s".strip() if stage == "doing" else detail
            table.add_row(MARKS.get(stage, self._spinner), name, Text(shown, style="dim"))
        return Group(table)


def table(columns: Iterable[str], rows: Iterable[Iterable[RenderableType]], title: str | None = None) -> Table:
    """A plain table."""
    shown = Table(*columns, box=None, pad_edge=False, header_style="bold", title=title, title_justify="left")
    for row in rows:
        shown.add_row(*row)
    return shown


def complain(trouble: Trouble) -> None:
    """One line with the cause and the fix."""
    text = Text("plenary: ", style="red")
    text.append(trouble.cause, style="bold")
    if trouble.fix:
        text.append(f": {trouble.fix}", style="none")
    err.print(text, soft_wrap=True)


def bytes_text(count: float) -> str:
    """``312 MiB``."""
    return f"{count / 1024**2:,.0f} MiB"


def duration_text(seconds: float) -> str:
    """``3 h 12 min``, ``45 s``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def coloured(word: str, *, good: bool) -> Text:
    """Green or red."""
    return Text(word, style="green" if good else "red")
