"""What a bench found: figures by row and column, one for each round, and what they say about the aims."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Self


@dataclass(frozen=True)
class Spread:
    """The median of the rounds, with the least and the most."""

    median: float
    least: float
    most: float
    rounds: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """What these values come to."""
        return cls(statistics.median(values), min(values), max(values), len(values))

    def __str__(self) -> str:
        if self.rounds == 1 or self.least == self.most:
            return number(self.median)
        return f"{number(self.median)} ({number(self.least)}–{number(self.most)})"


def number(value: float) -> str:
    """Three digits that matter, and no more."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 0.1 or not value else f"{value:.2g}"


@dataclass
class Sheet:
    """A table that fills round by round."""

    title: str
    first: str = ""
    """What the rows are."""
    figures: dict[str, dict[str, list[float]]] = field(default_factory=dict)
    """By row and by column."""

    def add(self, row: str, **columns: float) -> None:
        """One round's figures of a row. A column is called by its name, with underscores for spaces."""
        for column, value in columns.items():
            self.figures.setdefault(row, {}).setdefault(column.replace("_", " "), []).append(value)

    def put(self, row: str, columns: dict[str, float]) -> None:
        """As :meth:`add`, for columns whose names are no words."""
        for column, value in columns.items():
            self.figures.setdefault(row, {}).setdefault(column, []).append(value)

    def values(self, row: str, column: str) -> list[float]:
        """One figure for each round."""
        return self.figures[row][column]

    def spread(self, row: str, column: str) -> Spread:
        """What they come to."""
        return Spread.of(self.values(row, column))

    def ratio(self, over: tuple[str, str], under: tuple[str, str]) -> Spread:
        """One cell over another, round by round: what the machine did meanwhile is in both."""
        pairs = zip(self.values(*over), self.values(*under), strict=True)
        return Spread.of([above / below for above, below in pairs])

    @property
    def columns(self) -> list[str]:
        """All columns, in the order in which they came."""
        return list(dict.fromkeys(column for row in self.figures.values() for column in row))


@dataclass(frozen=True)
class Aim:
    """What was wanted, what came of it, and if it fell short, why."""

    wanted: str
    found: str
    met: bool
    why: str = ""


@dataclass
class Plot:
    """Lines over a common axis, or bars by name."""

    title: str
    unit: str
    lines: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    bars: dict[str, tuple[float, float, float]] = field(default_factory=dict)
    """Median, least and most."""
    axis: str = ""
    logarithmic: bool = False


@dataclass
class Section:
    """Everything one bench has to say."""

    name: str
    title: str
    how: str
    """How it was measured, in a paragraph."""
    sheets: list[Sheet] = field(default_factory=list)
    aims: list[Aim] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rounds(self) -> int:
        """How often its cells were measured, the most often measured one."""
        rows = [row for sheet in self.sheets for row in sheet.figures.values()]
        return max((len(values) for row in rows for values in row.values()), default=0)

    def as_data(self) -> dict[str, Any]:
        """For the file that the report is made from."""
        return asdict(self)

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Self:
        """Back from that file."""
        return cls(
            name=data["name"],
            title=data["title"],
            how=data["how"],
            sheets=[Sheet(**sheet) for sheet in data["sheets"]],
            aims=[Aim(**aim) for aim in data["aims"]],
            plots=[_plot(plot) for plot in data["plots"]],
            notes=data["notes"],
        )


def _plot(data: dict[str, Any]) -> Plot:
    lines = {name: [(x, y) for x, y in line] for name, line in data["lines"].items()}
    bars = {name: (bar[0], bar[1], bar[2]) for name, bar in data["bars"].items()}
    return Plot(**{**data, "lines": lines, "bars": bars})


def bars(sheet: Sheet, column: str, rows: Iterable[str], *, title: str, unit: str) -> Plot:
    """One column of a sheet as bars."""
    found = {row: sheet.spread(row, column) for row in rows if column in sheet.figures.get(row, {})}
    return Plot(title, unit, bars={row: (s.median, s.least, s.most) for row, s in found.items()})


def at_least(wanted: float, found: Spread, what: str, *, why: str = "", unit: str = "") -> Aim:
    """An aim for a figure that should be large."""
    return Aim(f"{what}: at least {number(wanted)}{unit}", f"{found}{unit}", found.median >= wanted, why)


def at_most(wanted: float, found: Spread, what: str, *, why: str = "", unit: str = "") -> Aim:
    """An aim for a figure that should be small."""
    return Aim(f"{what}: at most {number(wanted)}{unit}", f"{found}{unit}", found.median <= wanted, why)
