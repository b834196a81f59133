"""GetParametersForImport, ImportKeyMaterial, DeleteImportedKeyMaterial: one material."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from pytest_kmsmock import KmsMock
from pytest_kmsmock.handles.keys import InitialState

pytestmark = pytest.mark.usefixtures("newest_model")

DER = serialization.Encoding.DER
PKCS8 = serialization.PrivateFormat.PKCS8
PLAIN = serialization.NoEncryption()
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo

OAEP = ("RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1")
AES_WRAP = ("RSA_AES_KEY_WRAP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1")
WRAPPING_SPECS = ("RSA_2048", "RSA_3072", "RSA_4096")
CURVES = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
    "ECC_SECG_P256K1": ec.SECP256K1(),
}
MATERIAL = bytes(range(32))


def external(client: Any, spec: str = "SYMMETRIC_DEFAULT", usage: str | None = None) -> str:
    """Return the ID of a new key without material."""
    usage = usage or ("ENCRYPT_DECRYPT" if spec == "SYMMETRIC_DEFAULT" else "SIGN_VERIFY")
    key_id: str = client.create_key(Origin="EXTERNAL", KeySpec=spec, KeyUsage=usage)["KeyMetadata"][
        "KeyId"
    ]
    return key_id


def arn_of(key_id: str) -> str:
    return f"arn:aws:kms:us-east-1:123456789012:key/{key_id}"


def rsa_pair(client: Any, spec: str) -> tuple[bytes, bytes]:
    """Return a private and a public key. They come from the pool; making them takes long."""
    made = client.generate_data_key_pair(
        KeyId=client.create_key()["KeyMetadata"]["KeyId"], KeyPairSpec=spec
    )
    return made["PrivateKeyPlaintext"], made["PublicKey"]


def own_pair(spec: str) -> tuple[bytes, bytes]:
    """Return a private and a public key as the caller makes them."""
    if spec == "ECC_NIST_EDWARDS25519":
        private: Any = ed25519.Ed25519PrivateKey.generate()
    else:
        private = ec.generate_private_key(CURVES[spec])
    return private.private_bytes(DER, PKCS8, PLAIN), private.public_key().public_bytes(DER, SPKI)


def test_new_key_awaits_its_material(client: Any, described: Any, answer: Any) -> None:
    """No CurrentKeyMaterialId, ExpirationModel or ValidTo before the first import. Recorded."""
    created = client.create_key(Origin="EXTERNAL")["KeyMetadata"]

    assert created == described(client, created["KeyId"])
    del created["CreationDate"]
    key_id = created["KeyId"]
    assert created == {
        "AWSAccountId": "123456789012",
        "KeyId": key_id,
        "Arn": arn_of(key_id),
        "Enabled": False,
        "Description": "",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": "PendingImport",
        "Origin": "EXTERNAL",
        "KeyManager": "CUSTOMER",
        "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
        "MultiRegion": False,
    }
    assert answer(
        client.list_key_rotations, KeyId=key_id, IncludeKeyMaterial="ALL_KEY_MATERIAL"
    ) == {"Rotations": [], "Truncated": False}


@pytest.mark.parametrize("spec", WRAPPING_SPECS)
def test_parameters_are_a_public_key_and_a_token(
    kms: KmsMock, client: Any, answer: Any, spec: str
) -> None:
    """The wrapping key is SubjectPublicKeyInfo DER; both are good for 24 hours."""
    key_id = external(client)

    found = answer(
        client.get_parameters_for_import,
        KeyId=key_id,
        WrappingAlgorithm="RSAES_OAEP_SHA_256",
        WrappingKeySpec=spec,
    )

    assert found.keys() == {"KeyId", "ImportToken", "PublicKey", "ParametersValidTo"}
    assert found["KeyId"] == arn_of(key_id)
    public = serialization.load_der_public_key(found["PublicKey"])
    assert isinstance(public, rsa.RSAPublicKey)
    assert public.key_size == int(spec[4:])
    assert 1 <= len(found["ImportToken"]) <= 6144
    valid = found["ParametersValidTo"] - kms.clock.now
    assert abs(valid - dt.timedelta(hours=24)) < dt.timedelta(seconds=60)


def test_each_pair_of_parameters_is_new(client: Any, answer: Any) -> None:
    """Neither the wrapping key nor the token comes twice."""
    key_id = external(client)

    first, second = (
        client.get_parameters_for_import(
            KeyId=key_id, WrappingAlgorithm="RSAES_OAEP_SHA_256", WrappingKeySpec="RSA_2048"
        )
        for _ in range(2)
    )

    assert first["PublicKey"] != second["PublicKey"]
    assert first["ImportToken"] != second["ImportToken"]


@pytest.mark.parametrize("algorithm", OAEP)
@pytest.mark.parametrize("spec", WRAPPING_SPECS)
def test_symmetric_key_works_once_imported(
    client: Any, described: Any, import_material: Any, algorithm: str, spec: str
) -> None:
    """All members of the answer and of the metadata, as recorded."""
    before = client.create_key(Origin="EXTERNAL")["KeyMetadata"]
    key_id = before["KeyId"]

    imported = import_material(client, key_id, MATERIAL, algorithm=algorithm, spec=spec)

    material_id = imported["KeyMaterialId"]
    assert imported == {"KeyId": arn_of(key_id), "KeyMaterialId": material_id}
    assert len(material_id) == 64
    assert described(client, key_id) == before | {
        "Enabled": True,
        "KeyState": "Enabled",
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        "CurrentKeyMaterialId": material_id,
    }
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    opened = client.decrypt(CiphertextBlob=blob)
    assert (opened["Plaintext"], opened["KeyMaterialId"]) == (b"secret", material_id)


HMACS = {"HMAC_224": (28, 64), "HMAC_256": (32, 64), "HMAC_384": (48, 128), "HMAC_512": (64, 128)}


@pytest.mark.parametrize("spec", HMACS)
@pytest.mark.parametrize("at", [0, 1])
def test_hmac_key_computes_with_the_callers_bytes(
    client: Any, described: Any, import_material: Any, spec: str, at: int
) -> None:
    """The MAC is that of the standard library; no KeyMaterialId anywhere."""
    before = client.create_key(Origin="EXTERNAL", KeySpec=spec, KeyUsage="GENERATE_VERIFY_MAC")[
        "KeyMetadata"
    ]
    key_id, secret = before["KeyId"], os.urandom(HMACS[spec][at])
    algorithm = spec.replace("_", "_SHA_")

    imported = import_material(client, key_id, secret)

    assert imported == {"KeyId": arn_of(key_id)}
    assert described(client, key_id) == before | {
        "Enabled": True,
        "KeyState": "Enabled",
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }
    made = client.generate_mac(KeyId=key_id, MacAlgorithm=algorithm, Message=b"message")["Mac"]
    assert made == hmac.digest(secret, b"message", f"sha{spec[5:]}")


@pytest.mark.parametrize(
    ("spec", "length"),
    [
        ("SYMMETRIC_DEFAULT", 31),
        ("SYMMETRIC_DEFAULT", 33),
        ("SYMMETRIC_DEFAULT", 16),
        ("SYMMETRIC_DEFAULT", 64),
        *((spec, shortest - 1) for spec, (shortest, _) in HMACS.items()),
        *((spec, longest + 1) for spec, (_, longest) in HMACS.items()),
    ],
)
def test_material_has_the_length_of_its_spec(
    client: Any, described: Any, import_material: Any, spec: str, length: int
) -> None:
    """Other bytes than the spec's are no material for it; the key waits on."""
    usage = "ENCRYPT_DECRYPT" if spec == "SYMMETRIC_DEFAULT" else "GENERATE_VERIFY_MAC"
    key_id = external(client, spec, usage)

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key_id, bytes(length))

    assert described(client, key_id)["KeyState"] == "PendingImport"


