from __future__ import annotations

from demo.passwords import password_of
from services.accounts.model.passwords import check_password


def test_a_password_stays_the_same_within_an_installation_and_differs_between_two() -> None:
    mine = password_of("a secret", "ingrid-ek")

    assert password_of("a secret", "ingrid-ek") == mine
    assert password_of("another secret", "ingrid-ek") != mine
    assert password_of("a secret", "noor-haddad") != mine


def test_a_password_is_one_that_accounts_takes() -> None:
    password = password_of("a secret", "ingrid-ek")

    check_password(password, about=("ingrid.ek@plenary.example", "Ingrid Ek"))

    assert [len(group) for group in password.split("-")] == [5, 5, 5, 5]
