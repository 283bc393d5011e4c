"""Guessing is slow: every try is counted before it is made, and given back when it was right."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.accounts.deps import Deps
from services.accounts.errors import CodeWrong, CredentialsInvalid, PasswordWrong, ProofNotFound
from services.accounts.model.limits import Limit
from services.accounts.model.member import Member
from shared.errors import StaleWrite

WRONG = (CodeWrong, CredentialsInvalid, PasswordWrong, ProofNotFound)
"""How a guess ends that was wrong."""


def check_seen(member: Member, version: int) -> None:
    """Raise ``StaleWrite`` unless the member is still as the client has seen them."""
    if member.version != version:
        raise StaleWrite("Load them again, and repeat your change on what you then see.")


@asynccontextmanager
async def guess(deps: Deps, *, network: str, account: str | None) -> AsyncIterator[None]:
    """Count a try at a secret for a network and, where one is meant, an account (by its address's key, known or not).

    Raises ``TooManyAttempts``. What does not end in one of ``WRONG`` was no wrong guess, and is given back.
    """
    at = deps.clock.now()
    settings = deps.settings
    counted = [await deps.limits.take(Limit(name="guess-network", allowed=settings.guesses_per_network), network, at)]
    if account is not None:
        limit = Limit(name="guess-account", allowed=settings.guesses_per_account)
        counted.append(await deps.limits.take(limit, deps.vault.kept("address", account), at))
    wrong = False
    try:
        yield
    except WRONG:
        wrong = True
        raise
    finally:
        if not wrong:
            for taken in counted:
                await deps.limits.give_back(taken)


async def count_mail(deps: Deps, *, network: str, address_key: str) -> None:
    """Count a mail that is asked for, so that nobody's mailbox is flooded; raises ``TooManyAttempts``."""
    at = deps.clock.now()
    settings = deps.settings
    await deps.limits.take(Limit(name="mail-network", allowed=settings.mails_per_network), network, at)
    named = deps.vault.kept("address", address_key)
    await deps.limits.take(Limit(name="mail-address", allowed=settings.mails_per_address), named, at)