ECC_WAYS = [
    (spec, algorithm, wrapping)
    for spec in (*CURVES, "ECC_NIST_EDWARDS25519")
    for algorithm, wrapping in (
        ("RSAES_OAEP_SHA_256", "RSA_4096"),
        ("RSAES_OAEP_SHA_1", "RSA_3072"),
        ("RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"),
        ("RSA_AES_KEY_WRAP_SHA_1", "RSA_4096"),
    )
]


@pytest.mark.parametrize(("spec", "algorithm", "wrapping"), ECC_WAYS)
def test_public_key_of_an_imported_curve_key_is_the_callers(
    client: Any, described: Any, import_material: Any, spec: str, algorithm: str, wrapping: str
) -> None:
    """GetPublicKey returns the caller's own DER, byte for byte. Recorded."""
    private, public = own_pair(spec)
    key_id = external(client, spec)
    before = described(client, key_id)

    imported = import_material(client, key_id, private, algorithm=algorithm, spec=wrapping)

    assert imported == {"KeyId": arn_of(key_id)}
    assert client.get_public_key(KeyId=key_id)["PublicKey"] == public
    assert described(client, key_id) == before | {
        "Enabled": True,
        "KeyState": "Enabled",
        "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
    }


@pytest.mark.parametrize("spec", CURVES)
def test_signature_of_an_imported_curve_key_is_the_callers(
    client: Any, import_material: Any, spec: str
) -> None:
    """What KMS signs, the caller's own public key verifies, and the other way round."""
    private, _ = own_pair(spec)
    key_id = external(client, spec)
    import_material(client, key_id, private, algorithm="RSA_AES_KEY_WRAP_SHA_256")
    [algorithm] = client.get_public_key(KeyId=key_id)["SigningAlgorithms"]
    digest: hashes.HashAlgorithm = getattr(hashes, algorithm.replace("ECDSA_SHA_", "SHA"))()
    own = serialization.load_der_private_key(private, None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)

    by_kms = client.sign(KeyId=key_id, Message=b"m", SigningAlgorithm=algorithm)["Signature"]
    own.public_key().verify(by_kms, b"m", ec.ECDSA(digest))

    verified = client.verify(
        KeyId=key_id,
        Message=b"m",
        SigningAlgorithm=algorithm,
        Signature=own.sign(b"m", ec.ECDSA(digest)),
    )
    assert verified["SignatureValid"] is True


