"""One page for each service: owns, hears, says, serves, settings. What it says is so."""

from __future__ import annotations

import importlib
import inspect
import re
from types import ModuleType
from typing import Any

import pytest

from gateway import errors as gateway_errors
from ops.settings import ROOT
from shared.errors import Refusal
from shared.events import CATALOGUE, OWNERS
from shared.settings import ServiceSettings

PAGES = {owner: ("content", "content-surveys-webinars") if owner == "content" else (owner,) for owner in OWNERS}


def page(owner: str) -> str:
    return (ROOT / f"services/{owner}/README.md").read_text()


def service(owner: str) -> Any:
    return importlib.import_module(f"services.{owner}.app").service


def refusals(module: ModuleType) -> set[tuple[str, int]]:
    """What a module refuses, by slug and status."""
    kinds = [kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, Refusal)]
    return {(kind.slug, kind.status) for kind in kinds if kind.__module__ == module.__name__}


def explained(*names: str) -> list[tuple[str, int]]:
    """The paragraphs of some pages of problems, by slug and status."""
    text = "\n".join((ROOT / f"docs/problems/{name}.md").read_text() for name in names)
    found = re.findall(r"^### ([a-z-]+)\n(\d{3})\. \S", text, re.MULTILINE)
    assert len(found) == text.count("\n### "), "a paragraph does not begin with its status"
    return [(slug, int(status)) for slug, status in found]


@pytest.mark.parametrize("owner", OWNERS)
def test_the_page_has_its_five_parts_in_order_and_fits_on_one(owner: str) -> None:
    parts = re.findall(r"^\*\*(Owns|Hears|Says|Serves|Settings)\*\*", page(owner), re.MULTILINE)

    assert parts == ["Owns", "Hears", "Says", "Serves", "Settings"]
    assert len(page(owner).splitlines()) <= 80


@pytest.mark.parametrize("owner", OWNERS)
def test_it_names_every_event_that_the_service_hears_and_says(owner: str) -> None:
    text = page(owner)
    says = {event.__name__ for event in CATALOGUE.values() if event.owner == owner}
    hears = {event.__name__ for event in service(owner).table}

    for name in says | hears:
        assert f"`{name}`" in text, name
    said = text.partition("**Says**")[2].partition("**Serves**")[0]
    assert set(re.findall(r"`([A-Z]\w+)`", said)) <= says


@pytest.mark.parametrize("owner", OWNERS)
def test_it_names_every_setting_of_the_services_own(owner: str) -> None:
    own = set(service(owner).settings.model_fields) - set(ServiceSettings.model_fields)

    for name in own:
        assert re.search(rf"`(?:{owner.upper()}_)?{name.upper()}`", page(owner)), name


@pytest.mark.parametrize("owner", OWNERS)
def test_it_names_every_family_of_paths(owner: str) -> None:
    paths = service(owner).api(None).openapi()["paths"]

    for family in {"/".join(path.split("/")[:3]) for path in paths}:
        assert family in page(owner), family


@pytest.mark.parametrize("owner", OWNERS)
def test_every_problem_of_the_service_has_its_paragraph_and_no_paragraph_is_left_over(owner: str) -> None:
    found = explained(*PAGES[owner])

    assert len(found) == len(set(found))
    assert set(found) == refusals(importlib.import_module(f"services.{owner}.errors"))


def test_the_gateways_own_problems_are_explained_too() -> None:
    every_service = (ROOT / "docs/problems.md").read_text()

    own = {(slug, status) for slug, status in refusals(gateway_errors) if f"### {slug}\n{status}." not in every_service}
    assert set(explained("gateway")) == own


def test_a_slug_has_one_status_wherever_it_is_explained() -> None:
    names = [path.stem for path in (ROOT / "docs/problems").glob("*.md")]

    found = {pair for name in names for pair in explained(name)}
    assert len(found) == len({slug for slug, _ in found})
    assert set(names) == {"gateway", *(name for pages in PAGES.values() for name in pages)}


def test_the_page_of_problems_leads_to_all_the_others() -> None:
    text = (ROOT / "docs/problems.md").read_text()

    for path in (ROOT / "docs/problems").glob("*.md"):
        assert f"(problems/{path.name})" in text, path.name
