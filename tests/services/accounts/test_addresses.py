"""Which texts are one mailbox: case, Unicode and IDNA."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.accounts.errors import AddressInvalid, DomainInvalid
from services.accounts.model.addresses import parse_address, parse_domain


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Aroha.Ngata@Health.GOVT.nz", "aroha.ngata@health.govt.nz"),
        ("  aroha@health.govt.nz ", "aroha@health.govt.nz"),
        ("\uff21roha@health.govt.nz", "aroha@health.govt.nz"),
        ("jose\u0301@gob.mx", "jos\u00e9@gob.mx"),
        ("JOS\u00c9@gob.mx", "jos\u00e9@gob.mx"),
        ("STRASSE@bund.de", "strasse@bund.de"),
        ("stra\u00dfe@bund.de", "strasse@bund.de"),
        ("\u03a3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2@gov.gr", "\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3@gov.gr"),
        ("ana@M\u00dcNCHEN.de", "ana@xn--mnchen-3ya.de"),
        ("ana@\uff27\uff2f\uff36\uff0esg", "ana@gov.sg"),
        ("ana@gov\u3002sg", "ana@gov.sg"),
        ("ana@fa\u00df.de", "ana@xn--fa-hia.de"),
        ("aroha+news@health.govt.nz", "aroha+news@health.govt.nz"),
        ("mei@\u653f\u5e9c.\u9999\u6e2f", "mei@xn--mxtq1m.xn--j6w193g"),
    ],
)
def test_spellings_of_one_mailbox_have_one_key(written: str, key: str) -> None:
    assert parse_address(written).key == key


def test_mail_goes_to_the_local_part_as_it_was_written() -> None:
    address = parse_address("Aroha.Ngata@Health.GOVT.nz")

    assert address.email == "Aroha.Ngata@health.govt.nz"
    assert address.domain == "health.govt.nz"


@pytest.mark.parametrize("written", ["\u0131vy@gov.tr", "ivy@gov.tr", "\u0130vy@gov.tr"])
def test_letters_that_only_look_alike_stay_apart(written: str) -> None:
    others = {"\u0131vy@gov.tr", "ivy@gov.tr", "\u0130vy@gov.tr"} - {written}

    assert parse_address(written).key not in {parse_address(other).key for other in others}


@pytest.mark.parametrize(
    "written",
    [
        "",
        "aroha",
        "aroha@gov",
        "aroha@localhost",
        "aroha@nowhere.invalid",
        '"aroha ngata"@gov.nz',
        "aroha@[10.0.0.1]",
        "aroha@gov.nz.",
        "aroha@go_v.nz",
        "aroha@xn--a.nz",
        "aroha\u202e@gov.nz",
        "aroha@gov.nz\nBcc: b@gov.nz",
        f"aroha@{'a' * 64}.nz",
        f"aroha@{'a.' * 130}nz",
    ],
)
def test_what_is_no_mailbox_is_refused(written: str) -> None:
    with pytest.raises(AddressInvalid):
        parse_address(written)


@settings(deadline=None)  # A busy machine is no failure.
@given(st.text(max_size=60), st.sampled_from(["gov.sg", "M\u00fcnchen.de", "\u0391\u03b8\u03ae\u03bd\u03b1.gr"]))
def test_a_key_is_its_own_key(local: str, domain: str) -> None:
    try:
        address = parse_address(f"{local}@{domain}")
    except AddressInvalid:
        return

    assert parse_address(address.key).key == address.key
    assert parse_address(address.email).key == address.key
    assert address.domain.isascii()


@pytest.mark.parametrize(
    ("written", "domain"), [("gov", "gov"), (".Gov.UK", "gov.uk"), ("b\u00fcrger.de", "xn--brger-kva.de")]
)
def test_a_domain_is_kept_in_ascii(written: str, domain: str) -> None:
    assert parse_domain(written) == domain


@pytest.mark.parametrize("written", ["", ".", "gov..uk", "gov.uk.", "-gov.uk", "gov uk", "a@gov.uk", "xn--a", "a" * 64])
def test_what_is_no_domain_is_refused(written: str) -> None:
    with pytest.raises(DomainInvalid):
        parse_domain(written)