def test_imported_agreement_key_agrees(client: Any, import_material: Any) -> None:
    """DeriveSharedSecret names the origin, and the secret is ECDH's own."""
    private, _ = own_pair("ECC_NIST_P384")
    key_id = external(client, "ECC_NIST_P384", "KEY_AGREEMENT")
    import_material(client, key_id, private)
    own = serialization.load_der_private_key(private, None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    peer = ec.generate_private_key(ec.SECP384R1())

    response = client.derive_shared_secret(
        KeyId=key_id,
        KeyAgreementAlgorithm="ECDH",
        PublicKey=peer.public_key().public_bytes(DER, SPKI),
    )

    assert response["KeyOrigin"] == "EXTERNAL"
    assert response["SharedSecret"] == own.exchange(ec.ECDH(), peer.public_key())


@pytest.mark.parametrize(
    ("spec", "usage", "algorithm", "wrapping"),
    [
        ("RSA_2048", "ENCRYPT_DECRYPT", "RSA_AES_KEY_WRAP_SHA_256", "RSA_2048"),
        ("RSA_2048", "SIGN_VERIFY", "RSA_AES_KEY_WRAP_SHA_1", "RSA_4096"),
        ("RSA_3072", "SIGN_VERIFY", "RSA_AES_KEY_WRAP_SHA_1", "RSA_3072"),
        ("RSA_4096", "ENCRYPT_DECRYPT", "RSA_AES_KEY_WRAP_SHA_256", "RSA_4096"),
    ],
)
def test_rsa_key_comes_by_way_of_aes(
    kms: KmsMock,
    client: Any,
    described: Any,
    import_material: Any,
    spec: str,
    usage: str,
    algorithm: str,
    wrapping: str,
) -> None:
    """The private key is too long for the wrapping key itself; the public DER is the caller's."""
    private, own_public = rsa_pair(client, spec)
    own = serialization.load_der_private_key(private, None)
    assert isinstance(own, rsa.RSAPrivateKey)
    key_id = external(client, spec, usage)
    before = described(client, key_id)

    import_material(client, key_id, private, algorithm=algorithm, spec=wrapping)

    public = client.get_public_key(KeyId=key_id)["PublicKey"]
    assert public == own_public == own.public_key().public_bytes(DER, SPKI)
    after = described(client, key_id)
    assert "CurrentKeyMaterialId" not in after
    assert after.keys() - before.keys() == {"ExpirationModel"}
    if usage == "ENCRYPT_DECRYPT":
        oaep = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)
        blob = own.public_key().encrypt(b"secret", oaep)
        opened = client.decrypt(
            KeyId=key_id, CiphertextBlob=blob, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
        )
        assert opened["Plaintext"] == b"secret"
        assert "KeyMaterialId" not in opened


@pytest.mark.parametrize(
    ("spec", "algorithm", "wrapping"),
    [
        ("RSA_2048", "RSAES_OAEP_SHA_256", "RSA_4096"),
        ("RSA_2048", "RSAES_OAEP_SHA_1", "RSA_4096"),
        ("ECC_NIST_P521", "RSAES_OAEP_SHA_256", "RSA_2048"),
        ("ECC_NIST_P521", "RSAES_OAEP_SHA_1", "RSA_2048"),
        ("ECC_NIST_P256", "SM2PKE", "SM2"),
        ("SYMMETRIC_DEFAULT", "RSAES_PKCS1_V1_5", "RSA_2048"),
        ("SYMMETRIC_DEFAULT", "SM2PKE", "RSA_2048"),
        ("SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_256", "SM2"),
    ],
)
def test_wrapping_that_does_not_suit_is_refused(
    client: Any, refusal: Any, spec: str, algorithm: str, wrapping: str
) -> None:
    """Source: KMS API Reference, GetParametersForImport, WrappingAlgorithm."""
    key_id = external(client, spec)

    code, _ = refusal(
        client.get_parameters_for_import,
        KeyId=key_id,
        WrappingAlgorithm=algorithm,
        WrappingKeySpec=wrapping,
    )

    assert code in ("UnsupportedOperationException", "ValidationException")


@pytest.mark.parametrize("operation", ["get", "import", "delete"])
@pytest.mark.parametrize("state", ["Enabled", "Disabled", "PendingDeletion"])
def test_keys_of_kms_take_no_import(
    kms: KmsMock, client: Any, refusal: Any, operation: str, state: InitialState
) -> None:
    """The origin is what counts, not the state, the token or the material."""
    key = kms.create_key(state=state)
    calls: dict[str, tuple[Any, dict[str, Any]]] = {
        "get": (
            client.get_parameters_for_import,
            {"WrappingAlgorithm": "RSAES_OAEP_SHA_256", "WrappingKeySpec": "RSA_2048"},
        ),
        "import": (
            client.import_key_material,
            {"ImportToken": b"x", "EncryptedKeyMaterial": b"x"},
        ),
        "delete": (client.delete_imported_key_material, {}),
    }
    method, params = calls[operation]

    assert refusal(method, KeyId=key.id, **params) == (
        "UnsupportedOperationException",
        f"{key.arn} origin is AWS_KMS which is not valid for this operation.",
    )


def parameters(
    client: Any, key_id: str, algorithm: str = "RSAES_OAEP_SHA_256", spec: str = "RSA_2048"
) -> tuple[bytes, bytes]:
    """Return a token and the wrapping key that belongs to it."""
    found = client.get_parameters_for_import(
        KeyId=key_id, WrappingAlgorithm=algorithm, WrappingKeySpec=spec
    )
    return found["ImportToken"], found["PublicKey"]


