"""Encapsulate, Decapsulate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.crypto import mlkem
from pytest_kmsmock.crypto.randomness import SYSTEM
from pytest_kmsmock.service.api.errors import InvalidCiphertextException
from pytest_kmsmock.service.operations import encapsulation
from pytest_kmsmock.service.values.specs import KEY_SPECS

pytest.importorskip("kyber_py")


class Key:
    """What the operations look at of a key."""

    spec = KEY_SPECS["ML_KEM_512"]
    arn = "arn:aws:kms:us-east-1:123456789012:key/k"

    def __init__(self) -> None:
        self.secret = mlkem.generate("ML_KEM_512", SYSTEM)


@pytest.fixture
def request_with(request_of: Callable[..., Any]) -> Callable[..., Any]:
    def make(**params: Any) -> Any:
        return request_of("Decapsulate", EncapsulationAlgorithm="ML_KEM", **params)

    return make


def test_both_sides_have_the_same_secret(request_with: Callable[..., Any]) -> None:
    key: Any = Key()

    sent = encapsulation.encapsulate(request_with(), key)
    received = encapsulation.decapsulate(
        request_with(SharedSecretCiphertextBlob=sent["SharedSecretCiphertextBlob"]), key
    )

    assert sent["SharedSecret"] == received["SharedSecret"]
    assert sent["KeyId"] == received["KeyId"] == key.arn
    assert sent["EncapsulationAlgorithm"] == received["EncapsulationAlgorithm"] == "ML_KEM"


def test_each_secret_is_another(request_with: Callable[..., Any]) -> None:
    key: Any = Key()

    secrets = [encapsulation.encapsulate(request_with(), key)["SharedSecret"] for _ in range(2)]

    assert secrets[0] != secrets[1]


def test_a_ciphertext_of_another_length_is_none(request_with: Callable[..., Any]) -> None:
    with pytest.raises(InvalidCiphertextException):
        encapsulation.decapsulate(request_with(SharedSecretCiphertextBlob=b"short"), Key())  # type: ignore[arg-type]
