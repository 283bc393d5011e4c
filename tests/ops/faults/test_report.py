"""The report: a table anyone can read, and pictures that any browser shows."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

from ops.faults.findings import Finding
from ops.faults.injector import Fault
from ops.faults.plot import Frame, draw
from ops.faults.report import write
from ops.faults.rig import Result
from ops.faults.scenarios import ALL

BEGAN = 1_500_000_000.0
KILLED = Fault(BEGAN + 12, "content-worker", "killed at <relay.after-ack>")
PAUSED = Fault(BEGAN + 20, "kafka", "down 10 s", BEGAN + 30)
AGES = [(BEGAN + second / 10, 0.004 if second % 50 else 12.0) for second in range(400)]


def result(*findings: Finding) -> Result:
    return Result(
        scenario=ALL["S1"],
        load=500,
        began=BEGAN,
        ended=BEGAN + 40,
        faults=[KILLED, PAUSED],
        findings=list(findings),
        drained=2.5,
        notes=["12 points"],
        ages=AGES,
        answers=Counter({"done": 1500, "failed": 20}),
    )


def test_the_page_has_a_row_for_each_scenario_and_every_finding_with_its_history(tmp_path: Path) -> None:
    lost = Finding("lost", "comment op-1", "was acknowledged and is not there", "S1", ("12:00:00 intends", "told"))

    page = write(tmp_path, [result(lost)], seed=7, command="./plenary faults S1", minutes=2.1).read_text()

    (row,) = [line for line in page.splitlines() if line.startswith("| S1 ")]
    assert row.split(" | ")[2:10] == ["500", "1,500 done, 20 failed", "2", "1", "0", "0", "0", "2.5 s"]
    assert "`./plenary faults S1`, seed 7" in page
    assert "1 scenario in 2 minutes: 1 finding." in page
    assert "**lost**: comment op-1 was acknowledged and is not there" in page
    assert "12:00:00 intends\ntold" in page
    assert (tmp_path / "faults-S1.svg").exists()


def test_the_picture_shows_ages_and_faults_where_they_were() -> None:
    picture = ET.fromstring(draw("S1", AGES, [KILLED, PAUSED], BEGAN, BEGAN + 40))  # noqa: S314 - our own

    svg = "{http://www.w3.org/2000/svg}"
    titles = [title.text for title in picture.iter(f"{svg}title")]
    (line,) = [line for line in picture.iter(f"{svg}line") if line.get("class") == "fault"]
    assert titles == ["content-worker killed at <relay.after-ack>", "kafka down 10 s"]
    assert float(line.get("x1", "0")) == round(Frame(BEGAN, BEGAN + 40).x(BEGAN + 12), 1)
    assert len([one for one in picture.iter(f"{svg}polyline") if one.get("points")]) == 2
