"""Ciphertexts, MACs, shared secrets and data key pairs, checked by code that is not ours."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

DIGESTS: dict[str, Any] = {"SHA_1": hashes.SHA1(), "SHA_256": hashes.SHA256()}
OAEP = {
    f"RSAES_OAEP_{name}": padding.OAEP(padding.MGF1(hash_), hash_, label=None)
    for name, hash_ in DIGESTS.items()
}
# How many bytes fit. Source: KMS Developer Guide, "Key spec reference".
LIMITS = [
    ("RSA_2048", "RSAES_OAEP_SHA_1", 214),
    ("RSA_2048", "RSAES_OAEP_SHA_256", 190),
    ("RSA_3072", "RSAES_OAEP_SHA_1", 342),
    ("RSA_3072", "RSAES_OAEP_SHA_256", 318),
    ("RSA_4096", "RSAES_OAEP_SHA_1", 470),
    ("RSA_4096", "RSAES_OAEP_SHA_256", 446),
]
CURVES: dict[str, ec.EllipticCurve] = {
    "ECC_NIST_P256": ec.SECP256R1(),
    "ECC_NIST_P384": ec.SECP384R1(),
    "ECC_NIST_P521": ec.SECP521R1(),
    "ECC_SECG_P256K1": ec.SECP256K1(),
}


@pytest.mark.parametrize(("spec", "algorithm", "longest"), LIMITS)
def test_what_was_encrypted_offline_decrypts(
    client: Any, new_key: Callable[..., str], spec: str, algorithm: str, longest: int
) -> None:
    """Whoever has the public key can encrypt without KMS, up to the limit."""
    arn = new_key(client, spec, "ENCRYPT_DECRYPT")
    public = serialization.load_der_public_key(client.get_public_key(KeyId=arn)["PublicKey"])
    assert isinstance(public, rsa.RSAPublicKey)

    for length in (0, 1, longest):
        blob = public.encrypt(bytes(length), OAEP[algorithm])
        answer = client.decrypt(KeyId=arn, CiphertextBlob=blob, EncryptionAlgorithm=algorithm)
        assert answer["Plaintext"] == bytes(length)
        assert "KeyMaterialId" not in answer


@pytest.mark.parametrize(("spec", "algorithm", "longest"), LIMITS)
def test_rsa_encrypts_so_much_and_no_more(
    client: Any, kms: Any, spec: str, algorithm: str, longest: int
) -> None:
    """The private key opens it by `cryptography`; one byte more is refused."""
    private = _rsa_key(int(spec[-4:]))
    key = kms.create_key(spec=spec, usage="ENCRYPT_DECRYPT", material=_pkcs8(private))

    blob = client.encrypt(KeyId=key.arn, Plaintext=bytes(longest), EncryptionAlgorithm=algorithm)

    assert private.decrypt(blob["CiphertextBlob"], OAEP[algorithm]) == bytes(longest)
    with pytest.raises(ClientError, match=f"larger than {longest} bytes"):
        client.encrypt(KeyId=key.arn, Plaintext=bytes(longest + 1), EncryptionAlgorithm=algorithm)


def test_openssl_encrypts_what_kms_decrypts(
    client: Any, new_key: Callable[..., str], openssl: Any
) -> None:
    """RSAES_OAEP_SHA_256 is OAEP with SHA-256 for the label and for MGF1."""
    arn = new_key(client, "RSA_2048", "ENCRYPT_DECRYPT")

    done = openssl(
        *("pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "public.der"),
        *("-pkeyopt", "rsa_padding_mode:oaep", "-pkeyopt", "rsa_oaep_md:sha256"),
        *("-in", "secret"),
        files={"public.der": client.get_public_key(KeyId=arn)["PublicKey"], "secret": b"secret"},
    )

    answer = client.decrypt(
        KeyId=arn, CiphertextBlob=done.stdout, EncryptionAlgorithm="RSAES_OAEP_SHA_256"
    )
    assert answer["Plaintext"] == b"secret"


def test_openssl_encrypts_by_sm2_what_kms_decrypts(
    chinese_client: Any, new_key: Callable[..., str], openssl: Any
) -> None:
    """SM2PKE is GM/T 0003.4 in the order C1, C3, C2, as DER."""
    pytest.importorskip("gmalg", reason="the extra sm2")
    arn = new_key(chinese_client, "SM2", "ENCRYPT_DECRYPT")

    done = openssl(
        *("pkeyutl", "-encrypt", "-pubin", "-keyform", "DER", "-inkey", "public.der"),
        *("-in", "secret"),
        files={
            "public.der": chinese_client.get_public_key(KeyId=arn)["PublicKey"],
            "secret": b"secret",
        },
    )

    answer = chinese_client.decrypt(
        KeyId=arn, CiphertextBlob=done.stdout, EncryptionAlgorithm="SM2PKE"
    )
    assert answer["Plaintext"] == b"secret"


@pytest.mark.parametrize(
    ("spec", "hash_"),
    [
        ("HMAC_224", hashes.SHA224()),
        ("HMAC_256", hashes.SHA256()),
        ("HMAC_384", hashes.SHA384()),
        ("HMAC_512", hashes.SHA512()),
    ],
)
def test_cryptography_computes_the_same_mac(client: Any, kms: Any, spec: str, hash_: Any) -> None:
    """A MAC is whole, and the standard's."""
    secret = bytes(range(64))
    key = kms.create_key(spec=spec, material=secret)

    mac = client.generate_mac(KeyId=key.arn, Message=b"text", MacAlgorithm=f"HMAC_SHA_{spec[-3:]}")[
        "Mac"
    ]

    computed = hmac.HMAC(secret, hash_)
    computed.update(b"text")
    computed.verify(mac)


