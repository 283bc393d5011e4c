"""Forms as GOV.UK teaches them: what was typed stays, what is wrong is said first and beside each field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

from web.api import Problem


@dataclass(slots=True)
class Form:
    """What was typed, and what is wrong with it. An empty one starts a page."""

    values: dict[str, str] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)
    """Of fields that can be ticked more than once."""
    errors: dict[str, str] = field(default_factory=dict)
    """By field, in the order of the fields; the name "" is for what concerns no single field."""

    @classmethod
    def of(cls, sent: FormData) -> Form:
        """What was sent, with the space around it taken off."""
        values: dict[str, str] = {}
        lists: dict[str, list[str]] = {}
        for name, value in sent.multi_items():
            if isinstance(value, str):
                text = value.replace("\r\n", "\n").strip()
                values.setdefault(name, text)
                lists.setdefault(name, []).append(text)
        return cls(values, lists)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def all(self, name: str) -> list[str]:
        """Every value of a field."""
        return [value for value in self.lists.get(name, []) if value]

    def require(self, name: str, message: str) -> str:
        """The value; if there is none, ``message`` says what to do ("Enter your name")."""
        if not self[name]:
            self.errors.setdefault(name, message)
        return self[name]

    def refuse(self, problem: Problem, names: Mapping[str, str] | Iterable[str], otherwise: str) -> None:
        """Put the API's findings beside the fields they are about. ``names`` are the form's fields, or map the API's
        names to them; what is about none of them becomes ``otherwise``.
        """
        known = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
        for field_name, detail in problem.fields.items():
            if field_name in known:
                self.errors.setdefault(known[field_name], detail[:1].upper() + detail[1:])
        if not self.errors:
            self.errors[""] = otherwise

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.errors
