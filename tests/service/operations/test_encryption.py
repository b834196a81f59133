"""
Encrypt, Decrypt, ReEncrypt: which key a ciphertext means, and in which order they refuse.

What a client sees of them is in tests/contract.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from pytest_kmsmock.service.api.errors import (
    AccessDeniedException,
    DisabledException,
    IncorrectKeyException,
    InvalidCiphertextException,
    InvalidKeyUsageException,
    NotFoundException,
    ValidationException,
)
from pytest_kmsmock.service.service import Service
from pytest_kmsmock.service.serving.request import Request
from pytest_kmsmock.service.state.registry import Registry
from pytest_kmsmock.service.values.caller import Caller

Call = Callable[..., dict[str, Any]]

OAEP = "RSAES_OAEP_SHA_256"
MISSING = "00000000-0000-4000-8000-000000000000"


def text(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def new_key(call: Call) -> Callable[..., str]:
    def make(**params: Any) -> str:
        key_id: str = call("CreateKey", **params)["KeyMetadata"]["KeyId"]
        return key_id

    return make


@pytest.fixture
def rsa_key(new_key: Callable[..., str]) -> str:
    return new_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")


@pytest.fixture
def sealed(call: Call) -> Callable[..., str]:
    """Return the ciphertext of a secret under a key."""

    def seal(key_id: str, **params: Any) -> str:
        encrypted = call("Encrypt", KeyId=key_id, Plaintext=text(b"secret"), **params)
        return text(encrypted["CiphertextBlob"])

    return seal


def current_material(registry: Registry, key_id: str) -> str:
    [resources] = registry.state.all_resources()
    key = resources.keys.get(key_id)
    assert key is not None
    return key.material.id


@pytest.mark.usefixtures("newest_model")
def test_decrypt_tells_which_material_it_was(
    call: Call, registry: Registry, new_key: Any, sealed: Any
) -> None:
    """Of an old ciphertext the old one, though the key has rotated."""
    key_id = new_key()
    blob = sealed(key_id)
    old = current_material(registry, key_id)
    call("RotateKeyOnDemand", KeyId=key_id)
    call("DescribeKey", KeyId=key_id)

    decrypted = [call("Decrypt", CiphertextBlob=each) for each in (blob, sealed(key_id))]

    new = current_material(registry, key_id)
    assert old != new
    assert [each["KeyMaterialId"] for each in decrypted] == [old, new]
    assert [each["Plaintext"] for each in decrypted] == [b"secret"] * 2


def test_key_pairs_have_no_material_to_tell(call: Call, rsa_key: str, sealed: Any) -> None:
    blob = sealed(rsa_key, EncryptionAlgorithm=OAEP)

    decrypted = call("Decrypt", KeyId=rsa_key, CiphertextBlob=blob, EncryptionAlgorithm=OAEP)

    assert decrypted.keys() == {"KeyId", "Plaintext", "EncryptionAlgorithm"}
    assert decrypted["EncryptionAlgorithm"] == OAEP


@pytest.mark.usefixtures("newest_model")
def test_re_encrypt_tells_the_materials_of_symmetric_keys(
    call: Call, registry: Registry, new_key: Any, rsa_key: str, sealed: Any
) -> None:
    """Each of its own key."""
    source, destination = new_key(), new_key()
    blob = sealed(source)
    to_symmetric = call("ReEncrypt", CiphertextBlob=blob, DestinationKeyId=destination)
    to_rsa = call(
        "ReEncrypt",
        CiphertextBlob=blob,
        DestinationKeyId=rsa_key,
        DestinationEncryptionAlgorithm=OAEP,
    )
    from_rsa = call(
        "ReEncrypt",
        CiphertextBlob=text(to_rsa["CiphertextBlob"]),
        SourceKeyId=rsa_key,
        SourceEncryptionAlgorithm=OAEP,
        DestinationKeyId=source,
    )

    mine, others = (current_material(registry, key) for key in (source, destination))
    told = [
        (each.get("SourceKeyMaterialId"), each.get("DestinationKeyMaterialId"))
        for each in (to_symmetric, to_rsa, from_rsa)
    ]
    assert told == [(mine, others), (mine, None), (None, mine)]


def test_a_symmetric_ciphertext_names_its_key(call: Call, new_key: Any, sealed: Any) -> None:
    """So Decrypt needs none; another one that is named is the wrong one."""
    key_id, other = new_key(), new_key()
    blob = sealed(key_id)

    assert call("Decrypt", CiphertextBlob=blob)["KeyId"].endswith(key_id)
    assert call("Decrypt", CiphertextBlob=blob, KeyId=key_id)["Plaintext"] == b"secret"
    with pytest.raises(IncorrectKeyException):
        call("Decrypt", CiphertextBlob=blob, KeyId=other)


def test_the_wrong_key_is_wrong_before_its_state_matters(
    call: Call, new_key: Any, sealed: Any
) -> None:
    """One that does not exist is missed first of all."""
    blob, other = sealed(new_key()), new_key()
    call("DisableKey", KeyId=other)

    with pytest.raises(IncorrectKeyException):
        call("Decrypt", CiphertextBlob=blob, KeyId=other)
    with pytest.raises(NotFoundException):
        call("Decrypt", CiphertextBlob=blob, KeyId=MISSING)


def test_a_ciphertext_of_a_key_that_is_not_here_is_denied(
    call: Call, registry: Registry, new_key: Any, sealed: Any
) -> None:
    """AWS does not tell whether there is such a key elsewhere; a named key is the wrong one."""
    key_id, other = new_key(), new_key()
    blob = sealed(key_id)
    [resources] = registry.state.all_resources()
    key = resources.keys.get(key_id)
    assert key is not None
    registry.change(lambda draft: draft.remove_key(key, 0.0))

    with pytest.raises(AccessDeniedException, match="the resource associated with this cipher"):
        call("Decrypt", CiphertextBlob=blob)
    with pytest.raises(IncorrectKeyException):
        call("Decrypt", CiphertextBlob=blob, KeyId=other)


@pytest.mark.parametrize("blob", [b"x", bytes(184)], ids=["short", "as long"])
def test_what_is_no_ciphertext_is_invalid(call: Call, new_key: Any, blob: bytes) -> None:
    """Also where a key is named."""
    with pytest.raises(InvalidCiphertextException):
        call("Decrypt", CiphertextBlob=text(blob))
    with pytest.raises(InvalidCiphertextException):
        call("Decrypt", CiphertextBlob=text(blob), KeyId=new_key())


def test_the_key_of_another_algorithm_has_to_be_named(
    call: Call, new_key: Any, rsa_key: str
) -> None:
    """As its ciphertext names none. One that does not encrypt is the wrong one."""
    asked = {"CiphertextBlob": text(bytes(256)), "EncryptionAlgorithm": OAEP}
    signing = new_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")

    with pytest.raises(ValidationException, match="'keyId'"):
        call("Decrypt", **asked)
    with pytest.raises(IncorrectKeyException):
        call("Decrypt", KeyId=signing, **asked)
    with pytest.raises(InvalidCiphertextException):
        call("Decrypt", KeyId=rsa_key, **asked)


def test_re_encrypt_looks_at_both_keys_before_it_opens_anything(
    call: Call, new_key: Any, rsa_key: str, sealed: Any
) -> None:
    """The source's first; then existence, usage, state and algorithm of the destination."""
    source, off = new_key(), new_key()
    good = sealed(source, EncryptionContext={"tenant": "42"})  # does not open without
    signing = new_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    call("DisableKey", KeyId=off)

    for destination, error in (
        (MISSING, NotFoundException),
        (signing, InvalidKeyUsageException),
        (off, DisabledException),
        (rsa_key, InvalidKeyUsageException),
        (source, InvalidCiphertextException),
    ):
        with pytest.raises(error):
            call("ReEncrypt", CiphertextBlob=good, DestinationKeyId=destination)
    call("DisableKey", KeyId=source)
    with pytest.raises(DisabledException, match=source):
        call("ReEncrypt", CiphertextBlob=good, DestinationKeyId=off)


def test_keys_of_another_account_are_found_by_their_ciphertext(
    call: Call, service: Service, new_key: Any, sealed: Any
) -> None:
    """In the Region of the request alone."""
    blob = sealed(new_key())

    def decrypt(region: str) -> dict[str, Any]:
        request = Request("Decrypt", {"CiphertextBlob": blob}, region, Caller("210987654321"), "i")
        return service.handle(request)

    assert decrypt("us-east-1")["Plaintext"] == b"secret"
    with pytest.raises(AccessDeniedException):
        decrypt("eu-west-1")
