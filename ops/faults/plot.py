"""A picture of a scenario: the age of events when they took effect, over time, with the faults marked. Plain SVG."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from ops.faults.injector import Fault

WIDTH, HEIGHT = 960, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 28, 40
YOUNGEST, OLDEST = 0.001, 100.0
"""Seconds; the axis is logarithmic."""
TICKS = ((0.001, "1 ms"), (0.01, "10 ms"), (0.1, "0.1 s"), (1.0, "1 s"), (10.0, "10 s"), (100.0, "100 s"))
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.grid{stroke:#ddd}.fault{stroke:#c0392b;stroke-width:1}"
    ".span{fill:#c0392b;opacity:.12}.p50{stroke:#1f5f8b;fill:none;stroke-width:1.5}"
    ".p99{stroke:#e08a1e;fill:none;stroke-width:1.5}.p50t{fill:#1f5f8b}.p99t{fill:#b5690a}.ft{fill:#c0392b}"
)


class Frame:
    """Where a moment and an age are in the picture."""

    def __init__(self, began: float, ended: float) -> None:
        self.began = began
        self.length = max(1.0, ended - began)

    def x(self, at: float) -> float:
        """The moment's place from the left."""
        share = min(1.0, max(0.0, (at - self.began) / self.length))
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(self, age: float) -> float:
        """The age's place from the top."""
        share = math.log(min(OLDEST, max(YOUNGEST, age)) / YOUNGEST) / math.log(OLDEST / YOUNGEST)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def draw(title: str, ages: Sequence[tuple[float, float]], faults: Iterable[Fault], began: float, ended: float) -> str:
    """The picture as an SVG document."""
    frame = Frame(began, max([ended, *(at for at, _ in ages)]))
    parts = [*_axes(frame), *_faults(frame, faults), *_lines(frame, ages)]
    legend = (
        f'<text x="{LEFT}" y="16">{escape(title)}</text>'
        f'<text class="p50t" x="{WIDTH - 330}" y="16">median of each second</text>'
        f'<text class="p99t" x="{WIDTH - 190}" y="16">99th percentile</text>'
        f'<text class="ft" x="{WIDTH - 76}" y="16">faults</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{escape(title, quote=True)}"><style>{STYLE}</style>{legend}{"".join(parts)}</svg>\n'
    )


def _axes(frame: Frame) -> Iterator[str]:
    for age, name in TICKS:
        y = frame.y(age)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{name}</text>'
    step = next(s for s in (5, 10, 20, 30, 60, 120, 300, 600) if frame.length / s <= 12 or s == 600)
    for seconds in range(0, int(frame.length) + 1, step):
        x = frame.x(frame.began + seconds)
        yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{seconds} s</text>'


def _faults(frame: Frame, faults: Iterable[Fault]) -> Iterator[str]:
    for fault in faults:
        x, told = frame.x(fault.at), escape(f"{fault.process} {fault.what}")
        if fault.until:
            width = max(1.0, frame.x(fault.until) - x)
            where = f'x="{x:.1f}" y="{TOP}" width="{width:.1f}" height="{HEIGHT - TOP - BOTTOM}"'
            yield f'<rect class="span" {where}><title>{told}</title></rect>'
        else:
            where = f'x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"'
            yield f'<line class="fault" {where}><title>{told}</title></line>'


def _lines(frame: Frame, ages: Sequence[tuple[float, float]]) -> Iterator[str]:
    seconds: defaultdict[int, list[float]] = defaultdict(list)
    for at, age in ages:
        seconds[int(at - frame.began)].append(age)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        points = [
            f"{frame.x(frame.began + second + 0.5):.1f},{frame.y(percentile(found, share)):.1f}"
            for second, found in sorted(seconds.items())
        ]
        yield f'<polyline class="{name}" points="{" ".join(points)}"/>'


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of them lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
