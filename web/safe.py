"""Where a reader may be sent after a form: on this site and nowhere else."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_PATH = re.compile(r"/(?![/\\])[A-Za-z0-9\-._~!$&'()*+,;=:@%/?#]*")


def safe_path(target: str | None, otherwise: str = "/") -> str:
    """``target`` if it is a path of this site (its query and fragment included), else ``otherwise``."""
    if not target or len(target) > 1000 or not _PATH.fullmatch(target):
        return otherwise
    parts = urlsplit(target)
    return target if not (parts.scheme or parts.netloc) else otherwise
