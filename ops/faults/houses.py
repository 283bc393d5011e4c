"""The services as they describe themselves, and the witness beside them."""

from __future__ import annotations

import importlib
from functools import cache

from ops.faults import witness
from shared.events import OWNERS
from shared.service import Service

HOUSES = (*OWNERS, "witness")


@cache
def service(house: str) -> Service:
    """The service: what it hears, and what carries its outboxes."""
    if house == "witness":
        return witness.make()
    found: Service = importlib.import_module(f"services.{house}.app").service
    return found


def heard(house: str) -> frozenset[str]:
    """The names of the events that it has a handler for."""
    return frozenset(kind.__name__ for kind in service(house).table)


def outboxes(house: str) -> tuple[str, ...]:
    """The collections in which events wait until they have left."""
    return tuple(dict.fromkeys((*service(house).aggregates, "facts", "parked")))


def database_name(house: str) -> str:
    """The database that it owns."""
    return witness.DATABASE if house == "witness" else f"plenary_{house}"