FOREVER = {"ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE"}


def test_token_lasts_a_day(kms: KmsMock, client: Any, described: Any, wrap: Any) -> None:
    """After 24 hours by the service's clock it has expired; before, it is good."""
    late, soon = external(client), external(client)
    (late_token, late_public), (token, public) = parameters(client, late), parameters(client, soon)
    kms.clock.advance(hours=23, minutes=59)
    client.import_key_material(
        KeyId=soon,
        ImportToken=token,
        EncryptedKeyMaterial=wrap(public, "RSAES_OAEP_SHA_256", MATERIAL),
        **FOREVER,
    )
    kms.clock.advance(minutes=2)

    with pytest.raises(client.exceptions.ExpiredImportTokenException):
        client.import_key_material(
            KeyId=late,
            ImportToken=late_token,
            EncryptedKeyMaterial=wrap(late_public, "RSAES_OAEP_SHA_256", MATERIAL),
            **FOREVER,
        )

    assert described(client, soon)["KeyState"] == "Enabled"
    assert described(client, late)["KeyState"] == "PendingImport"


@pytest.mark.parametrize("length", [1, 12, 27, 28, 29, 500, 6144])
def test_garbage_is_no_token(client: Any, wrap: Any, length: int) -> None:
    """Bytes that KMS never gave out."""
    key_id = external(client)
    _, public = parameters(client, key_id)

    with pytest.raises(client.exceptions.InvalidImportTokenException):
        client.import_key_material(
            KeyId=key_id,
            ImportToken=os.urandom(length),
            EncryptedKeyMaterial=wrap(public, "RSAES_OAEP_SHA_256", MATERIAL),
            **FOREVER,
        )


def test_changed_token_is_none(client: Any, wrap: Any) -> None:
    """Neither is one of which a byte was changed or is missing."""
    key_id = external(client)
    token, public = parameters(client, key_id)
    blob = wrap(public, "RSAES_OAEP_SHA_256", MATERIAL)

    for wrong in (token[:-1], bytes([token[0] ^ 1]) + token[1:], token + b"\0"):
        with pytest.raises(client.exceptions.InvalidImportTokenException):
            client.import_key_material(
                KeyId=key_id, ImportToken=wrong, EncryptedKeyMaterial=blob, **FOREVER
            )


def test_token_is_bound_to_its_key(client: Any, wrap: Any) -> None:
    """A token of another key is refused, although material and wrapping are right."""
    key_id, other = external(client), external(client)
    token, public = parameters(client, other)

    with pytest.raises(client.exceptions.InvalidImportTokenException):
        client.import_key_material(
            KeyId=key_id,
            ImportToken=token,
            EncryptedKeyMaterial=wrap(public, "RSAES_OAEP_SHA_256", MATERIAL),
            **FOREVER,
        )


def test_token_and_wrapping_key_belong_together(client: Any, wrap: Any) -> None:
    """Material under the wrapping key of another token cannot be unwrapped."""
    key_id = external(client)
    token, _ = parameters(client, key_id)
    _, other_public = parameters(client, key_id)

    with pytest.raises(client.exceptions.InvalidCiphertextException):
        client.import_key_material(
            KeyId=key_id,
            ImportToken=token,
            EncryptedKeyMaterial=wrap(other_public, "RSAES_OAEP_SHA_256", MATERIAL),
            **FOREVER,
        )


@pytest.mark.parametrize("asked", [*OAEP, *AES_WRAP])
@pytest.mark.parametrize("used", [*OAEP, *AES_WRAP])
def test_material_is_wrapped_as_was_asked(
    client: Any, wrap: Any, described: Any, asked: str, used: str
) -> None:
    """Only the algorithm of GetParametersForImport unwraps what ImportKeyMaterial brings."""
    private, _ = own_pair("ECC_NIST_P256")
    key_id = external(client, "ECC_NIST_P256")
    token, public = parameters(client, key_id, asked)
    request = {
        "KeyId": key_id,
        "ImportToken": token,
        "EncryptedKeyMaterial": wrap(public, used, private),
        **FOREVER,
    }

    if asked == used:
        client.import_key_material(**request)
    else:
        errors = (client.exceptions.InvalidCiphertextException, client.exceptions.ClientError)
        with pytest.raises(errors) as caught:
            client.import_key_material(**request)
        code = caught.value.response["Error"]["Code"]
        assert code in ("InvalidCiphertextException", "ValidationException")
    assert described(client, key_id)["Enabled"] is (asked == used)


