"""Becomes the program named on its command line, having asked the kernel to end it when its supervisor dies.

Run by path, without the packages around it, so that it costs a few milliseconds::

    python -I -S launch.py PID PROGRAM ...
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2)."""


def main() -> None:
    supervisor, *command = sys.argv[1:]
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(supervisor):  # It died before we could ask.
        sys.exit(1)
    os.execvp(command[0], command)  # noqa: S606 - what to run is the supervisor's own choice


if __name__ == "__main__":
    main()
