"""What a mock has handed out that is secret."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from pytest_kmsmock import KmsMock, mock_kms
from pytest_kmsmock.leaks.handed_out import needles, secrets_of
from pytest_kmsmock.leaks.searching import first_of_each


def origins(kms: KmsMock, value: bytes | str) -> list[str]:
    """Return what is said of *value*, if it is secret."""
    wanted = value.encode() if isinstance(value, str) else value
    needle = wanted.decode("latin-1")
    return [each.origin for each in secrets_of([kms._backend]) if needle in each.needles]


def data_key(kms: KmsMock, client: Any) -> bytes:
    value: bytes = client.generate_data_key(KeyId="alias/app", KeySpec="AES_256")["Plaintext"]
    return value


def pair(kms: KmsMock, client: Any) -> bytes:
    answer = client.generate_data_key_pair(KeyId="alias/app", KeyPairSpec="ECC_NIST_P256")
    value: bytes = answer["PrivateKeyPlaintext"]
    return value


def random(kms: KmsMock, client: Any) -> bytes:
    value: bytes = client.generate_random(NumberOfBytes=24)["Plaintext"]
    return value


def shared_secret(kms: KmsMock, client: Any) -> bytes:
    keys = [kms.create_key(spec="ECC_NIST_P256", usage="KEY_AGREEMENT") for _ in range(2)]
    public = client.get_public_key(KeyId=keys[1].id)["PublicKey"]
    answer = client.derive_shared_secret(
        KeyId=keys[0].id, KeyAgreementAlgorithm="ECDH", PublicKey=public
    )
    value: bytes = answer["SharedSecret"]
    return value


HANDED_OUT: dict[str, Callable[[KmsMock, Any], bytes]] = {
    "the Plaintext that GenerateDataKey returned at ": data_key,
    "the PrivateKeyPlaintext that GenerateDataKeyPair returned at ": pair,
    "the Plaintext that GenerateRandom returned at ": random,
    "the SharedSecret that DeriveSharedSecret returned at ": shared_secret,
}


@pytest.mark.parametrize("origin", HANDED_OUT)
def test_what_a_call_returns_is_told_with_the_line_of_the_call(kms: KmsMock, origin: str) -> None:
    kms.create_key("alias/app")
    client = kms.client()

    value = HANDED_OUT[origin](kms, client)

    [told] = origins(kms, value)
    assert told.startswith(origin)
    assert "test_handed_out.py:" in told


def test_a_plaintext_is_told_with_all_calls_that_had_it(kms: KmsMock) -> None:
    kms.create_key("alias/app")
    client = kms.client()

    blob = client.encrypt(KeyId="alias/app", Plaintext=b"a secret")["CiphertextBlob"]
    client.decrypt(CiphertextBlob=blob)

    [told] = origins(kms, "a secret")
    assert "that Encrypt was given at" in told
    assert "and the Plaintext that Decrypt returned at" in told


def test_what_a_refused_call_was_given_is_secret_too(kms: KmsMock) -> None:
    """It is then that applications print it."""
    client = kms.client()
    with pytest.raises(client.exceptions.NotFoundException):
        client.encrypt(KeyId="alias/none", Plaintext=b"a secret")

    assert origins(kms, "a secret")


def test_short_values_and_those_inside_of_kms_are_none(kms: KmsMock) -> None:
    kms.create_key("alias/app")
    client = kms.client()
    client.encrypt(KeyId="alias/app", Plaintext=b"7 bytes")
    client.encrypt(KeyId="alias/app", Plaintext=bytes(32))
    client.generate_data_key_without_plaintext(KeyId="alias/app", KeySpec="AES_256")

    told = [each.origin for each in secrets_of([kms._backend])]

    assert told == ["the key material of alias/app"]


def test_key_material_is_told_with_its_key(kms: KmsMock) -> None:
    """Also what was there before a rotation, and of a key that is gone."""
    material = os.urandom(32)
    key = kms.create_key("alias/app", material=material)
    client = kms.client()
    made = client.create_key(Description="by the application")["KeyMetadata"]
    client.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=7)
    key.rotate()
    kms.clock.advance(days=8)

    told = [each.origin for each in secrets_of([kms._backend])]

    assert origins(kms, material) == ["the key material of alias/app"]
    assert sum(each == "the key material of alias/app" for each in told) == 2
    [gone] = [each for each in told if made["Arn"] in each]
    assert "of CreateKey at" in gone


def private_key(number: int) -> bytes:
    return ec.derive_private_key(number, ec.SECP256R1()).private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def test_a_private_key_is_told_in_each_of_its_parts(kms: KmsMock) -> None:
    kms.create_key("alias/signer", spec="ECC_NIST_P256", material=private_key(0x12 << 240))

    secrets = secrets_of([kms._backend])

    assert {each.origin for each in secrets} == {"the private key of alias/signer"}
    # The whole, the number as it is kept and as it is written, and its decimal digits.
    assert len(secrets) == 4


def test_a_secret_number_is_told_without_its_zeros(kms: KmsMock) -> None:
    """Neither hex() nor JWK writes them, and in hex a half of its first byte can be one."""
    number = 0x0ABC << 216 | 0xDEF
    kms.create_key("alias/signer", spec="ECC_NIST_P256", material=private_key(number))

    for text in (hex(number), f"{number:x}", f"{number:X}", str(number), f"{number:#066x}"):
        found = first_of_each(f"d={text};", secrets_of([kms._backend]))
        assert {each.secret.origin for each in found} == {"the private key of alias/signer"}


def test_what_handles_and_enclaves_meet_is_secret_too(kms: KmsMock) -> None:
    pytest.importorskip("cbor2")
    key = kms.create_key("alias/app")
    blob = key.encrypt("by a handle")
    key.decrypt(blob)
    enclave = kms.enclave()
    client = kms.client()
    answer = client.generate_random(NumberOfBytes=32, Recipient=enclave.recipient())

    [told] = origins(kms, "by a handle")
    assert "Encrypt was given at" in told
    assert "Decrypt returned at" in told
    assert origins(kms, enclave.open(answer))


def test_what_was_cleared_from_the_record_is_secret_still(kms: KmsMock) -> None:
    client = kms.client()
    value = client.generate_random(NumberOfBytes=32)["Plaintext"]
    kms.calls.clear()
    client.generate_random(NumberOfBytes=32)
    kms.calls.clear()

    assert origins(kms, value)


@mock_kms
def test_what_a_mock_is_a_copy_of_counts_too(kms: KmsMock) -> None:
    value = kms.client().generate_random(NumberOfBytes=32)["Plaintext"]

    with KmsMock(outer=kms._backend) as fork:
        assert origins(fork, value)


def test_bytes_have_all_forms_that_a_text_gives_them() -> None:
    assert needles(b"abc") == ("abc",)
    assert needles("ä".encode()) == ("\xc3\xa4", "ä")
    assert needles(b"\xc3\xa4\xff") == ("\xc3\xa4\xff", "ä\udcff", "ä\xff")
