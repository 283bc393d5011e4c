"""The rows of the fault matrix that are played."""

from ops.faults.rig import Scenario
from ops.faults.scenarios.broker import S3
from ops.faults.scenarios.database import S4
from ops.faults.scenarios.joining import S9
from ops.faults.scenarios.named_points import S1
from ops.faults.scenarios.notifier import S13
from ops.faults.scenarios.pauses import S5
from ops.faults.scenarios.poison import S8
from ops.faults.scenarios.random_kills import S2
from ops.faults.scenarios.reminders import S14
from ops.faults.scenarios.repetition import S7
from ops.faults.scenarios.rush import S12
from ops.faults.scenarios.slow import S6

ALL: dict[str, Scenario] = {scenario.name: scenario for scenario in (S1, S2, S3, S4, S5, S6, S7, S8, S9, S12, S13, S14)}
QUICK = ("S1", "S7", "S8", "S12")
"""Played at a tenth of the load."""
