"""The report: every section's figures as a file, and one Markdown page with its plots made from all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from ops.bench.plot import svg
from ops.bench.sheet import Section, Sheet
from ops.settings import ROOT

EVIDENCE = ROOT / "docs" / "evidence"
PAGE = "bench.md"
HEAD = """\
# What Plenary costs

Made by `./plenary bench`, which anyone can run; each section names its machine, its versions and when it was measured.
Every figure is the median of the rounds, with the least and the most in brackets; what is compared was measured in
turns within one run. Times of open loops count from when a request was due, not from when it was sent. Services and
databases have one core, whoever asks them has the other; µs are of processor time.
"""


def keep(section: Section, measured: Mapping[str, str], folder: Path = EVIDENCE) -> Path:
    """Write a section's figures and plots, and the page anew; returns the page."""
    figures = folder / "bench"
    figures.mkdir(parents=True, exist_ok=True)
    data = {"measured": dict(measured), "section": section.as_data()}
    (figures / f"{section.name}.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n")
    for number, plot in enumerate(section.plots, start=1):
        (figures / f"{section.name}-{number}.svg").write_text(svg(plot))
    return write_page(folder)


def write_page(folder: Path = EVIDENCE, order: Iterable[str] = ()) -> Path:
    """The page from the figures that are there."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted((folder / "bench").glob("*.json"))}
    names = [name for name in order or _order() if name in found]
    sections = [(Section.from_data(found[name]["section"]), found[name]["measured"]) for name in names]
    parts = [HEAD, _aims(section for section, _ in sections), *(_section(*both) for both in sections)]
    page = folder / PAGE
    page.write_text("\n".join(parts))
    return page


def _order() -> Iterable[str]:
    from ops.bench.run import BENCHES  # noqa: PLC0415 - which itself writes reports

    return BENCHES


def _aims(sections: Iterable[Section]) -> str:
    rows = [
        f"| {'✓' if aim.met else '✗'} | [{section.name}](#{section.name}) | {aim.wanted} | {aim.found} |"
        for section in sections
        for aim in section.aims
    ]
    return "\n".join(["## Aims", "", "| | bench | wanted | found |", "|---|---|---|---|", *rows, ""])


def _section(section: Section, measured: Mapping[str, str]) -> str:
    parts = [f"## {section.name}", f"**{section.title}.** {section.how}"]
    parts += [table(sheet) for sheet in section.sheets]
    missed = [f"- {aim.wanted}; found {aim.found}. {aim.why}".rstrip() for aim in section.aims if not aim.met]
    if missed:
        parts += ["Short of the aim:", "\n".join(missed)]
    parts += ["\n".join(f"- {note}" for note in section.notes)] if section.notes else []
    parts += [
        f"![{plot.title}](bench/{section.name}-{number}.svg)" for number, plot in enumerate(section.plots, start=1)
    ]
    parts.append("<details><summary>Measured on</summary>\n")
    parts.append("\n".join(f"- {name}: {value}" for name, value in measured.items()))
    parts.append("\n</details>\n")
    return "\n\n".join(parts)


def table(sheet: Sheet) -> str:
    """The sheet in Markdown."""
    columns = sheet.columns
    lines = [f"| {sheet.first} | {' | '.join(columns)} |", "|---|" + "---:|" * len(columns)]
    for row, found in sheet.figures.items():
        cells = [str(sheet.spread(row, column)) if column in found else "" for column in columns]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join([f"*{sheet.title}*", "", *lines])
