"""What is documented is so."""

from __future__ import annotations

from pathlib import Path

from services.content import consumers, errors
from services.content.app import service
from services.content.settings import ContentSettings
from shared.errors import Refusal
from shared.events import CATALOGUE
from shared.settings import ServiceSettings

ROOT = Path(__file__).parents[3]
README = (ROOT / "services/content/README.md").read_text()
PROBLEMS = "".join((ROOT / f"docs/problems/{page}.md").read_text() for page in ("content", "content-surveys-webinars"))


def test_every_refusal_has_its_paragraph_with_its_status() -> None:
    refusals = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)]

    for refusal in refusals:
        if refusal is not Refusal:
            assert f"### {refusal.slug}\n{refusal.status}. " in PROBLEMS, refusal.slug


def test_no_two_refusals_share_a_slug() -> None:
    refusals = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)]

    slugs = [refusal.slug for refusal in refusals if refusal is not Refusal]
    assert len(slugs) == len(set(slugs))


def test_the_page_names_what_the_service_hears_and_says() -> None:
    says = [event.__name__ for event in CATALOGUE.values() if event.owner == "content"]

    assert all(f"`{name}`" in README for name in says)
    assert all(f"`{event.__name__}`" in README for event in consumers.TABLE)


def test_the_page_names_the_settings_of_its_own() -> None:
    own = set(ContentSettings.model_fields) - set(ServiceSettings.model_fields)

    assert all(f"`{name.upper()}`" in README for name in own)


def test_the_page_names_every_path() -> None:
    paths = service.api(None).openapi()["paths"]

    families = {"/".join(path.split("/")[:3]) for path in paths}
    assert all(f"{family}" in README for family in families), families
