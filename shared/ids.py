"""Identifiers: UUIDv7 (RFC 9562, section 5.7), which sort by the time they were made."""

import uuid

import uuid_utils


def new_id() -> str:
    """A new identifier, greater than any this process made before."""
    return str(uuid_utils.uuid7())


def derived_id(*parts: str) -> str:
    """The identifier that these parts always give (UUIDv5, RFC 9562, section 5.5).

    What is made twice from the same cause gets the same id, and the database refuses the second.
    """
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "\x1f".join(parts)))
