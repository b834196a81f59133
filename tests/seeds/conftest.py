"""Private keys, and what a seed says that is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from pytest_kmsmock import KmsMock, KmsMockError


def in_pem(key: Any, form: str = "PKCS8") -> str:
    text: bytes = key.private_bytes(
        serialization.Encoding.PEM,
        getattr(serialization.PrivateFormat, form),
        serialization.NoEncryption(),
    )
    return text.decode()


@pytest.fixture(scope="session")
def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


@pytest.fixture(scope="session")
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture(scope="session")
def rsa_pem(rsa_key: rsa.RSAPrivateKey) -> str:
    """In PKCS #1."""
    return in_pem(rsa_key, "TraditionalOpenSSL")


@pytest.fixture(scope="session")
def ec_pem(ec_key: ec.EllipticCurvePrivateKey) -> str:
    """In SEC1, with what OpenSSL writes before it."""
    parameters = "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    return parameters + in_pem(ec_key, "TraditionalOpenSSL")


@pytest.fixture
def mistakes(kms: KmsMock) -> Callable[[Any], list[str]]:
    """Return the mistakes of a seed, of which nothing is loaded."""

    def mistakes_of(seed: Any) -> list[str]:
        before = kms.snapshot()._moment.state
        with pytest.raises(KmsMockError) as caught:
            kms.load(seed)
        assert kms.snapshot()._moment.state is before
        first, *lines = str(caught.value).splitlines()
        assert first == (
            f"the seed has {len(lines)} mistake{'s' * (len(lines) != 1)}; nothing of it was loaded."
        )
        return [line.removeprefix("- ") for line in lines]

    return mistakes_of
