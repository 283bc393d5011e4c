"""The services as they describe themselves, and the witness beside them."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any

from ops.faults import witness
from shared.events import OWNERS, Event
from shared.inbox import Hearing
from shared.service import Service

HOUSES = (*OWNERS, "witness")


@cache
def service(house: str) -> Service:
    """The service: what it hears, and what carries its outboxes."""
    if house == "witness":
        return witness.make()
    found: Service = importlib.import_module(f"services.{house}.app").service
    return found


def hears(house: str, type_: str, data: Mapping[str, Any]) -> bool:
    """Whether an event concerns it: it has a handler for this type, and the handler asks for this one."""
    kind = _kinds(house).get(type_)
    if kind is None:
        return False
    handler = service(house).table[kind]
    asks = handler.when if isinstance(handler, Hearing) else None
    return asks is None or asks(kind.model_validate(data))


@cache
def _kinds(house: str) -> dict[str, type[Event]]:
    return {kind.__name__: kind for kind in service(house).table}


def outboxes(house: str) -> tuple[str, ...]:
    """The collections in which events wait until they have left."""
    return tuple(dict.fromkeys((*service(house).aggregates, "facts", "parked")))


def database_name(house: str) -> str:
    """The database that it owns."""
    return witness.DATABASE if house == "witness" else f"plenary_{house}"
