"""Every kind of problem has a paragraph that says what to do about it."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import shared
from shared.errors import Refusal
from shared.http.problems import _SLUGS

PAGE = Path(__file__).parents[3] / "docs" / "problems.md"


def refusals(kind: type[Refusal] = Refusal) -> set[type[Refusal]]:
    return set(kind.__subclasses__()).union(*map(refusals, kind.__subclasses__()))


def test_every_problem_that_all_services_have_is_explained_with_its_status() -> None:
    for module in pkgutil.walk_packages(shared.__path__, "shared."):
        importlib.import_module(module.name)
    here = {(r.slug, r.status) for r in refusals() if r.__module__.startswith("shared.")}
    framework = {(slug, status) for status, (slug, _) in _SLUGS.items()}

    explained = re.findall(r"^### ([a-z-]+)\n(\d{3})\. ", PAGE.read_text(), re.MULTILINE)

    assert {(slug, int(status)) for slug, status in explained} == here | framework
    assert len(explained) == len(set(explained))


def test_each_slug_means_one_status() -> None:
    statuses: dict[str, set[int]] = {}
    for refusal in refusals():
        statuses.setdefault(refusal.slug, set()).add(refusal.status)

    assert {slug: many for slug, many in statuses.items() if len(many) > 1} == {}