@pytest.mark.parametrize("spec", ["ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521"])
def test_two_sides_agree_on_a_secret(client: Any, new_key: Callable[..., str], spec: str) -> None:
    """KMS has the one private key, `cryptography` the other."""
    arn = new_key(client, spec, "KEY_AGREEMENT")
    mine = ec.generate_private_key(CURVES[spec])

    derived = client.derive_shared_secret(
        KeyId=arn, KeyAgreementAlgorithm="ECDH", PublicKey=_spki(mine)
    )

    theirs = serialization.load_der_public_key(client.get_public_key(KeyId=arn)["PublicKey"])
    assert isinstance(theirs, ec.EllipticCurvePublicKey)
    assert derived["SharedSecret"] == mine.exchange(ec.ECDH(), theirs)
    assert derived["KeyOrigin"] == "AWS_KMS"


@pytest.mark.parametrize(
    ("spec", "length"), [("ML_KEM_512", 768), ("ML_KEM_768", 1088), ("ML_KEM_1024", 1568)]
)
def test_what_the_reference_code_encapsulates_kms_decapsulates(
    client: Any, new_key: Callable[..., str], spec: str, length: int
) -> None:
    """Whoever has the public key can encapsulate."""
    pytest.importorskip("kyber_py", reason="the extra pqc")
    kem = getattr(pytest.importorskip("pqcrypto.kem"), spec.lower())
    arn = new_key(client, spec, "ENCAPSULATE_DECAPSULATE")
    raw = client.get_public_key(KeyId=arn)["PublicKey"][-kem.PUBLIC_KEY_SIZE :]

    blob, secret = kem.encaps(raw)

    assert len(blob) == length
    assert _decapsulated(client, arn, blob) == secret


