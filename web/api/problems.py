"""The API's refusals, as the pages handle them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TYPE_PREFIX = "/problems/"


class Problem(Exception):  # noqa: N818 - what it is called in the API
    """A refusal of the API (RFC 9457)."""

    def __init__(self, status: int, document: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        super().__init__(f"{status} {document.get('type', '')}")
        self.status = status
        self.slug = str(document.get("type", "")).rsplit("/", 1)[-1]
        self.title = str(document.get("title", ""))
        self.detail = str(document.get("detail", ""))
        self.document = dict(document)
        self.headers = dict(headers)

    @property
    def fields(self) -> dict[str, str]:
        """What is wrong with which field of the body: ``{"email": "is not an address"}``."""
        errors = self.document.get("errors")
        found: dict[str, str] = {}
        for error in errors if isinstance(errors, list) else ():
            pointer = str(error.get("pointer", "")).removeprefix("#").strip("/")
            name = pointer.split("/", 1)[0] or str(error.get("parameter", ""))
            found.setdefault(name, str(error.get("detail", "")))
        return found

    @property
    def retry_after(self) -> int | None:
        """Seconds to wait, where the API says."""
        value = self.headers.get("retry-after", "")
        return int(value) if value.isdigit() else None


class Unavailable(Problem):
    """The API, or the service behind it, did not answer."""

    def __init__(self, status: int = 503, document: Mapping[str, Any] | None = None) -> None:
        super().__init__(status, document or {"type": "service-unavailable"}, {})
