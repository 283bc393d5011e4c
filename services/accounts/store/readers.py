"""Which reader is which member."""

from __future__ import annotations

from services.accounts.errors import ReaderTokenInvalid
from services.accounts.model.readers import ReaderLink
from shared.aggregates import Aggregates
from shared.mongo import Database


class ReaderLinks(Aggregates[ReaderLink]):
    """All links, by reader: the id is what makes a second one impossible."""

    def __init__(self, database: Database) -> None:
        super().__init__(database["reader_links"], ReaderLink, missing=lambda _id: ReaderTokenInvalid())
