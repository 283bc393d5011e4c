"""What the root user does on MongoDB: each service's own user, who can read and write its own database and no other."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from pymongo import AsyncMongoClient

from ops.topology import ServicePlan


async def create_users(uri: str, services: tuple[ServicePlan, ...], passwords: dict[str, str]) -> None:
    """Make the users, or bring their passwords and roles up to the plan."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(
        uri, serverMonitoringMode="poll", serverSelectionTimeoutMS=10_000
    )
    async with client:
        for service in services:
            database = client[service.database]
            known = (await database.command("usersInfo", service.principal))["users"]
            await database.command(
                "updateUser" if known else "createUser",
                service.principal,
                pwd=passwords[service.name],
                roles=[{"role": "readWrite", "db": service.database}],
            )


def service_uri(admin_uri: str, service: ServicePlan, password: str) -> str:
    """The address of the same servers with the service's own user."""
    scheme, where, _path, query, _ = urlsplit(admin_uri)
    hosts = where.rpartition("@")[2]
    options = [option for option in query.split("&") if option and not option.lower().startswith("authsource=")]
    options.append(f"authSource={service.database}")
    credentials = f"{quote(service.principal, safe='')}:{quote(password, safe='')}"
    return urlunsplit((scheme, f"{credentials}@{hosts}", "/", "&".join(options), ""))
