"""What the domain list says: whole labels only, the longest entry decides, and every version is kept."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounts.handlers.domains import first_list
from services.accounts.model.addresses import parse_domain
from services.accounts.model.domains import DomainList, DomainRule
from services.accounts.schemas.kinds import countries
from tests.services.accounts.conftest import House, slug

NOON = datetime(2026, 7, 14, 12, tzinfo=UTC)
LIST = first_list(NOON)


@pytest.mark.parametrize(
    ("domain", "ruling", "rule"),
    [
        ("gov.sg", "government", "gov.sg"),
        ("tech.gov.sg", "government", "gov.sg"),
        ("a.b.c.gov.sg", "government", "gov.sg"),
        ("evilgov.sg", "review", None),
        ("gov.sg.evil.com", "review", None),
        ("xgov.sg", "review", None),
        ("sg", "review", None),
        ("state.gov", "government", "gov"),
        ("army.mil", "government", "mil"),
        ("notgov", "review", None),
        ("health.govt.nz", "government", "govt.nz"),
        ("ict.go.ke", "government", "go.ke"),
        ("tbs-sct.gc.ca", "government", "gc.ca"),
        ("tbs.canada.ca", "government", "canada.ca"),
        ("meity.gov.in", "government", "gov.in"),
        ("nic.in", "government", "nic.in"),
        ("moca.gov.ae", "government", "gov.ae"),
        ("vic.gov.au", "government", "gov.au"),
        ("regeringskansliet.se", "government", "regeringskansliet.se"),
        ("oslo.kommune.no", "government", "kommune.no"),
        ("ec.europa.eu", "government", "europa.eu"),
        ("oecd.org", "government", "oecd.org"),
        ("who.int", "government", "int"),
        ("gmail.com", "ineligible", "gmail.com"),
        ("mail.gmail.com", "ineligible", "gmail.com"),
        ("thinktank.example", "review", None),
        (
            parse_domain("\u0938\u0930\u0915\u093e\u0930.\u092d\u093e\u0930\u0924"),
            "government",
            "xn--11b7cb3a6a.xn--h2brj9c",
        ),
    ],
)
def test_the_first_version_judges_at_label_boundaries(domain: str, ruling: str, rule: str | None) -> None:
    verdict = LIST.judge(domain)

    assert (verdict.ruling, verdict.rule, verdict.list_version) == (ruling, rule, 1)


def test_the_first_version_is_broad_and_in_order() -> None:
    government = [rule for rule in LIST.rules if rule.ruling == "government"]

    assert len({rule.country for rule in government if rule.country}) >= 150
    assert {rule.country for rule in government if rule.country} <= countries()
    assert len({rule.domain for rule in LIST.rules}) == len(LIST.rules)
    assert all(parse_domain(rule.domain) == rule.domain for rule in LIST.rules)


@settings(deadline=None)  # A busy machine is no failure.
@given(st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True), st.sampled_from([rule.domain for rule in LIST.rules]))
def test_letters_before_an_entry_are_another_domain_and_labels_before_it_are_below_it(label: str, entry: str) -> None:
    assert LIST.judge(f"{label}.{entry}").rule is not None
    assert LIST.judge(label + entry).rule != entry


def test_a_longer_entry_overrules_a_shorter_one() -> None:
    carved = a_list(
        DomainRule(domain="gov.xy", ruling="government"), DomainRule(domain="pupils.gov.xy", ruling="ineligible")
    )

    assert carved.judge("ministry.gov.xy").ruling == "government"
    assert carved.judge("anna.pupils.gov.xy").ruling == "ineligible"


def a_list(*rules: DomainRule) -> DomainList:
    return DomainList(id="domains-00000001", number=1, rules=rules, made_at=NOON, made_by="test", reason="A test.")


async def change(house: House, admin: dict[str, str], version: int, **body: Any) -> Any:
    headers = admin | {"If-Match": f'"{version}"'}
    asked = {"reason": "The ministry asked for it.", **body}
    return await house.client.post("/v1/domains/changes", json=asked, headers=headers)


async def test_an_administrators_change_is_the_next_version_at_once(house: House) -> None:
    admin = await house.admin()
    before = await house.client.get("/v1/domains/verdict", params={"domain": "Institute.Example"})

    put = [{"domain": "Institute.Example", "ruling": "government", "country": "SE"}]
    made = await change(house, admin, 1, put=put, remove=["gmail.com"])
    after = await house.client.get("/v1/domains/verdict", params={"domain": "a.institute.example"})
    session = await house.join("li.wei@institute.example")

    assert (before.json()["ruling"], before.json()["list_version"]) == ("review", 1)
    assert (made.status_code, made.json()["version"]) == (201, 2)
    assert after.json() == {"ruling": "government", "rule": "institute.example", "list_version": 2, "country": "SE"}
    assert session["member"]["standing"] == "official"
    assert session["member"]["verdict"]["list_version"] == 2


async def test_old_versions_are_kept_with_who_and_why(house: House) -> None:
    admin = await house.admin()
    await change(house, admin, 1, remove=["gmail.com"])

    versions = (await house.client.get("/v1/domains/versions", params={"limit": 1}, headers=admin)).json()
    rest = (await house.client.get("/v1/domains/versions", params={"cursor": versions["next"]}, headers=admin)).json()
    first = (await house.client.get("/v1/domains/versions/1", headers=admin)).json()
    missing = await house.client.get("/v1/domains/versions/9", headers=admin)

    assert [(v["version"], v["reason"]) for v in versions["items"]] == [(2, "The ministry asked for it.")]
    assert [(v["version"], v["made_by"]) for v in rest["items"]] == [(1, "domains.yaml")]
    assert "gmail.com" in {rule["domain"] for rule in first["rules"]}
    assert (missing.status_code, slug(missing)) == (404, "domain-list-not-found")


async def test_of_two_changes_to_one_version_one_is_made(house: House) -> None:
    admin = await house.admin()

    answers = await asyncio.gather(
        *(change(house, admin, 1, remove=[name]) for name in ("gmail.com", "gmx.de", "aol.com"))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 412, 412]


async def test_a_change_that_is_not_right_makes_no_version(house: House) -> None:
    admin = await house.admin()

    refused = [
        await change(house, admin, 1, remove=["not-listed.example"]),
        await change(house, admin, 1, put=[{"domain": "not a domain", "ruling": "government"}]),
        await change(house, admin, 1, put=[{"domain": "a.example", "ruling": "perhaps"}]),
        await change(house, admin, 1),
    ]

    assert [(answer.status_code, slug(answer)) for answer in refused] == [
        (422, "domain-not-listed"),
        (422, "domain-invalid"),
        (422, "validation-failed"),
        (422, "validation-failed"),
    ]
    assert (await house.client.get("/v1/domains")).json()["version"] == 1


async def test_everybody_may_read_the_list_and_nobody_asks_by_address(house: House) -> None:
    listed = await house.client.get("/v1/domains")
    again = await house.client.get("/v1/domains", headers={"If-None-Match": listed.headers["etag"]})
    by_address = await house.client.get("/v1/domains/verdict", params={"domain": "aroha@health.govt.nz"})
    rubbish = await house.client.get("/v1/domains/verdict", params={"domain": "a..b"})

    assert len(listed.json()["rules"]) == len(LIST.rules)
    assert again.status_code == 304
    assert (by_address.status_code, slug(by_address)) == (422, "validation-failed")
    assert (rubbish.status_code, slug(rubbish)) == (422, "domain-invalid")