@pytest.mark.parametrize("spec", WRAPPING_SPECS)
@pytest.mark.parametrize("change", [-1, 1, -100])
def test_wrapped_material_is_as_long_as_the_wrapping_key(
    client: Any, refusal: Any, spec: str, change: int
) -> None:
    """Source: errors.csv, import-encrypted-size."""
    key_id = external(client)
    token, _ = parameters(client, key_id, spec=spec)

    assert refusal(
        client.import_key_material,
        KeyId=key_id,
        ImportToken=token,
        EncryptedKeyMaterial=os.urandom(int(spec[4:]) // 8 + change),
        **FOREVER,
    ) == ("ValidationException", "Invalid encrypted key size.")


def test_garbage_is_no_material(client: Any, refusal: Any) -> None:
    """Of the right length, it cannot be unwrapped."""
    key_id = external(client)
    token, _ = parameters(client, key_id)

    code, _ = refusal(
        client.import_key_material,
        KeyId=key_id,
        ImportToken=token,
        EncryptedKeyMaterial=b"\x01" * 256,
        **FOREVER,
    )

    assert code == "InvalidCiphertextException"


WRONG_KEYS = ["another curve", "RSA", "public", "PEM", "SEC 1", "encrypted", "garbage", "trailing"]


@pytest.mark.parametrize("wrong", WRONG_KEYS)
def test_curve_key_is_pkcs8_of_its_own_curve(
    client: Any, import_material: Any, described: Any, wrong: str
) -> None:
    """Key pairs come in PKCS #8 DER, not encrypted. Source: limits.md, imported material."""
    own = ec.generate_private_key(ec.SECP256R1())
    der = own.private_bytes(DER, PKCS8, PLAIN)
    traditional = serialization.PrivateFormat.TraditionalOpenSSL
    material = {
        "another curve": lambda: own_pair("ECC_SECG_P256K1")[0],
        "RSA": lambda: rsa_pair(client, "RSA_2048")[0],
        "public": lambda: own.public_key().public_bytes(DER, SPKI),
        "PEM": lambda: own.private_bytes(serialization.Encoding.PEM, PKCS8, PLAIN),
        "SEC 1": lambda: own.private_bytes(DER, traditional, PLAIN),
        "encrypted": lambda: own.private_bytes(
            DER, PKCS8, serialization.BestAvailableEncryption(b"password")
        ),
        "garbage": lambda: os.urandom(len(der)),
        "trailing": lambda: der + b"\0",
    }[wrong]()
    key_id = external(client, "ECC_NIST_P256")

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key_id, material, algorithm="RSA_AES_KEY_WRAP_SHA_256")

    assert described(client, key_id)["KeyState"] == "PendingImport"


def test_rsa_key_is_pkcs8(client: Any, import_material: Any) -> None:
    """PKCS #1, which openssl calls traditional, is not what KMS asks for."""
    own = serialization.load_der_private_key(rsa_pair(client, "RSA_2048")[0], None)
    material = own.private_bytes(DER, serialization.PrivateFormat.TraditionalOpenSSL, PLAIN)
    key_id = external(client, "RSA_2048")

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key_id, material, algorithm="RSA_AES_KEY_WRAP_SHA_256")


def test_rsa_key_has_the_size_of_its_spec(client: Any, import_material: Any) -> None:
    """A shorter modulus is not of the spec."""
    key_id = external(client, "RSA_3072")

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(
            client, key_id, rsa_pair(client, "RSA_2048")[0], algorithm="RSA_AES_KEY_WRAP_SHA_256"
        )


def test_material_expires_unless_told_otherwise(client: Any, refusal: Any, wrap: Any) -> None:
    """The default model wants a date. Recorded: import-expiring-key-without-valid-to."""
    key_id = external(client)
    token, public = parameters(client, key_id)
    request = {
        "KeyId": key_id,
        "ImportToken": token,
        "EncryptedKeyMaterial": wrap(public, "RSAES_OAEP_SHA_256", MATERIAL),
    }
    text = "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES"

    for model in ({}, {"ExpirationModel": "KEY_MATERIAL_EXPIRES"}):
        assert refusal(client.import_key_material, **request, **model) == (
            "ValidationException",
            text,
        )
    client.import_key_material(**request, **FOREVER)  # the token is as good as before


@pytest.mark.parametrize("days", [-1, 0, 365.01, 1000])
def test_date_is_in_the_year_to_come(
    client: Any, import_material: Any, refusal: Any, days: float
) -> None:
    """Source: limits.md, ValidTo: in the future, at most 365 days ahead."""
    key_id = external(client)

    code, _ = refusal(import_material, client=client, key_id=key_id, material=MATERIAL, days=days)

    assert code == "ValidationException"


def test_date_without_expiry_is_refused(
    kms: KmsMock, client: Any, import_material: Any, refusal: Any
) -> None:
    """ValidTo is not valid with KEY_MATERIAL_DOES_NOT_EXPIRE."""
    key_id = external(client)

    code, _ = refusal(
        import_material,
        client=client,
        key_id=key_id,
        material=MATERIAL,
        days=5,
        ExpirationModel="KEY_MATERIAL_DOES_NOT_EXPIRE",
    )

    assert code == "ValidationException"


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256", "ECC_NIST_P256"])
def test_material_is_gone_after_its_date(
    kms: KmsMock, client: Any, described: Any, import_material: Any, spec: str
) -> None:
    """The key is PendingImport then; the same bytes make it Enabled again."""
    usage = {"HMAC_256": "GENERATE_VERIFY_MAC"}.get(spec)
    key_id = external(client, spec, usage)
    before = described(client, key_id)
    material = own_pair(spec)[0] if spec.startswith("ECC") else MATERIAL
    import_material(client, key_id, material, days=10)
    valid = described(client, key_id)
    assert valid["ExpirationModel"] == "KEY_MATERIAL_EXPIRES"
    assert abs(valid["ValidTo"] - kms.clock.now - dt.timedelta(days=10)) < dt.timedelta(minutes=1)

    kms.clock.advance(days=9, hours=23)
    assert described(client, key_id)["KeyState"] == "Enabled"
    kms.clock.advance(hours=2)

    expired = described(client, key_id)
    expired.pop("CurrentKeyMaterialId", None)
    assert expired == before
    import_material(client, key_id, material)
    again = described(client, key_id)
    assert again["KeyState"] == "Enabled"
    assert again["ExpirationModel"] == "KEY_MATERIAL_DOES_NOT_EXPIRE"
    assert "ValidTo" not in again
    kms.clock.advance(days=4000)
    assert described(client, key_id)["KeyState"] == "Enabled"


