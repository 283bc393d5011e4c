"""Plots as SVG, by hand: a few bars or lines need no library, and the files stay readable and small."""

from __future__ import annotations

import math
from collections.abc import Iterable
from html import escape

from ops.bench.sheet import Plot, number

WIDTH, LINES_HEIGHT, BAR, MARGIN, NAMES = 760, 320, 26, 16, 230
COLOURS = ("#0b6e99", "#d1495b", "#66a182", "#edae49", "#6c4f8c", "#5c5c5c")
STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#222}.title{font-weight:600}.quiet{fill:#666}"
    "@media(prefers-color-scheme:dark){text{fill:#ddd}.quiet{fill:#aaa}.back{fill:#1b1b1b}}"
)


def svg(plot: Plot) -> str:
    """The whole picture."""
    return _bars(plot) if plot.bars else _lines(plot)


def _bars(plot: Plot) -> str:
    most = max(high for _, _, high in plot.bars.values()) or 1.0
    height = 46 + BAR * len(plot.bars) + MARGIN
    room = WIDTH - NAMES - 190
    parts = [_text(MARGIN, 26, f"{plot.title} ({plot.unit})", "title")]
    for place, (name, (median, low, high)) in enumerate(plot.bars.items()):
        y = 46 + place * BAR
        middle = y + BAR / 2 - 3
        parts += [
            _text(NAMES - 8, y + 15, name, anchor="end"),
            f'<rect x="{NAMES}" y="{y}" width="{room * median / most:.1f}" height="{BAR - 8}" fill="{COLOURS[0]}"/>',
            _line([(NAMES + room * low / most, middle), (NAMES + room * high / most, middle)], "#222"),
            _text(NAMES + room * high / most + 8, y + 15, f"{number(median)} ({number(low)}–{number(high)})", "quiet"),
        ]
    return _picture(height, parts)


def _lines(plot: Plot) -> str:
    points = [point for line in plot.lines.values() for point in line]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right, top, bottom = 70, WIDTH - 170, 46, LINES_HEIGHT - 46
    low_x, high_x = _scaled(min(xs), plot), _scaled(max(xs), plot)
    high_y = max(ys) * 1.1 or 1.0

    def place(x: float, y: float) -> tuple[float, float]:
        share = (_scaled(x, plot) - low_x) / ((high_x - low_x) or 1.0)
        return left + share * (right - left), bottom - y / high_y * (bottom - top)

    parts = [
        _text(MARGIN, 26, f"{plot.title} ({plot.unit})", "title"),
        _text(right, bottom + 36, plot.axis, "quiet", "end"),
    ]
    for step in range(5):
        y = high_y * step / 4
        parts += [
            _line([place(min(xs), y), place(max(xs), y)], "#8884"),
            _text(left - 8, place(0 or min(xs), y)[1] + 4, number(y), "quiet", "end"),
        ]
    for x in _ticks(xs):
        parts.append(_text(place(x, 0)[0], bottom + 18, number(x), "quiet", "middle"))
    for colour, (name, line) in zip(_cycle(COLOURS), plot.lines.items(), strict=False):
        parts.append(_line([place(x, y) for x, y in line], colour, 2))
        end = place(*line[-1])
        parts.append(f'<text x="{end[0] + 8:.1f}" y="{end[1] + 4:.1f}" style="fill:{colour}">{escape(name)}</text>')
    return _picture(LINES_HEIGHT, parts)


def _ticks(xs: list[float]) -> list[float]:
    every = sorted(set(xs))
    return every if len(every) <= 8 else [every[round(step * (len(every) - 1) / 6)] for step in range(7)]


def _scaled(x: float, plot: Plot) -> float:
    return math.log10(max(x, 1e-9)) if plot.logarithmic else x


def _cycle(colours: tuple[str, ...]) -> Iterable[str]:
    while True:
        yield from colours


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    marked = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{marked} text-anchor="{anchor}">{escape(words)}</text>'


def _line(points: list[tuple[float, float]], colour: str, width: float = 1.5) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def _picture(height: int, parts: list[str]) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"><style>{STYLE}</style>'
    back = f'<rect class="back" width="{WIDTH}" height="{height}" fill="#fff"/>'
    return "\n".join([head, back, *parts, "</svg>", ""])
