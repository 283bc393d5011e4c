"""Mail as files: one .eml each, complete and on disk before the sender hears 250."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from shared.ids import new_id

ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True)
class Mail:
    """A mail as it was taken."""

    id: str
    raw: bytes

    @property
    def parsed(self) -> EmailMessage:
        """Its headers and parts."""
        return message_from_bytes(self.raw, policy=policy.default)

    @property
    def recipients(self) -> list[str]:
        """Whom the envelope named, which need not be whom the To header names."""
        return [str(value) for value in self.parsed.get_all("Delivered-To", [])]


class MailStore:
    """A folder of mail, newest last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def keep(self, sender: str, recipients: list[str], content: bytes) -> str:
        """Write a mail to disk under the trace headers of final delivery (RFC 5321, section 4.4); return its id."""
        mail_id = new_id()
        trace = [
            f"Return-Path: <{sender}>",
            *(f"Delivered-To: {recipient}" for recipient in recipients),
            f"Received: by mailbox.plenary.invalid with ESMTP id {mail_id}; {format_datetime(datetime.now(UTC))}",
        ]
        draft = self._folder / f".{mail_id}"
        with draft.open("xb") as file:
            file.write("".join(f"{line}\r\n" for line in trace).encode() + content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(self._folder / f"{mail_id}.eml")
        self._sync_folder()
        return mail_id

    def all(self) -> Iterator[Mail]:
        """Every mail, newest first; ids sort by time."""
        for path in sorted(self._folder.glob("*.eml"), reverse=True):
            yield Mail(path.stem, path.read_bytes())

    def get(self, mail_id: str) -> Mail | None:
        """One mail."""
        path = self._folder / f"{mail_id}.eml"
        if not ID.fullmatch(mail_id) or not path.exists():
            return None
        return Mail(mail_id, path.read_bytes())

    def clear(self) -> int:
        """Throw all mail away; returns how much it was."""
        paths = list(self._folder.glob("*.eml"))
        for path in paths:
            path.unlink()
        return len(paths)

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
