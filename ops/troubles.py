"""What keeps a command from doing its work, said in one line with the fix."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How the `plenary` command ends; 2 is a wrong option, as everywhere."""

    FINE = 0
    FAILED = 1
    NOT_RUNNING = 3
    UNHEALTHY = 4
    CANNOT_START = 5


class Trouble(Exception):  # noqa: N818 - the name finishes the sentence: raise Trouble("the port is taken", "stop ...")
    """A cause and a fix for the person at the terminal."""

    def __init__(self, cause: str, fix: str = "", *, code: Exit = Exit.FAILED) -> None:
        super().__init__(f"{cause}: {fix}" if fix else cause)
        self.cause = cause
        self.fix = fix
        self.code = code
