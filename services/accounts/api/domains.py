"""The domain list: public to read, the administrators' to change."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.accounts.api.doors import Admin, Wired
from services.accounts.handlers import domains
from services.accounts.model.domains import Verdict
from services.accounts.schemas.domains import DomainChange, DomainListShown, VersionShown
from shared.http import Idempotent, IfMatch, Page, Paging, fresh

router = APIRouter(prefix="/v1/domains", tags=["domains"])


@router.get("", response_model=DomainListShown)
async def get_domain_list(request: Request, deps: Wired) -> Response:
    """The version in force."""
    version = await domains.load_list(deps)
    return fresh(request, DomainListShown.of(version), f'"{version.number}"')


@router.get("/verdict")
async def judge_domain(
    domain: Annotated[
        str,
        Query(
            min_length=2, max_length=253, pattern="^[^@]+$", description="A domain. Never an address: URLs are logged."
        ),
    ],
    deps: Wired,
) -> Verdict:
    """What the list says of a domain, by which entry of which version. It tells nothing about any account."""
    return await domains.judge(deps, domain)


@router.get("/versions")
async def list_versions(paging: Paging, _admin: Admin, deps: Wired) -> Page[VersionShown]:
    """All versions from the newest on: who made them, and why."""
    before = int(paging.after[0]) if paging.after else None
    found = await domains.list_versions(deps, before=before, limit=paging.limit + 1)
    shown = found[: paging.limit]
    return paging.page(
        [VersionShown.of(version) for version in shown], [shown[-1].number] if len(found) > paging.limit else None
    )


@router.get("/versions/{number}")
async def get_version(number: Annotated[int, Path(ge=1, le=99_999_999)], _admin: Admin, deps: Wired) -> DomainListShown:
    """One version with all its entries."""
    return DomainListShown.of(await domains.load_list(deps, number))


@router.post("/changes", status_code=201)
async def change_domain_list(
    body: DomainChange, expected: IfMatch, admin: Admin, key: Idempotent, response: Response, deps: Wired
) -> VersionShown:
    """Put the next version in force: entries added or replaced, others removed, against the version you have seen."""
    del key  # Reserves the answer; the version's number is what keeps the change from being made twice.
    version = await domains.change_list(
        deps, expected, put=body.rules(), remove=body.remove, by=admin.member_id, reason=body.reason
    )
    response.headers["ETag"] = f'"{version.number}"'
    return VersionShown.of(version)
