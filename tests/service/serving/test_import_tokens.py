"""Import tokens: they carry all that the service has to know of an import."""

from __future__ import annotations

import pytest
import samples

from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.serving.import_tokens import ImportToken, open_, seal

TOKEN_KEY = b"t" * 32


@pytest.fixture
def token() -> ImportToken:
    return ImportToken(
        key_arn=samples.key().arn,
        wrapping_spec="RSA_2048",
        algorithm="RSAES_OAEP_SHA_256",
        private=b"the private key " * 80,
        valid_to=samples.NOW + samples.DAY + 0.123,
    )


def test_a_token_comes_back_as_it_was_given_out(token: ImportToken) -> None:
    """To the millisecond; and each time as other bytes."""
    sealed = [seal(TOKEN_KEY, token, SYSTEM) for _ in range(2)]

    assert [open_(TOKEN_KEY, each) for each in sealed] == [token, token]
    assert sealed[0] != sealed[1]


def test_a_token_is_opaque(token: ImportToken) -> None:
    """Who has it learns neither the key that unwraps nor what it is for."""
    sealed = seal(TOKEN_KEY, token, SYSTEM)

    for hidden in (b"the private key", token.key_arn.encode(), b"RSAES"):
        assert hidden not in sealed
    assert "the private key" not in repr(token)


def test_a_token_of_another_service_is_none(token: ImportToken) -> None:
    assert open_(b"o" * 32, seal(TOKEN_KEY, token, SYSTEM)) is None


def test_a_token_with_a_changed_byte_is_none(token: ImportToken) -> None:
    sealed = seal(TOKEN_KEY, token, SYSTEM)

    for index in (0, 11, 12, 13, len(sealed) // 2, len(sealed) - 1):
        changed = sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :]
        assert open_(TOKEN_KEY, changed) is None


@pytest.mark.parametrize("length", [0, 1, 12, 27, 28, 29])
def test_what_is_too_short_is_no_token(token: ImportToken, length: int) -> None:
    """A nonce and a tag have 28 bytes together, and something comes between."""
    assert open_(TOKEN_KEY, seal(TOKEN_KEY, token, SYSTEM)[:length]) is None
