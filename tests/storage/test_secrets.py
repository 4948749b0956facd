"""What is sealed at rest, and what a change of keys does to it."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from bot.storage.secrets import Vault

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_what_is_sealed_opens_again_and_never_looks_the_same() -> None:
    vault = Vault([OLD])
    one, two = vault.encrypt("+12025550142"), vault.encrypt("+12025550142")
    assert one != two
    assert b"2025550142" not in one
    assert vault.decrypt(one) == vault.decrypt(two) == "+12025550142"


def test_after_a_new_key_is_put_first_the_old_still_opens_what_it_sealed() -> None:
    sealed = Vault([OLD]).encrypt("secret")
    assert Vault([NEW, OLD]).decrypt(sealed) == "secret"
    assert Vault([OLD]).decrypt(Vault([NEW, OLD]).encrypt("secret")) is None


def test_a_key_that_is_gone_is_told_and_does_not_raise() -> None:
    assert Vault([NEW]).decrypt(Vault([OLD]).encrypt("secret")) is None
    assert Vault([NEW]).decrypt(b"") is None
    assert Vault([NEW]).decrypt(b"not sealed at all") is None


def test_a_number_is_found_by_its_mark_only_with_the_key() -> None:
    assert Vault([OLD]).mark("+12025550142") == Vault([OLD]).mark("+12025550142")
    assert (
        len({Vault([key]).mark(text) for key in (OLD, NEW) for text in ("+12025550142", "+12025550143")}) == 4
    )
    assert len(Vault([OLD]).mark("x")) == 64


def test_a_vault_without_a_key_is_a_fault() -> None:
    with pytest.raises(ValueError, match="needs a key"):
        Vault([])
