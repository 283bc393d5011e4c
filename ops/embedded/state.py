"""The folder in which a platform keeps what must outlive it: data, secrets, logs, and who is running."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def private_folder(path: Path) -> Path:
    """Make ``path`` a folder that only its owner may enter."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o700)
    return path


def write_private(path: Path, content: str | bytes) -> Path:
    """Write a file that only its owner may read, whole or not at all."""
    raw = content.encode() if isinstance(content, str) else content
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, raw)
        os.fsync(handle)
    finally:
        os.close(handle)
    fresh.replace(path)
    return path


class State:
    """Folders and secrets under one root."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()

    def create(self) -> None:
        """Make the folders that are missing."""
        private_folder(self.root)
        for folder in (self.run, self.logs, self.secrets, self.data, self.config):
            private_folder(folder)

    @property
    def run(self) -> Path:
        """Locks, pids and the control socket."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """One log per process."""
        return self.root / "logs"

    @property
    def secrets(self) -> Path:
        """Passwords and keys, made once."""
        return self.root / "secrets"

    @property
    def data(self) -> Path:
        """What `plenary reset` removes."""
        return self.root / "data"

    @property
    def config(self) -> Path:
        """Rendered configuration, made anew at each start."""
        return self.root / "config"

    def secret_file(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> Path:
        """The file of a secret that is made when first asked for."""
        path = self.secrets / name
        if not path.exists():
            private_folder(path.parent)
            write_private(path, make())
        return path

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(32)) -> str:
        """A secret that is made when first asked for, and the same ever after."""
        return self.secret_file(name, make).read_text()


class Lock:
    """Held by the one supervisor of a state folder; the kernel lets go of it when that process ends in any way."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def acquire(self) -> bool:
        """Take the lock and leave our pid in it; False if somebody else has it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        os.ftruncate(handle, 0)
        os.write(handle, str(os.getpid()).encode())
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def holder(self) -> int | None:
        """The pid of whoever holds the lock now."""
        if not self._path.exists():
            return None
        with self._path.open("r+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read() or 0) or None
            return None
