"""Signatures of KMS keys, checked by code that is not ours."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils

HASHES: dict[str, Any] = {
    "SHA_256": hashes.SHA256(),
    "SHA_384": hashes.SHA384(),
    "SHA_512": hashes.SHA512(),
}
MESSAGE = b"The quick brown fox jumps over the lazy dog."

RSA_ALGORITHMS = [f"RSASSA_{scheme}_{name}" for scheme in ("PKCS1_V1_5", "PSS") for name in HASHES]
ECC_ALGORITHMS = [
    ("ECC_NIST_P256", "ECDSA_SHA_256"),
    ("ECC_NIST_P384", "ECDSA_SHA_384"),
    ("ECC_NIST_P521", "ECDSA_SHA_512"),
    ("ECC_SECG_P256K1", "ECDSA_SHA_256"),
]
ML_DSA_LENGTHS = {"ML_DSA_44": 2420, "ML_DSA_65": 3309, "ML_DSA_87": 4627}


def _digest(algorithm: str) -> bytes:
    return hashlib.new(algorithm[-7:].replace("_", "").lower(), MESSAGE).digest()


def _as_message(algorithm: str, kind: str) -> dict[str, Any]:
    message = MESSAGE if kind == "RAW" else _digest(algorithm)
    return {"Message": message, "MessageType": kind, "SigningAlgorithm": algorithm}


def _check(public: Any, algorithm: str, signature: bytes) -> None:
    """Raise InvalidSignature unless `cryptography` takes *signature*."""
    hash_ = HASHES[algorithm[-7:]]
    if isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, MESSAGE, ec.ECDSA(hash_))
    elif "PSS" in algorithm:
        # As long as the digest, and no other.
        pss = padding.PSS(mgf=padding.MGF1(hash_), salt_length=hash_.digest_size)
        public.verify(signature, MESSAGE, pss, hash_)
    else:
        public.verify(signature, MESSAGE, padding.PKCS1v15(), hash_)


@pytest.mark.parametrize("kind", ["RAW", "DIGEST"])
@pytest.mark.parametrize("algorithm", RSA_ALGORITHMS)
@pytest.mark.parametrize("spec", ["RSA_2048", "RSA_3072", "RSA_4096"])
def test_cryptography_accepts_an_rsa_signature(
    client: Any, new_key: Callable[..., str], spec: str, algorithm: str, kind: str
) -> None:
    """Whether the message or its digest was signed cannot be told."""
    arn = new_key(client, spec)

    signature = client.sign(KeyId=arn, **_as_message(algorithm, kind))["Signature"]

    public = serialization.load_der_public_key(client.get_public_key(KeyId=arn)["PublicKey"])
    assert isinstance(public, rsa.RSAPublicKey)
    assert len(signature) * 8 == public.key_size == int(spec[-4:])
    _check(public, algorithm, signature)
    other = "RAW" if kind == "DIGEST" else "DIGEST"
    assert client.verify(KeyId=arn, Signature=signature, **_as_message(algorithm, other))


@pytest.mark.parametrize("kind", ["RAW", "DIGEST"])
@pytest.mark.parametrize(("spec", "algorithm"), ECC_ALGORITHMS)
def test_cryptography_accepts_an_ecdsa_signature(
    client: Any, new_key: Callable[..., str], spec: str, algorithm: str, kind: str
) -> None:
    """Whether the message or its digest was signed cannot be told."""
    arn = new_key(client, spec)

    signature = client.sign(KeyId=arn, **_as_message(algorithm, kind))["Signature"]

    public = serialization.load_der_public_key(client.get_public_key(KeyId=arn)["PublicKey"])
    _check(public, algorithm, signature)
    with pytest.raises(InvalidSignature):
        _check(public, algorithm, signature[:-1] + bytes([signature[-1] ^ 1]))
    other = "RAW" if kind == "DIGEST" else "DIGEST"
    assert client.verify(KeyId=arn, Signature=signature, **_as_message(algorithm, other))


@pytest.mark.parametrize("algorithm", RSA_ALGORITHMS)
def test_kms_accepts_an_rsa_signature_made_elsewhere(client: Any, kms: Any, algorithm: str) -> None:
    """Verify takes what anybody signed with the private key."""
    private = _rsa_key()
    key = kms.create_key(spec="RSA_2048", material=_pkcs8(private))
    hash_ = HASHES[algorithm[-7:]]
    pad: Any = padding.PKCS1v15()
    if "PSS" in algorithm:
        pad = padding.PSS(mgf=padding.MGF1(hash_), salt_length=hash_.digest_size)

    signature = private.sign(MESSAGE, pad, hash_)

    assert client.verify(KeyId=key.arn, Signature=signature, **_as_message(algorithm, "RAW"))


@pytest.mark.parametrize(("spec", "algorithm"), ECC_ALGORITHMS)
def test_kms_accepts_an_ecdsa_signature_made_elsewhere(
    client: Any, kms: Any, spec: str, algorithm: str
) -> None:
    """Verify takes what anybody signed with the private key."""
    curves: dict[str, ec.EllipticCurve] = {
        "ECC_NIST_P256": ec.SECP256R1(),
        "ECC_NIST_P384": ec.SECP384R1(),
        "ECC_NIST_P521": ec.SECP521R1(),
        "ECC_SECG_P256K1": ec.SECP256K1(),
    }
    private = ec.generate_private_key(curves[spec])
    key = kms.create_key(spec=spec, material=_pkcs8(private))

    signature = private.sign(MESSAGE, ec.ECDSA(HASHES[algorithm[-7:]]))

    assert client.verify(KeyId=key.arn, Signature=signature, **_as_message(algorithm, "DIGEST"))
    r_and_s = utils.decode_dss_signature(signature)
    assert all(number > 0 for number in r_and_s)


@pytest.mark.parametrize(
    ("spec", "algorithm", "options"),
    [
        ("RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256", ()),
        (
            "RSA_2048",
            "RSASSA_PSS_SHA_512",
            ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest"),
        ),
        ("ECC_NIST_P521", "ECDSA_SHA_512", ()),
        ("ECC_SECG_P256K1", "ECDSA_SHA_256", ()),
    ],
)
def test_openssl_accepts_a_signature(
    client: Any,
    new_key: Callable[..., str],
    openssl: Any,
    spec: str,
    algorithm: str,
    options: tuple[str, ...],
) -> None:
    """The command takes the public key as GetPublicKey returns it."""
    arn = new_key(client, spec)
    signature = client.sign(KeyId=arn, **_as_message(algorithm, "RAW"))["Signature"]
    files = {
        "public.der": client.get_public_key(KeyId=arn)["PublicKey"],
        "signature": signature,
        "message": MESSAGE,
    }

    done = openssl(
        "dgst",
        f"-sha{algorithm[-3:]}",
        *options,
        *("-keyform", "DER", "-verify", "public.der", "-signature", "signature", "message"),
        files=files,
    )

    assert done.stdout == b"Verified OK\n"


def test_libsodium_accepts_a_prehashed_ed25519_signature(
    client: Any, new_key: Callable[..., str]
) -> None:
    """ED25519_PH_SHA_512 hashes the digest that it is given once more."""
    pytest.importorskip("Crypto", reason="the extra ed25519ph")
    bindings = pytest.importorskip("nacl.bindings")
    arn = new_key(client, "ECC_NIST_EDWARDS25519")
    digest = hashlib.sha512(MESSAGE).digest()

    signature = client.sign(
        KeyId=arn, Message=digest, MessageType="DIGEST", SigningAlgorithm="ED25519_PH_SHA_512"
    )["Signature"]

    state = bindings.crypto_sign_ed25519ph_state()
    bindings.crypto_sign_ed25519ph_update(state, digest)
    raw = client.get_public_key(KeyId=arn)["PublicKey"][-32:]
    assert bindings.crypto_sign_ed25519ph_final_verify(state, signature, raw)


@pytest.mark.parametrize("spec", ML_DSA_LENGTHS)
def test_the_reference_code_accepts_an_ml_dsa_signature(
    client: Any, new_key: Callable[..., str], spec: str
) -> None:
    """Of a raw message and of its representative mu (FIPS 204, algorithm 7, line 6)."""
    dsa = getattr(pytest.importorskip("pqcrypto.sign"), spec.lower())
    arn = new_key(client, spec)
    raw = client.get_public_key(KeyId=arn)["PublicKey"][-dsa.PUBLIC_KEY_SIZE :]
    tr = hashlib.shake_256(raw).digest(64)
    mu = hashlib.shake_256(tr + bytes(2) + MESSAGE).digest(64)

    of_message = client.sign(KeyId=arn, Message=MESSAGE, SigningAlgorithm="ML_DSA_SHAKE_256")
    of_mu = client.sign(
        KeyId=arn, Message=mu, MessageType="EXTERNAL_MU", SigningAlgorithm="ML_DSA_SHAKE_256"
    )

    for signature in (of_message["Signature"], of_mu["Signature"]):
        assert len(signature) == ML_DSA_LENGTHS[spec]
        dsa.verify(raw, MESSAGE, signature)
        with pytest.raises(ValueError, match="verification failed"):
            dsa.verify(raw, MESSAGE[1:], signature)


@pytest.mark.parametrize("kind", ["RAW", "DIGEST"])
def test_openssl_accepts_an_sm2_signature(
    chinese_client: Any, new_key: Callable[..., str], openssl: Any, kind: str
) -> None:
    """RAW is signed with the usual distinguishing identifier."""
    pytest.importorskip("gmalg", reason="the extra sm2")
    arn = new_key(chinese_client, "SM2")
    public = chinese_client.get_public_key(KeyId=arn)["PublicKey"]
    options: tuple[str, ...] = ("-rawin", "-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
    message = MESSAGE
    if kind == "DIGEST":
        options, message = (), hashlib.sha256(MESSAGE).digest()

    signature = chinese_client.sign(
        KeyId=arn, Message=message, MessageType=kind, SigningAlgorithm="SM2DSA"
    )["Signature"]

    done = openssl(
        *("pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "public.der"),
        *("-sigfile", "signature", "-in", "message", *options),
        files={"public.der": public, "signature": signature, "message": message},
        check=False,
    )

    assert b"Signature Verified Successfully" in done.stdout, done


@functools.cache
def _rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _pkcs8(private: Any) -> bytes:
    der: bytes = private.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return der