def test_date_is_told_to_the_second(kms: KmsMock, client: Any, described: Any, wrap: Any) -> None:
    """ValidTo comes back as it was given."""
    key_id = external(client)
    token, public = parameters(client, key_id)
    date = (kms.clock.now + dt.timedelta(days=100)).replace(microsecond=0)

    client.import_key_material(
        KeyId=key_id,
        ImportToken=token,
        EncryptedKeyMaterial=wrap(public, "RSAES_OAEP_SHA_256", MATERIAL),
        ValidTo=date,
    )

    assert described(client, key_id)["ValidTo"] == date


@pytest.mark.parametrize(
    ("first", "second", "model"),
    [
        (10, 20, "KEY_MATERIAL_EXPIRES"),
        (20, 10, "KEY_MATERIAL_EXPIRES"),
        (10, None, "KEY_MATERIAL_DOES_NOT_EXPIRE"),
        (None, 10, "KEY_MATERIAL_EXPIRES"),
    ],
)
def test_import_again_changes_the_date(
    kms: KmsMock,
    client: Any,
    described: Any,
    import_material: Any,
    first: int | None,
    second: int | None,
    model: str,
) -> None:
    """Without a deletion in between. Source: KMS API Reference, ImportKeyMaterial."""
    key_id = external(client)
    import_material(client, key_id, MATERIAL, days=first)

    import_material(client, key_id, MATERIAL, days=second)

    metadata = described(client, key_id)
    assert metadata["ExpirationModel"] == model
    assert ("ValidTo" in metadata) is (second is not None)
    kms.clock.advance(days=15)
    is_gone = second == 10
    assert described(client, key_id)["KeyState"] == ("PendingImport" if is_gone else "Enabled")


@pytest.mark.parametrize("spec", ["SYMMETRIC_DEFAULT", "HMAC_256", "ECC_NIST_P256"])
@pytest.mark.parametrize("is_deleted", [True, False])
def test_only_the_same_bytes_come_again(
    client: Any, import_material: Any, described: Any, spec: str, is_deleted: bool
) -> None:
    """Other material is refused, whether the first is there or not."""
    usage = {"HMAC_256": "GENERATE_VERIFY_MAC"}.get(spec)
    key_id = external(client, spec, usage)
    is_pair = spec.startswith("ECC")
    material, other = (own_pair(spec)[0] if is_pair else os.urandom(32) for _ in range(2))
    import_material(client, key_id, material)
    if is_deleted:
        client.delete_imported_key_material(KeyId=key_id)

    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key_id, other)

    assert described(client, key_id)["Enabled"] is not is_deleted
    import_material(client, key_id, material)
    assert described(client, key_id)["Enabled"] is True


def test_deletion_takes_the_material_and_leaves_its_id(
    client: Any, described: Any, import_material: Any, answer: Any, refusal: Any
) -> None:
    """CurrentKeyMaterialId stays, ExpirationModel goes, the key is PendingImport. Recorded."""
    key_id = external(client)
    material_id = import_material(client, key_id, MATERIAL, days=30)["KeyMaterialId"]
    blob = client.encrypt(KeyId=key_id, Plaintext=b"secret")["CiphertextBlob"]
    imported = described(client, key_id)

    deleted = answer(client.delete_imported_key_material, KeyId=key_id)

    assert deleted == {"KeyId": arn_of(key_id), "KeyMaterialId": material_id}
    for name in ("ExpirationModel", "ValidTo"):
        del imported[name]
    assert described(client, key_id) == imported | {"Enabled": False, "KeyState": "PendingImport"}
    for method, params in (
        (client.encrypt, {"KeyId": key_id, "Plaintext": b"x"}),
        (client.decrypt, {"CiphertextBlob": blob}),
        (client.enable_key, {"KeyId": key_id}),
        (client.disable_key, {"KeyId": key_id}),
    ):
        assert refusal(method, **params) == (
            "KMSInvalidStateException",
            f"{arn_of(key_id)} is pending import.",
        )
    again = import_material(client, key_id, MATERIAL)
    assert again["KeyMaterialId"] == material_id
    assert client.decrypt(CiphertextBlob=blob)["Plaintext"] == b"secret"


@pytest.mark.parametrize("spec", ["HMAC_256", "ECC_NIST_P256"])
def test_pair_without_material_is_as_before_its_import(
    client: Any, described: Any, import_material: Any, answer: Any, spec: str
) -> None:
    """It goes back to exactly its metadata of before. Recorded."""
    key_id = external(client, spec, {"HMAC_256": "GENERATE_VERIFY_MAC"}.get(spec))
    before = described(client, key_id)
    import_material(client, key_id, own_pair(spec)[0] if spec.startswith("ECC") else MATERIAL)

    deleted = answer(client.delete_imported_key_material, KeyId=key_id)

    assert deleted["KeyId"] == arn_of(key_id)
    assert described(client, key_id) == before