@pytest.mark.parametrize("spec", ["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"])
def test_a_changed_encapsulation_gives_another_secret(
    client: Any, new_key: Callable[..., str], spec: str
) -> None:
    """ML-KEM rejects implicitly: no error, and the same other secret each time (FIPS 203)."""
    pytest.importorskip("kyber_py", reason="the extra pqc")
    arn = new_key(client, spec, "ENCAPSULATE_DECAPSULATE")
    sent = client.encapsulate(KeyId=arn, EncapsulationAlgorithm="ML_KEM")
    blob = sent["SharedSecretCiphertextBlob"]
    changed = bytes([blob[0] ^ 1]) + blob[1:]

    secrets = {_decapsulated(client, arn, changed) for _ in range(3)}

    assert len(secrets) == 1
    assert sent["SharedSecret"] not in secrets
    assert {len(secret) for secret in secrets} == {32}
    with pytest.raises(client.exceptions.InvalidCiphertextException):
        _decapsulated(client, arn, blob[:-1])


@pytest.mark.parametrize("spec", ["ML_KEM_512", "ML_KEM_768", "ML_KEM_1024"])
def test_the_reference_code_decapsulates_by_a_data_key_pair(
    client: Any, kms: Any, spec: str
) -> None:
    """The private key is PKCS #8 with the seed, from which others make the pair."""
    pytest.importorskip("kyber_py", reason="the extra pqc")
    kyber = getattr(pytest.importorskip("kyber_py.ml_kem"), spec)
    wrapping_key = kms.create_key()

    pair = client.generate_data_key_pair(KeyId=wrapping_key.arn, KeyPairSpec=spec)

    private = pair["PrivateKeyPlaintext"]
    public, _ = kyber.key_derive(private[-64:])
    assert pair["PublicKey"].endswith(public)
    assert wrapping_key.decrypt(pair["PrivateKeyCiphertextBlob"]) == private


@pytest.mark.parametrize(
    "spec",
    ["RSA_2048", "RSA_3072", "RSA_4096", *CURVES, "ECC_NIST_EDWARDS25519"],
)
def test_cryptography_loads_a_data_key_pair(client: Any, kms: Any, spec: str) -> None:
    """PKCS #8 and SubjectPublicKeyInfo, both DER, of one pair."""
    wrapping_key = kms.create_key()

    pair = client.generate_data_key_pair(
        KeyId=wrapping_key.arn, KeyPairSpec=spec, EncryptionContext={"for": "test"}
    )

    # All of the key is checked: primes, exponents, the point on its curve.
    private: Any = serialization.load_der_private_key(pair["PrivateKeyPlaintext"], password=None)
    assert _spki(private) == pair["PublicKey"]
    if spec.startswith("RSA"):
        assert private.key_size == int(spec[-4:])
    elif spec in CURVES:
        assert private.curve.name == CURVES[spec].name
    else:
        assert isinstance(private, ed25519.Ed25519PrivateKey)
    decrypted = client.decrypt(
        CiphertextBlob=pair["PrivateKeyCiphertextBlob"], EncryptionContext={"for": "test"}
    )
    assert decrypted["Plaintext"] == pair["PrivateKeyPlaintext"]


def test_openssl_loads_an_sm2_data_key_pair(chinese_client: Any, openssl: Any) -> None:
    """The command computes the public key from the private one."""
    pytest.importorskip("gmalg", reason="the extra sm2")
    key_id = chinese_client.create_key()["KeyMetadata"]["KeyId"]
    pair = chinese_client.generate_data_key_pair(KeyId=key_id, KeyPairSpec="SM2")

    done = openssl(
        *("pkey", "-inform", "DER", "-in", "private.der", "-pubout", "-outform", "DER"),
        files={"private.der": pair["PrivateKeyPlaintext"]},
    )

    assert done.stdout == pair["PublicKey"]


@functools.cache
def _rsa_key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _decapsulated(client: Any, arn: str, blob: bytes) -> bytes:
    answer = client.decapsulate(
        KeyId=arn, EncapsulationAlgorithm="ML_KEM", SharedSecretCiphertextBlob=blob
    )
    secret: bytes = answer["SharedSecret"]
    return secret


def _pkcs8(private: Any) -> bytes:
    der: bytes = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return der


def _spki(private: Any) -> bytes:
    der: bytes = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return der
