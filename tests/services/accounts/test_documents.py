"""What is documented is so."""

from __future__ import annotations

from pathlib import Path

from services.accounts import errors
from services.accounts.app import service
from services.accounts.settings import AccountsSettings
from shared.errors import Refusal
from shared.events import CATALOGUE
from shared.settings import ServiceSettings, settings_table

ROOT = Path(__file__).parents[3]
README = (ROOT / "services/accounts/README.md").read_text()
PROBLEMS = (ROOT / "docs/problems/accounts.md").read_text()
REFUSALS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)]


def test_every_refusal_has_its_paragraph_with_its_status() -> None:
    for refusal in REFUSALS:
        if refusal is not Refusal:
            assert f"### {refusal.slug}\n{refusal.status}. " in PROBLEMS, refusal.slug


def test_every_paragraph_has_its_refusal() -> None:
    described = {line.removeprefix("### ") for line in PROBLEMS.splitlines() if line.startswith("### ")}

    assert described == {refusal.slug for refusal in REFUSALS if refusal is not Refusal}


def test_the_page_names_everything_the_service_says() -> None:
    says = [event.__name__ for event in CATALOGUE.values() if event.owner == "accounts"]

    assert all(f"`{name}`" in README for name in says)
    assert service.topics == []


def test_the_page_names_the_settings_of_its_own_with_their_defaults() -> None:
    own = set(AccountsSettings.model_fields) - set(ServiceSettings.model_fields)

    for name in own:
        assert f"`{name.upper()}`" in README, name
        default = AccountsSettings.model_fields[name].default
        if isinstance(default, int | float):
            assert f"`{name.upper()}` ({default:g})" in README, name
    assert "| `ACCOUNTS_SIGNING_KEYS` | required |" in settings_table(AccountsSettings)


def test_the_page_names_every_family_of_paths() -> None:
    paths = service.api(None).openapi()["paths"]

    families = {"/".join(path.split("/")[:3]) for path in paths}
    assert all(family in README for family in families), families


def test_operations_have_the_names_that_clients_call_them_by() -> None:
    paths = service.api(None).openapi()["paths"]

    names = {operation["operationId"] for path in paths.values() for operation in path.values()}
    assert names >= {"requestSignup", "redeemProof", "join", "logIn", "refreshSession", "getMe", "updateMe"}
    assert len(names) == sum(len(path) for path in paths.values())