def test_deletion_without_material_has_no_effect(
    client: Any, described: Any, import_material: Any, answer: Any
) -> None:
    """Neither before the first import nor when it has been deleted already."""
    key_id = external(client)
    before = described(client, key_id)
    assert answer(client.delete_imported_key_material, KeyId=key_id)["KeyId"] == arn_of(key_id)
    assert described(client, key_id) == before
    import_material(client, key_id, MATERIAL)
    client.delete_imported_key_material(KeyId=key_id)
    deleted = described(client, key_id)

    client.delete_imported_key_material(KeyId=key_id)

    assert described(client, key_id) == deleted


def test_same_bytes_in_another_key_do_not_open_its_blobs(
    client: Any, import_material: Any, refusal: Any
) -> None:
    """Symmetric ciphertext is bound to its key; so is the ID of the material."""
    first, second = external(client), external(client)
    ids = [import_material(client, key_id, MATERIAL)["KeyMaterialId"] for key_id in (first, second)]
    blob = client.encrypt(KeyId=first, Plaintext=b"secret")["CiphertextBlob"]

    assert ids[0] != ids[1]
    assert refusal(client.decrypt, CiphertextBlob=blob, KeyId=second)[0] == "IncorrectKeyException"


def test_deleted_hmac_key_can_be_made_anew(kms: KmsMock, client: Any, import_material: Any) -> None:
    """HMAC and asymmetric keys are recovered by their material. Source: lifecycle.md §3."""
    first = external(client, "HMAC_256", "GENERATE_VERIFY_MAC")
    import_material(client, first, MATERIAL)
    request = {"MacAlgorithm": "HMAC_SHA_256", "Message": b"m"}
    mac = client.generate_mac(KeyId=first, **request)["Mac"]
    client.schedule_key_deletion(KeyId=first, PendingWindowInDays=7)
    kms.clock.advance(days=8)

    second = external(client, "HMAC_256", "GENERATE_VERIFY_MAC")
    import_material(client, second, MATERIAL)

    assert client.verify_mac(KeyId=second, Mac=mac, **request)["MacValid"] is True


@pytest.mark.parametrize("spec", ["ML_DSA_44", "ML_KEM_768"])
def test_some_specs_cannot_be_imported(client: Any, refusal: Any, spec: str) -> None:
    """No report tells of such a key; the mock refuses to make one."""
    usage = "SIGN_VERIFY" if spec.startswith("ML_DSA") else "ENCAPSULATE_DECAPSULATE"

    code, _ = refusal(client.create_key, Origin="EXTERNAL", KeySpec=spec, KeyUsage=usage)

    assert code in ("ValidationException", "UnsupportedOperationException")


@pytest.mark.parametrize(
    "params",
    [
        {"ImportType": "NEW_KEY_MATERIAL"},
        {"ImportType": "EXISTING_KEY_MATERIAL"},
        {"KeyMaterialId": "a" * 64},
        {"KeyMaterialDescription": "mine"},
    ],
)
def test_members_for_several_materials_are_for_symmetric_keys(
    client: Any, import_material: Any, refusal: Any, described: Any, params: dict[str, str]
) -> None:
    """Each is "optional and only usable with symmetric encryption keys". Source: the API model."""
    key_id = external(client, "HMAC_256", "GENERATE_VERIFY_MAC")

    code, _ = refusal(import_material, client=client, key_id=key_id, material=MATERIAL, **params)

    assert code in ("ValidationException", "UnsupportedOperationException")
    assert described(client, key_id)["KeyState"] == "PendingImport"


