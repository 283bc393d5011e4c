"""Docker's health check of a service's container: whether the API or the worker in it is ready.

Which of the two runs stands on the command line of process 1, and its port in the environment. Nothing is imported
that takes long: this runs every ten seconds.
"""

import http.client
import os
import sys
from pathlib import Path


def port(command: str, environment: "os._Environ[str] | dict[str, str]") -> int:
    """The port of the role that the NUL-separated command line ends with."""
    role = command.rstrip("\0").rpartition("\0")[2]
    name = f"{environment['SERVICE'].upper()}_{'WORKER_PORT' if role == 'worker' else 'PORT'}"
    return int(environment[name])


def main() -> int:
    connection = http.client.HTTPConnection(
        "127.0.0.1", port(Path("/proc/1/cmdline").read_text(), os.environ), timeout=4
    )
    try:
        connection.request("GET", "/health/ready")
        return 0 if connection.getresponse().status == 200 else 1
    except OSError as error:
        sys.stdout.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
