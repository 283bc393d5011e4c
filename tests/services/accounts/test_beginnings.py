"""What is there before the first request, however many replicas start at once and however often."""

from __future__ import annotations

import asyncio

import pytest

from services.accounts.app import close_deps, create_worker, open_deps
from services.accounts.errors import PasswordWeak
from services.accounts.settings import AccountsSettings
from shared.mongo import Client, Database
from tests.services.accounts.conftest import ADMIN_EMAIL, ADMIN_PASSWORD, House, account_settings, resources_for


async def test_replicas_that_start_at_once_load_one_list_and_create_one_administrator(
    mongodb: Client, database: Database, settings: AccountsSettings
) -> None:
    await database["domain_lists"].delete_many({})

    replicas = await asyncio.gather(*(open_deps(resources_for(settings, mongodb, database)) for _ in range(4)))

    for deps in replicas:
        await close_deps(deps)
    assert await database["domain_lists"].count_documents({}) == 1
    assert await database["members"].count_documents({"roles": "admin"}) == 1


async def test_a_restart_leaves_the_administrator_and_the_list_as_they_are(house: House, mongodb: Client) -> None:
    admin = await house.admin()
    change = {"remove": ["gmail.com"], "reason": "To see whether it stays."}
    await house.client.post("/v1/domains/changes", json=change, headers=admin | {"If-Match": '"1"'})
    before = await house.database["members"].find_one({"roles": "admin"})

    again = await open_deps(resources_for(house.deps.settings, mongodb, house.database, house.clock))
    await close_deps(again)

    assert (await again.domains.current()).number == 2
    assert await house.database["members"].find_one({"roles": "admin"}) == before


async def test_without_the_settings_there_is_no_administrator(
    mongodb: Client, database: Database, mongodb_uri: str
) -> None:
    settings = account_settings(mongodb_uri, database, admin_email=None, admin_password=None)

    await close_deps(await open_deps(resources_for(settings, mongodb, database)))

    assert await database["members"].count_documents({}) == 0


async def test_a_weak_administrators_password_does_not_start(
    mongodb: Client, database: Database, mongodb_uri: str
) -> None:
    settings = account_settings(mongodb_uri, database, admin_password="password1234")

    with pytest.raises(PasswordWeak):
        await open_deps(resources_for(settings, mongodb, database))


def test_half_an_administrator_is_no_setting(mongodb_uri: str, database: Database) -> None:
    with pytest.raises(ValueError, match="set together"):
        account_settings(mongodb_uri, database, admin_email=ADMIN_EMAIL, admin_password=None)


def test_settings_show_no_secret(settings: AccountsSettings) -> None:
    assert ADMIN_PASSWORD not in repr(settings)
    assert '"d"' not in repr(settings)


async def test_the_worker_sweeps(house: House) -> None:
    assert [component.name for component in create_worker(house.deps)] == ["sweep"]
