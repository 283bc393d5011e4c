"""`plenary bench`: what the platform costs, beside what others cost, measured in one run on one machine.

A bench is a module with a ``NAME``, a ``NEEDS`` (what has to run) and ``measure(rig, rounds)``, which returns a
:class:`~ops.bench.sheet.Section`. Everything that is compared is measured in turns, round by round, so that what else
the machine does meets both sides alike.
"""