OPENSSL = shutil.which("openssl")


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command")
@pytest.mark.parametrize("algorithm", OAEP)
def test_openssl_wraps_as_the_guide_tells(
    client: Any, described: Any, tmp_path: Path, algorithm: str
) -> None:
    """The very command line of the Developer Guide, "Encrypt key material"."""
    key_id = external(client)
    token, public = parameters(client, key_id, algorithm)
    files = {name: tmp_path / name for name in ("WrappingPublicKey.bin", "Plain.bin", "Out.bin")}
    files["WrappingPublicKey.bin"].write_bytes(public)
    files["Plain.bin"].write_bytes(MATERIAL)
    digest = "sha256" if algorithm.endswith("256") else "sha1"

    subprocess.run(
        [
            *("openssl", "pkeyutl", "-encrypt", "-pubin", "-keyform", "DER"),
            *("-in", str(files["Plain.bin"]), "-inkey", str(files["WrappingPublicKey.bin"])),
            *("-out", str(files["Out.bin"])),
            *("-pkeyopt", "rsa_padding_mode:oaep"),
            *("-pkeyopt", f"rsa_oaep_md:{digest}", "-pkeyopt", f"rsa_mgf1_md:{digest}"),
        ],
        check=True,
        capture_output=True,
    )
    client.import_key_material(
        KeyId=key_id,
        ImportToken=token,
        EncryptedKeyMaterial=files["Out.bin"].read_bytes(),
        **FOREVER,
    )

    assert described(client, key_id)["KeyState"] == "Enabled"


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command")
def test_openssl_makes_and_wraps_a_pair(client: Any, tmp_path: Path) -> None:
    """`openssl genpkey`, AES key wrap with padding, RSA-OAEP: the guide's way for key pairs."""
    key_id = external(client, "ECC_NIST_P384")
    token, public = parameters(client, key_id, "RSA_AES_KEY_WRAP_SHA_256", "RSA_3072")
    (tmp_path / "public.der").write_bytes(public)
    aes_key = os.urandom(32)
    (tmp_path / "aes.bin").write_bytes(aes_key)

    def run(*arguments: str) -> bytes:
        return subprocess.run(
            ["openssl", *arguments], check=True, capture_output=True, cwd=tmp_path
        ).stdout

    run(
        *("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"),
        *("-outform", "PEM", "-out", "own.pem"),
    )
    run("pkcs8", "-topk8", "-nocrypt", "-in", "own.pem", "-outform", "DER", "-out", "own.der")
    own_public = run("pkey", "-in", "own.pem", "-pubout", "-outform", "DER")
    run(
        *("enc", "-id-aes256-wrap-pad", "-iv", "A65959A6", "-K", aes_key.hex()),
        *("-in", "own.der", "-out", "wrapped.bin"),
    )
    run(
        *("pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "public.der"),
        *("-in", "aes.bin", "-out", "aes.wrapped", "-pkeyopt", "rsa_padding_mode:oaep"),
        *("-pkeyopt", "rsa_oaep_md:sha256", "-pkeyopt", "rsa_mgf1_md:sha256"),
    )
    client.import_key_material(
        KeyId=key_id,
        ImportToken=token,
        EncryptedKeyMaterial=(tmp_path / "aes.wrapped").read_bytes()
        + (tmp_path / "wrapped.bin").read_bytes(),
        **FOREVER,
    )

    assert client.get_public_key(KeyId=key_id)["PublicKey"] == own_public


def test_author_imports_without_ceremony(kms: KmsMock, client: Any, described: Any) -> None:
    """key.import_material() wraps as a client does, and is no call of the application."""
    key = kms.create_key(origin="EXTERNAL")

    material_id = key.import_material(MATERIAL, days=365)

    assert kms.calls.operations == []
    assert key.materials[0].id == material_id
    assert key.materials[0].is_present
    assert described(client, key.id)["KeyState"] == "Enabled"
    kms.clock.advance(days=366)
    assert described(client, key.id)["KeyState"] == "PendingImport"
    assert not key.materials[0].is_present


def test_ids_are_a_digest_of_key_and_bytes(kms: KmsMock) -> None:
    """The same bytes have the same ID in one key, and no digest of them alone."""
    key = kms.create_key(origin="EXTERNAL")

    first = key.import_material(MATERIAL)
    again = key.import_material(MATERIAL)

    assert first == again
    assert first != hashlib.sha256(MATERIAL).hexdigest()


@pytest.mark.skipif(OPENSSL is None, reason="there is no openssl command")
def test_pair_may_come_without_its_public_half(client: Any, import_material: Any) -> None:
    """PKCS #8 of a curve key need not hold the public key; KMS computes it."""
    private, public = own_pair("ECC_NIST_P256")

    def run(der: bytes, *arguments: str) -> bytes:
        return subprocess.run(
            ["openssl", *arguments, "-inform", "DER", "-outform", "DER"],
            input=der,
            check=True,
            capture_output=True,
        ).stdout

    bare = run(run(private, "ec", "-no_public"), "pkcs8", "-topk8", "-nocrypt")
    assert len(bare) < len(private)
    key_id = external(client, "ECC_NIST_P256")

    import_material(client, key_id, bare)

    assert client.get_public_key(KeyId=key_id)["PublicKey"] == public


def test_china_has_its_own_sizes_and_wrapping(kms: KmsMock, import_material: Any) -> None:
    """A symmetric key has 16 bytes there, and SM2 wraps beside RSA. Source: limits.md."""
    gmalg = pytest.importorskip("gmalg")
    client = kms.client("cn-north-1")
    key_id = external(client)
    with pytest.raises(client.exceptions.IncorrectKeyMaterialException):
        import_material(client, key_id, bytes(32))
    token, public = parameters(client, key_id, "SM2PKE", "SM2")
    point = public[-65:]
    der = _der_of_sm2_ciphertext(gmalg.SM2(pk=point).encrypt(bytes(16)))

    client.import_key_material(KeyId=key_id, ImportToken=token, EncryptedKeyMaterial=der, **FOREVER)

    assert client.describe_key(KeyId=key_id)["KeyMetadata"]["KeyState"] == "Enabled"


def _der_of_sm2_ciphertext(raw: bytes) -> bytes:
    """Return C1 C3 C2, as gmalg has it, in the ASN.1 of GB/T 35276."""

    def tlv(tag: int, value: bytes) -> bytes:
        assert len(value) < 0x80 or tag == 0x30
        length = bytes([len(value)]) if len(value) < 0x80 else bytes([0x81, len(value)])
        return bytes([tag]) + length + value

    def integer(value: bytes) -> bytes:
        number = int.from_bytes(value, "big")
        return tlv(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))

    point, digest, ciphertext = raw[1:65], raw[65:97], raw[97:]
    return tlv(
        0x30,
        integer(point[:32]) + integer(point[32:]) + tlv(0x04, digest) + tlv(0x04, ciphertext),
    )
